"""The bytes of a post to its document: total on whatever stands after the front matter, and without loss."""

import re
from dataclasses import dataclass, replace

from app.domain.front_matter import FENCE, LONGEST_HEAD, FrontMatter, read_head
from app.domain.post_document import (
    CLOSING_RULE,
    LINKS,
    SCRIPT,
    Entry,
    PostDocument,
    Quote,
    usual_closing,
    usual_layout,
    usual_opening,
)

_HEADING = re.compile(r"# ([1-9][0-9]{0,5}|0)\. (.*)", re.DOTALL)
_LINKS_LINE = re.compile(re.escape(LINKS) + ".", re.DOTALL)
_QUOTE_START = "<blockquote"
_QUOTE_END = "</blockquote>"


class PostUnreadable(ValueError):
    """The file is no post; the message is one plain sentence that names the line."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A block of an entry: the lines from `start` up to, not including, `end`."""

    start: int
    end: int


def parse(data: bytes) -> PostDocument:
    """The document that a post's bytes say; `compose` writes the same bytes again.

    What is not understood is kept where it stands: before the first entry as introduction, inside an entry in its
    authors, abstract or remainder, under a rule after the last entry as closing words. PostUnreadable only if the
    bytes are not UTF-8 or have no front matter.
    """
    text = _decoded(data)
    newline = "\r\n" if "\n" in text and text.count("\r\n") == text.count("\n") else "\n"
    # Only a file whose every line ends in CRLF can be turned back exactly; in a mixed one each CR stays in its line.
    lines = (text.replace("\r\n", "\n") if newline == "\r\n" else text).split("\n")
    front, rest = _front(lines)
    heads = _entry_starts(lines, rest)
    rule = _closing_rule(lines, heads[-1] if heads else rest)
    end = len(lines) if rule is None else rule
    body_end = heads[0] if heads else end
    introduction, opening = _introduction(lines[rest:body_end], more=body_end < len(lines))
    entries = [_entry(lines[start:stop], last=stop == len(lines)) for start, stop in _segments(heads, end)]
    closing, ending = ("", ()) if rule is None else _closing(lines, rule)
    return PostDocument(front, introduction, tuple(entries), newline, opening, closing, ending)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PostUnreadable(f"Line {line} is not valid UTF-8.") from error


def _front(lines: list[str]) -> tuple[FrontMatter, int]:
    """The front matter and the number of the first line after it."""
    if lines[0].lstrip("\ufeff").rstrip() != FENCE:
        raise PostUnreadable("Line 1 does not open the front matter with ---.")
    end = next((number for number in range(1, len(lines)) if lines[number].rstrip() == FENCE), None)
    if end is None:
        raise PostUnreadable("Line 1 opens a front matter that no later line closes with ---.")
    head = "\n".join(lines[: end + 1])
    if len(head) > LONGEST_HEAD:
        raise PostUnreadable(f"Line {end + 1} ends a front matter of more than {LONGEST_HEAD} characters.")
    # Only a head at the very end of a file can lack its last line break.
    return read_head(head + "\n" if end + 1 < len(lines) else head), end + 1


def _entry_starts(lines: list[str], first: int) -> list[int]:
    """The lines on which entries begin.

    A line that merely looks like a heading, inside an abstract say, is none: an entry's heading stands after a blank
    line and has a list of links before the next heading.
    """
    likely = [
        number
        for number in range(first, len(lines))
        if _HEADING.fullmatch(lines[number]) and (number == first or _is_blank(lines[number - 1]))
    ]
    return [start for start, end in _segments(likely, len(lines)) if _links_line(lines, start, end) is not None]


def _segments(starts: list[int], end: int) -> list[tuple[int, int]]:
    """Each start with the next one, the last with `end`."""
    return list(zip(starts, [*starts[1:], end], strict=False))


def _links_line(lines: list[str], start: int, end: int) -> int | None:
    """The first line that lists links, or None."""
    return next((number for number in range(start, end) if _LINKS_LINE.match(lines[number])), None)


def _closing_rule(lines: list[str], start: int) -> int | None:
    """The line with the rule over the closing words, or None: the first one from `start` on, the head of the last
    entry, and in an entry behind its links. It stands after a blank line and has words below it."""
    links = _links_line(lines, start, len(lines))
    for number in range(start if links is None else links + 1, len(lines)):
        if lines[number] == CLOSING_RULE and (number == start or _is_blank(lines[number - 1])):
            return number if _trimmed(lines, number + 1, len(lines)) else None
    return None


def _introduction(lines: list[str], *, more: bool) -> tuple[str, tuple[str, ...]]:
    """The text before the first entry, and the line breaks around it where they are not the usual ones.

    `more` if anything follows it.
    """
    span = _trimmed(lines, 0, len(lines))
    end = "\n" if more else ""
    if span is None:
        introduction, layout = "", ("\n".join(lines) + end if lines else "",)
    else:
        introduction = _text(lines, span)
        before = "".join(f"{line}\n" for line in lines[: span.start])
        layout = (before, "".join(f"\n{line}" for line in lines[span.end :]) + end)
    return introduction, () if layout == usual_opening(introduction, more=more) else layout


def _closing(lines: list[str], rule: int) -> tuple[str, tuple[str, ...]]:
    """The words below the rule, and the line breaks around them where they are not the usual ones."""
    span = _trimmed(lines, rule + 1, len(lines))
    if span is None:  # Cannot be: _closing_rule saw to it.
        raise PostUnreadable(f"Line {rule + 1} has nothing below it.")
    before = "".join(f"\n{line}" for line in lines[rule + 1 : span.start]) + "\n"
    layout = (before, "".join(f"\n{line}" for line in lines[span.end :]))
    return _text(lines, span), () if layout == usual_closing() else layout


def _entry(lines: list[str], *, last: bool) -> Entry:
    """One entry from its lines; `last` if they run to the end of the file."""
    heading = _HEADING.fullmatch(lines[0])
    links = _links_line(lines, 0, len(lines))
    if heading is None or links is None:  # Cannot be: _entry_starts chose these lines.
        raise PostUnreadable("An entry has no heading or no links.")
    metrics = _metrics(lines, links)
    has_categories = links + 1 < len(lines) and lines[links + 1].startswith("- [")
    listing = _Span(links, links + 2 if has_categories else links + 1)
    authors = _trimmed(lines, 1, metrics.start)
    quotes, prose_end = _quotes(lines, listing.end)
    remainder = _trimmed(lines, quotes[-1].end if quotes else prose_end, len(lines))
    note, abstract = _prose(lines, listing.end, prose_end)
    entry = Entry(
        number=int(heading[1]),
        title=heading[2],
        authors=_text(lines, authors),
        metrics=tuple(line.removeprefix("- ") for line in lines[metrics.start : metrics.end]),
        links=lines[links].removeprefix(LINKS),
        categories=lines[links + 1].removeprefix("- ") if has_categories else "",
        note=_text(lines, note),
        abstract=_text(lines, abstract),
        quotes=tuple(_quote(lines[span.start : span.end]) for span in quotes),
        remainder=_text(lines, remainder),
    )
    before = [span for span in (_Span(0, 1), authors, metrics, listing, note) if span and span.end > span.start]
    after = [span for span in (*quotes, remainder) if span]
    return replace(entry, layout=_layout(lines, before, abstract, after, last=last))


def _metrics(lines: list[str], links: int) -> _Span:
    """The list right above the links, with or without a blank line between; empty if there is none."""
    end = links
    while end > 1 and _is_blank(lines[end - 1]):
        end -= 1
    start = end
    while start > 1 and lines[start - 1].startswith("- "):
        start -= 1
    return _Span(start, end) if start < end else _Span(links, links)


def _quotes(lines: list[str], first: int) -> tuple[list[_Span], int]:
    """The unbroken row of quotes, and the line on which the text before it ends."""
    number = next((n for n in range(first, len(lines)) if lines[n].startswith(_QUOTE_START)), len(lines))
    prose_end, spans = number, []
    while number < len(lines) and (end := _quote_end(lines, number)) is not None:
        spans.append(_Span(number, end))
        number = end
        while number < len(lines) and _is_blank(lines[number]):
            number += 1
    return spans, prose_end


def _quote_end(lines: list[str], start: int) -> int | None:
    """The line after the quote that begins on line `start`, its script line included; None if it is no quote."""
    if not lines[start].startswith(_QUOTE_START):
        return None
    for number in range(start, len(lines)):
        if number > start and lines[number].startswith(_QUOTE_START):
            return None
        if lines[number].endswith(_QUOTE_END):
            return number + 2 if lines[number + 1 : number + 2] == [SCRIPT] else number + 1
    return None


def _quote(lines: list[str]) -> Quote:
    scripted = lines[-1] == SCRIPT
    return Quote("\n".join(lines[:-1] if scripted else lines), scripted)


def _prose(lines: list[str], start: int, end: int) -> tuple[_Span | None, _Span | None]:
    """Note and abstract: the last paragraph is the abstract, and what stands before it is the note.

    An abstract is one paragraph, in the blog as in our own posts. Where it is missing, compose leaves its empty place,
    which is how a note alone is told from an abstract alone.
    """
    whole = _trimmed(lines, start, end)
    if whole is None:
        return None, None
    if lines[whole.end : end] == [""] * (6 if end == len(lines) else 3):
        return whole, None
    break_after = next((n for n in range(whole.end - 1, whole.start, -1) if _is_blank(lines[n])), None)
    if break_after is None:
        return None, whole
    return _trimmed(lines, whole.start, break_after), _Span(break_after + 1, whole.end)


def _layout(
    lines: list[str], before: list[_Span], abstract: _Span | None, after: list[_Span], *, last: bool
) -> tuple[str, ...]:
    """The line breaks after each block that `blocks` will name, or nothing where they are the usual ones."""
    spans = [*before, *([abstract] if abstract else []), *after]
    ends = [span.start for span in spans[1:]] + [len(lines)]
    breaks = ["".join(f"\n{line}" for line in lines[span.end : end]) for span, end in zip(spans, ends, strict=True)]
    breaks = [text + "\n" for text in breaks[:-1]] + [breaks[-1] + ("" if last else "\n")]
    usual = usual_layout(len(before) + 1 + len(after), last=last)
    if abstract is None:
        at = len(before) - 1
        expected = usual[at : at + 2]
        breaks[at : at + 1] = expected if breaks[at] == "".join(expected) else (breaks[at], "")
    return () if tuple(breaks) == usual else tuple(breaks)


def _trimmed(lines: list[str], start: int, end: int) -> _Span | None:
    """The lines from the first to the last that is not blank, or None if all are."""
    while start < end and _is_blank(lines[start]):
        start += 1
    while end > start and _is_blank(lines[end - 1]):
        end -= 1
    return _Span(start, end) if start < end else None


def _text(lines: list[str], span: _Span | None) -> str:
    return "\n".join(lines[span.start : span.end]) if span else ""


def _is_blank(line: str) -> bool:
    return not line.strip(" \t\r")
