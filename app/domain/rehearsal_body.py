"""A rehearsal's look at what stands below the front matter: papers, formulas, links and quotes."""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.code_spans import split_code
from app.domain.mathematics import LONGEST_FORMULA, formula, mathml, split_math
from app.domain.post_document import LINKS
from app.domain.rehearsal_lines import Line, bad, counted, good
from app.domain.rehearsal_links import addresses_in_html, link_trouble, links_in, printed_links_in, printed_trouble

# More of one kind are not told one by one.
MOST_TOLD = 20
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"#{1,6} (?:(?P<number>\d{1,6})\. )?")
_QUOTE_TAG = re.compile(r"<(/?)(blockquote|p|a)(?=[\s>])", re.IGNORECASE)
_QUOTE = "<blockquote"


@dataclass(frozen=True, slots=True)
class _Read:
    """One line of a post outside of code blocks, its number from 1."""

    number: int
    text: str

    @property
    def is_html(self) -> bool:
        return self.text.startswith((_QUOTE, "<script", "<p", "</"))

    @property
    def words(self) -> list[str]:
        """The text without its code; in HTML a backtick is only one."""
        return [piece for is_code, piece in split_code(self.text) if not is_code]


def body_lines(lines: Sequence[str], start: int, *, papers: int | None) -> list[Line]:
    """The checks of a post's lines from index `start` on; `papers` is how many are picked, None if nobody knows."""
    read = list(_outside_code(lines, start))
    return [*_papers(lines, read, papers), *_formulas(read), *_links(read), *_quotes(read)]


def _outside_code(lines: Sequence[str], start: int) -> Iterator[_Read]:
    fence = ""
    for number, line in enumerate(lines[start:], start=start + 1):
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            yield _Read(number, line)


def _papers(lines: Sequence[str], read: Sequence[_Read], papers: int | None) -> list[Line]:
    """That there are papers, numbered from 1 on, and as many as are picked."""
    headings = [line for line in read if _HEADING.match(line.text) and not lines[line.number - 2].strip()]
    numbered = [(line, int(found["number"])) for line in headings if (found := _HEADING.match(line.text))["number"]]
    starts = [line.number for line, _ in numbered]
    # Where entries list links, as in all of our own forms, a line without them only looks like a heading.
    listing = [line.number for line in read if line.text.startswith(LINKS)]
    if listing:
        # Each list of links belongs to the last heading above it.
        real = {starts[above - 1] for number in listing if (above := bisect(starts, number))}
        numbered = [(line, number) for line, number in numbered if line.number in real]
    count = len(numbered) if numbered else len(headings)
    if not count:
        return [bad("papers", "The post is empty: it has no paper.", len(lines), lines[-1])]
    found = [_misnumbered(numbered) or good("numbers", _numbered(len(numbered)))] if numbered else []
    if papers is not None and count != papers:
        found.append(bad("papers", f"The post has {counted(count, 'paper')}, but {papers} should be in it."))
    else:
        found.append(good("papers", f"It has {counted(count, 'paper')}{', as many as are picked' if papers else ''}."))
    return found


def _numbered(count: int) -> str:
    return "The one paper has number 1." if count == 1 else f"The papers are numbered from 1 to {count}."


def _misnumbered(numbered: Sequence[tuple[_Read, int]]) -> Line | None:
    """The first paper whose number is not the one it should have."""
    times = Counter(number for _, number in numbered)
    for wanted, (line, number) in enumerate(numbered, start=1):
        if number == wanted:
            continue
        if number < wanted and times[number] > 1:
            said = f"Number {number} stands twice."
        elif wanted not in times:
            said = f"Number {wanted} is missing."
        else:
            said = f"Number {number} stands where number {wanted} should."
        return bad("numbers", said, line.number, line.text)
    return None


def _formulas(read: Sequence[_Read]) -> list[Line]:
    found, count = [], 0
    for line in read:
        if "$" not in line.text or line.is_html:
            continue
        for words in line.words:
            for span in (piece for is_math, piece in split_math(words) if is_math):
                count += 1
                if mathml(span) is None:
                    found.append(
                        bad(
                            "formulas",
                            f"A formula cannot be drawn{_why(span)}, so that its source is printed.",
                            line.number,
                            span,
                        )
                    )
    told = f"{counted(count, 'formula')} can be drawn." if count else "There is no formula that would have to be drawn."
    return _told(found, "formulas", told)


def _why(span: str) -> str:
    if len(formula(span)) > LONGEST_FORMULA:
        return f" (it has more than {LONGEST_FORMULA} characters)"
    return ""


def _links(read: Sequence[_Read]) -> list[Line]:
    found, count = [], 0
    for line in read:
        if line.is_html:
            troubles = [link_trouble(address) for address in addresses_in_html(line.text)]
        else:
            words = "".join("$" if is_math else piece for text in line.words for is_math, piece in split_math(text))
            troubles = [link_trouble(address) for address in links_in(words)]
            troubles += [printed_trouble(address) for address in printed_links_in(words)]
        count += len(troubles)
        found += [bad("links", said, line.number, line.text) for said in troubles if said]
    said = f"{counted(count, 'link')} {'is' if count == 1 else 'are'} well-formed." if count else "There is no link."
    return _told(found, "links", said)


def _quotes(read: Sequence[_Read]) -> list[Line]:
    """That every quote in HTML is closed, and whatever is inside it, before the next paper begins."""
    found: list[Line] = []
    count, opened, inside = 0, None, []
    for line in read:
        if opened and _HEADING.match(line.text):
            found.append(_unclosed(opened, inside))
            opened, inside = None, []
        if line.text.startswith("<script") and "</script>" not in line.text:
            found.append(bad("quotes", "A script is not closed, and would take the rest of the page.", *_at(line)))
        text = line.text if opened or line.is_html else "".join(line.words)
        for closing, tag in _QUOTE_TAG.findall(text):
            tag = tag.lower()
            if not closing and (opened or tag == "blockquote"):
                count += tag == "blockquote"
                opened = opened or line
                inside.append(tag)
            elif closing and inside[-1:] == [tag]:
                inside.pop()
                opened = opened if inside else None
            elif closing and (opened or tag == "blockquote"):
                found.append(bad("quotes", f"</{tag}> closes nothing here.", *_at(line)))
    if opened:
        found.append(_unclosed(opened, inside))
    said = f"{counted(count, 'quote')} {'is' if count == 1 else 'are'} closed." if count else "No quote stands as HTML."
    return _told(found, "quotes", said)


def _unclosed(opened: _Read, inside: Sequence[str]) -> Line:
    return bad("quotes", f"A quote is not closed: <{inside[-1]}> stays open.", *_at(opened))


def _at(line: _Read) -> tuple[int, str]:
    return line.number, line.text


def _told(found: list[Line], check: str, said: str) -> list[Line]:
    """What was found, in short where it is much; the good line where it is nothing."""
    if len(found) <= MOST_TOLD:
        return found or [good(check, said)]
    return [*found[:MOST_TOLD], bad(check, f"And {len(found) - MOST_TOLD} more of the same kind.")]
