"""A post's bytes: compose writes what parse reads, exactly, and the names and dates that go with a post."""

from datetime import date

from app.domain.front_matter import (
    FrontMatter,
    FrontMatterError,
    head_of,
    iso_date,
    lumen_front_matter,
    slug,
)
from app.domain.post_document import (
    CLOSING_RULE,
    SCRIPT,
    Entry,
    PostDocument,
    Quote,
    blocks,
    from_dict,
    to_dict,
    usual_closing,
    usual_layout,
    usual_opening,
)
from app.domain.post_parsing import PostUnreadable, parse

__all__ = [
    "DEFAULT_PROFILE",
    "PROFILES",
    "SCRIPT",
    "Entry",
    "FrontMatter",
    "FrontMatterError",
    "PostDocument",
    "PostUnreadable",
    "Quote",
    "compose",
    "file_name",
    "first_difference",
    "from_dict",
    "iso_date",
    "lumen_front_matter",
    "parse",
    "slug",
    "to_dict",
]

DEFAULT_PROFILE = "lumen"
PROFILES = (DEFAULT_PROFILE,)


def compose(document: PostDocument, profile: str = DEFAULT_PROFILE) -> bytes:
    """The bytes of a post, UTF-8: the front matter, the introduction, the entries in their order, the closing words.

    The form is that of the blog's post of 2021-03-24. FrontMatterError if the front matter would not read back as
    meant; ValueError for an unknown profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"There is no profile named {profile!r}.")
    more = bool(document.entries or document.closing)
    opening = document.layout or usual_opening(document.introduction, more=more)
    parts = [head_of(document.front), opening[0]]
    if document.introduction:
        parts += [document.introduction, *opening[1:]]
    last = -1 if document.closing else len(document.entries) - 1
    parts += [_composed(entry, last=number == last) for number, entry in enumerate(document.entries)]
    if document.closing:
        after_rule, after = document.closing_layout or usual_closing()
        parts += [CLOSING_RULE, after_rule, document.closing, after]
    return "".join(parts).replace("\n", document.newline).encode("utf-8")


def _composed(entry: Entry, *, last: bool) -> str:
    texts = blocks(entry)
    breaks = entry.layout
    if len(breaks) != len(texts):  # None noted, or the entry has got another block since.
        breaks = usual_layout(len(texts), last=last)
    return "".join(text + after for text, after in zip(texts, breaks, strict=True))


def file_name(edition_date: date) -> str:
    """The name of an edition's post: `2021-03-24---Hot-Papers.md`."""
    return f"{edition_date.isoformat()}---Hot-Papers.md"


def first_difference(a: bytes, b: bytes) -> tuple[int, str, str] | None:
    """The first line in which two posts differ: its number from 1 and both texts; None if they are equal.

    Where one post ends earlier, its text is empty; bytes that are not UTF-8 are shown as escapes.
    """
    if a == b:
        return None
    left, right = a.split(b"\n"), b.split(b"\n")
    longest = max(len(left), len(right))
    for number in range(longest):
        ours, theirs = left[number : number + 1], right[number : number + 1]
        if ours != theirs:
            return number + 1, _shown(ours), _shown(theirs)
    return None


def _shown(line: list[bytes]) -> str:
    return line[0].decode("utf-8", "backslashreplace") if line else ""
