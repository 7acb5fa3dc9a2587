"""A post as a value: its head, its entries and the blank lines between them, enough to write every byte again."""

import re
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from app.domain.front_matter import FrontMatter

SCRIPT = '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'
LINKS = "- links: "
# The rule over the closing words. Nothing that an editor writes, no abstract and no quote has such a line: bullets and
# rules in a note are escaped or written otherwise, and lines of code that begin so are indented.
CLOSING_RULE = "- - -"

# The blog leaves four blank lines between two entries and three after the last one.
_BETWEEN = "\n\n\n\n\n"
_AFTER_LAST = "\n\n\n\n"
_ABS_LINK = re.compile(r"/abs/((?:[a-z-]+(?:\.[A-Z]{2})?/)?[0-9.]+[0-9])")
_CATEGORY = re.compile(r"\[([^][]+)\]\(")
_TOTALS = re.compile(r"retweets: ([0-9]{1,18}), favorites: ([0-9]{1,18}) \(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Quote:
    """One mention as HTML; `scripted` says that the line that loads Twitter's widget stands under it."""

    html: str
    scripted: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper in a post. Every text is Markdown as it stands in the file.

    `metrics` are list lines without their bullet. `remainder` is whatever stands after the quotes. `layout` holds the
    line breaks after each block of `blocks()`, and is empty where they are the usual ones.
    """

    number: int
    title: str
    authors: str = ""
    metrics: tuple[str, ...] = ()
    links: str = ""
    categories: str = ""
    note: str = ""
    abstract: str = ""
    quotes: tuple[Quote, ...] = ()
    remainder: str = ""
    layout: tuple[str, ...] = ()

    @property
    def arxiv_id(self) -> str | None:
        """The identifier that the entry's first link names, or None."""
        match = _ABS_LINK.search(self.links)
        return match[1] if match else None

    @property
    def author_names(self) -> tuple[str, ...]:
        """The names of the authors' line; a comma inside a name cannot be told from one between two names."""
        return tuple(name for part in self.authors.split(",") if (name := part.strip()))

    @property
    def category_names(self) -> tuple[str, ...]:
        """The arXiv categories that the entry links to, primary first."""
        return tuple(_CATEGORY.findall(self.categories))

    @property
    def printed_totals(self) -> tuple[int, int, str] | None:
        """Retweets, favourites and the moment as printed (`03/25/2021 09:03:24`), or None if no line says them."""
        found = next((match for line in self.metrics if (match := _TOTALS.fullmatch(line))), None)
        return (int(found[1]), int(found[2]), found[3]) if found else None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a later revision of a post corrected, and on which day of the house's zone; `note` is Markdown."""

    day: date
    note: str


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a post beside its text; all times are aware and in the house's zone.

    `published_at` is that of the first revision, `revised_at` that of this one, None for the first.
    """

    edition_date: date
    published_at: datetime
    revised_at: datetime | None = None
    revision: int = 1
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class PostDocument:
    """A whole post; `closing` stands under a rule after the last entry, corrections included.

    `about` is known of a post that the desk makes, not of one read from a file, and is no part of what it says.
    `layout` holds the line breaks after the head and after the introduction, `closing_layout` those after the rule and
    after the closing words, each where unusual.
    """

    front: FrontMatter
    introduction: str = ""
    entries: tuple[Entry, ...] = ()
    newline: str = "\n"
    layout: tuple[str, ...] = ()
    closing: str = ""
    closing_layout: tuple[str, ...] = ()
    about: About | None = field(default=None, compare=False)

    @property
    def slug(self) -> str:
        """The post's address on its site as its front matter has it, or an empty text."""
        return self.front.slug


def blocks(entry: Entry) -> list[str]:
    """The pieces of an entry from top to bottom. The abstract has its place even when it is empty."""
    listing = [LINKS + entry.links] if entry.links else []
    listing += [f"- {entry.categories}"] if entry.categories else []
    metrics = [f"- {line}" for line in entry.metrics]
    optional = (entry.authors, "\n".join(metrics), "\n".join(listing), entry.note)
    quotes = [f"{quote.html}\n{SCRIPT}" if quote.scripted else quote.html for quote in entry.quotes]
    heading = f"# {entry.number}. {entry.title}"
    tail = [entry.remainder] if entry.remainder else []
    return [heading, *(text for text in optional if text), entry.abstract, *quotes, *tail]


def usual_layout(count: int, *, last: bool) -> tuple[str, ...]:
    """The line breaks after each of `count` blocks as the blog set them; `last` if the post ends with it."""
    return ("\n\n",) * (count - 1) + (_AFTER_LAST if last else _BETWEEN,)


def usual_opening(introduction: str, *, more: bool) -> tuple[str, ...]:
    """The line breaks after the head and, if there is one, after the introduction; `more` if anything follows them."""
    if introduction:
        return ("\n", "\n\n" if more else "\n")
    return ("\n" if more else "",)


def usual_closing() -> tuple[str, str]:
    """The line breaks after the rule over the closing words, and after these."""
    return "\n\n", "\n"


def to_dict(document: PostDocument) -> dict[str, Any]:
    """The document as JSON-able data; values that are empty are left out, so a stored record stays short.

    What is known about it beside its text is left out too.
    """
    data = asdict(document)
    del data["about"]
    return _trimmed(data)


def from_dict(data: dict[str, Any]) -> PostDocument:
    """The document that `to_dict` wrote. TypeError or KeyError for data of another shape."""
    front = {**data["front"], "tags": tuple(data["front"].get("tags", ()))}
    return PostDocument(
        front=FrontMatter(**front),
        introduction=data.get("introduction", ""),
        entries=tuple(_entry_from(entry) for entry in data.get("entries", ())),
        newline=data.get("newline", "\n"),
        layout=tuple(data.get("layout", ())),
        closing=data.get("closing", ""),
        closing_layout=tuple(data.get("closing_layout", ())),
    )


def _entry_from(data: dict[str, Any]) -> Entry:
    fields = {**data, "title": data.get("title", "")}
    fields["metrics"] = tuple(data.get("metrics", ()))
    fields["layout"] = tuple(data.get("layout", ()))
    fields["quotes"] = tuple(Quote(**quote) for quote in data.get("quotes", ()))
    return Entry(**fields)


def _trimmed(value: Any) -> Any:
    """The same data with tuples as lists and without keys whose value is an empty text, an empty list or False."""
    if isinstance(value, dict):
        return {key: _trimmed(item) for key, item in value.items() if item not in ("", (), []) and item is not False}
    if isinstance(value, list | tuple):
        return [_trimmed(item) for item in value]
    return value
