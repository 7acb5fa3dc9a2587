"""An editor's Markdown note, made safe to stand between the lists and the abstract of an entry."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.domain.code_spans import split_code
from app.domain.markdown_text import without_stray_signs
from app.domain.mathematics import quiet_formula, split_math

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})[ \t]*(?P<language>[\w+#.-]{0,30})")

# What may stand before the words of a line: bullets, numbers, quotation marks, one inside the other.
_MARKERS = r"[ \t]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+|>[ \t]*)*"
_RULE = re.compile(r"([ \t]*)(?=([-*_])(?:[ \t]*\2){2,}$)")
_LINE_START = re.compile(rf"({_MARKERS})(?:(#)|(=)=*$|(-)-*$|([-*_])(?=(?:[ \t]*\5){{2,}}$))")
_CODE_INDENT = re.compile(r" {4}|\t")
_LIST = re.compile(r" {0,3}(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]|$)")
_BULLET = re.compile(r"-(?=[ \t])")

_TAG = re.compile(r"(?<!\\)(\\*)<(?=[A-Za-z/!?])")
_AUTOLINK = re.compile(r"<(?:https?://[^\s<>]+|mailto:[^\s<>]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)>", re.IGNORECASE)
_SAFE_TARGET = r"(?:https?://|mailto:|[/#?]|\.{1,2}/)"
_LINK_OR_DEFINITION = re.compile(rf"(?<!\\)(\\*)\](?=:|\((?![ \t]*<?{_SAFE_TARGET}))", re.IGNORECASE)

# Lines of code that the reader of a post would take for its structure; indented by a space they are only code.
_STRUCTURE = re.compile(r"<|# |- |---")


@dataclass(slots=True)
class _Code:
    """A fenced block: its fence, the language it names, its lines."""

    fence: str
    language: str
    lines: list[str] = field(default_factory=list)

    def is_closed_by(self, line: str) -> bool:
        """Whether the line is a closing fence: the same sign, as often or oftener, and nothing else."""
        rest = line.removeprefix(" " * min(3, len(line) - len(line.lstrip(" "))))
        return len(rest) >= len(self.fence) and not rest.strip(self.fence[0])


def note_markdown(note: str) -> str:
    """The note as Markdown that stays one note: its words, emphasis, lists, links and code, and nothing else.

    No HTML, no headings, rules or front-matter fences, no definitions of links; links to the web, to mail and within
    the site only; code fences closed, lines ended by LF, no bullets `-`, which are those of an entry's own lists.
    Applied twice it changes nothing more. Empty for a note without words.
    """
    lines = without_stray_signs(_LINE_ENDS.sub("\n", note)).strip().split("\n")
    parts = list(_parts([line.rstrip(" \t") for line in lines]))
    prose = [part for part in parts if isinstance(part, str)]
    in_code = [split_code(line) for line in prose]
    trusted = all(map(_ticks_pair, prose, in_code))
    has_list = any(map(_LIST.match, prose))
    spans = iter(in_code)
    out: list[str] = []
    for part in parts:
        if isinstance(part, str):
            pieces = next(spans) if trusted else [(False, part)]
            line = "".join(text if is_code else _words(text) for is_code, text in pieces)
            out.append(_plain_start(line, has_list=has_list))
            continue
        # After a blank line and at the left margin every renderer sees the block, and nothing around it.
        out += [""] if out and out[-1] else []
        code = [f" {line}" if _STRUCTURE.match(line) else line for line in part.lines]
        out += [part.fence + part.language, *code, part.fence]
    return "\n".join(out)


def _parts(lines: list[str]) -> Iterator[str | _Code]:
    """The lines outside of fenced code one by one, and each fenced block whole, an unclosed one to the end."""
    code: _Code | None = None
    for line in lines:
        if code and code.is_closed_by(line):
            yield code
            code = None
        elif code:
            code.lines.append(line)
        elif fence := _FENCE.match(line):
            code = _Code(fence["fence"], fence["language"])
        else:
            yield line
    if code:
        yield code


def _plain_start(line: str, *, has_list: bool) -> str:
    """The line without what would make it a heading, an underline or a rule; bullets `-` become `*`.

    Far indented lines are code and stay as they are, unless the note has a list, whose items may hold them.
    """
    if _CODE_INDENT.match(line) and not has_list:
        return line
    if rule := _RULE.match(line):
        return f"{rule[1]}\\{line[rule.end() :]}"
    if start := _LINE_START.match(line):
        at = start.end(1)
        # python-markdown knows no `\=`.
        line = f"{line[:at]}&#61;{line[at + 1 :]}" if start[3] else f"{line[:at]}\\{line[at:]}"
    return _BULLET.sub("*", line, count=1) if _BULLET.match(line) else line


def _words(text: str) -> str:
    """Prose without HTML and without links to anything but web, mail and this site."""
    if "<" not in text and "]" not in text:
        return text
    pieces = split_math(text)
    return "".join(quiet_formula(piece) if is_math else _quiet_words(piece) for is_math, piece in pieces)


def _quiet_words(text: str) -> str:
    return _LINK_OR_DEFINITION.sub(_unlinked, _TAG.sub(_untagged, text))


def _untagged(match: re.Match[str]) -> str:
    slashes = match[1]
    if len(slashes) % 2:  # python-markdown takes `\<b>` for a tag all the same.
        return f"{slashes[:-1]}&lt;"
    return match[0] if _AUTOLINK.match(match.string, match.end() - 1) else f"{slashes}&lt;"


def _unlinked(match: re.Match[str]) -> str:
    return match[0] if len(match[1]) % 2 else f"{match[1]}\\]"


def _ticks_pair(line: str, pieces: list[tuple[bool, str]]) -> bool:
    """Whether all backticks of a line pair within it: only if all lines' do, every renderer sees the same code."""
    return "\\`" not in line and not any("`" in text for is_code, text in pieces if not is_code)
