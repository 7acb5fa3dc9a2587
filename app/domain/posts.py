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
    About,
    Correction,
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
from app.domain.profiles import LUMEN, Profile, ProfileError, composed, named, quoted_plainly

__all__ = [
    "LUMEN",
    "SCRIPT",
    "About",
    "Correction",
    "Entry",
    "FrontMatter",
    "FrontMatterError",
    "PostDocument",
    "PostUnreadable",
    "Profile",
    "ProfileError",
    "Quote",
    "blocks",
    "body_parts",
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


def compose(document: PostDocument, profile: Profile = LUMEN) -> bytes:
    """The bytes of a post, UTF-8, in the form of a profile: the front matter, the introduction, the entries in their
    order, the closing words.

    lumen's form is that of the blog's post of 2021-03-24. FrontMatterError if the front matter would not read back as
    meant; ProfileError if the profile cannot be filled in with this post.
    """
    if profile.body is not None:
        return _filled_in(document, profile)
    return _lumen(document if profile.quotes == "widget" else quoted_plainly(document))


def _filled_in(document: PostDocument, profile: Profile) -> bytes:
    try:
        return composed(document, profile)
    except ProfileError as error:
        raise ProfileError(f"The profile {profile.name} cannot be filled in with this post: {error}") from error


def _lumen(document: PostDocument) -> bytes:
    post = "".join([head_of(document.front), *body_parts(document)])
    return post.replace("\n", document.newline).encode("utf-8")


def body_parts(document: PostDocument) -> list[str]:
    """The body of a post in lumen's form: what stands before the entries, each entry, and the closing words."""
    more = bool(document.entries or document.closing)
    opening = document.layout or usual_opening(document.introduction, more=more)
    beginning = opening[0] + (document.introduction + "".join(opening[1:]) if document.introduction else "")
    last = None if document.closing or not document.entries else document.entries[-1]
    entries = [_composed(entry, last=entry is last) for entry in document.entries]
    after_rule, after = document.closing_layout or usual_closing()
    closing = [f"{CLOSING_RULE}{after_rule}{document.closing}{after}"] if document.closing else []
    return [beginning, *entries, *closing]


def _composed(entry: Entry, *, last: bool) -> str:
    texts = blocks(entry)
    breaks = entry.layout
    if len(breaks) != len(texts):  # None noted, or the entry has got another block since.
        breaks = usual_layout(len(texts), last=last)
    return "".join(text + after for text, after in zip(texts, breaks, strict=True))


def file_name(edition_date: date, profile: Profile = LUMEN) -> str:
    """The name of an edition's post: `2021-03-24---Hot-Papers.md` for lumen."""
    return named(edition_date, profile)


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
