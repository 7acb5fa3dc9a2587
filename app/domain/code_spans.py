"""Where inline code stands in a line of Markdown."""

import re

_ESCAPE_OR_TICKS = re.compile(r"\\.|`+")


def split_code(line: str) -> list[tuple[bool, str]]:
    """The line as pieces in order, each with whether it is a code span, backticks included.

    CommonMark's rule: a run of backticks opens code if a later run has its length, and the nearest one closes it.
    """
    runs = [match for match in _ESCAPE_OR_TICKS.finditer(line) if match[0][0] == "`"]
    last_of_length = {len(run[0]): number for number, run in enumerate(runs)}
    pieces, at, number = [], 0, 0
    while number < len(runs):
        length = len(runs[number][0])
        if last_of_length[length] == number:
            number += 1
            continue
        end = next(n for n in range(number + 1, len(runs)) if len(runs[n][0]) == length)
        pieces += [(False, line[at : runs[number].start()]), (True, line[runs[number].start() : runs[end].end()])]
        at, number = runs[end].end(), end + 1
    return [*pieces, (False, line[at:])]
