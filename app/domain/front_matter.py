"""The YAML head of a post: read tolerantly, written safely, proven by reading it back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import yaml

FENCE = "---"

# PyYAML reads about 100 KB in a second; no head of a post comes near this, and a hostile one must not stall the desk.
LONGEST_HEAD = 32_000

# Words that begin with a letter and are at least two: no reader of YAML 1.1 or 1.2 takes such a text for a number,
# a date, a truth value or nothing, and none of these signs means anything inside a plain scalar.
_PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?: [A-Za-z0-9][A-Za-z0-9./_-]*)+")
_PLAIN_DATE = re.compile(r"[0-9][0-9T:.+-]*Z?")
_KEY_LINE = re.compile(r"([A-Za-z]\w*):[ \t]*(.*)")


class FrontMatterError(ValueError):
    """The front matter, once written, does not read back as what it was to say."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the head of a post says. Every text is the value itself, not its YAML spelling.

    `date` is the raw text of the date, which in the archive is not valid (`2021-03-25T09:03:24.Z`).
    `verbatim` is the whole head as it was read, both fences included, where `head_of` would spell it otherwise; it
    is written again as long as the fields still say the same.
    """

    title: str = ""
    date: str = ""
    template: str = ""
    draft: bool = False
    slug: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    social_image: str = ""
    verbatim: str = ""


_NAMES = {
    "title": "title",
    "date": "date",
    "template": "template",
    "draft": "draft",
    "slug": "slug",
    "category": "category",
    "tags": "tags",
    "description": "description",
    "socialImage": "social_image",
}


def lumen_front_matter(edition_date: date, published_at: datetime) -> FrontMatter:
    """The head of a new post for the profile `lumen`: the values of the blog's own posts, with a date that is valid.

    `published_at` must be aware. The wording is that of the blog's post of 2021-03-24.
    """
    return FrontMatter(
        title=f"Hot Papers {edition_date.isoformat()}",
        date=iso_date(published_at),
        template="post",
        draft=False,
        slug=slug(edition_date),
        category="arXiv",
        tags=("arXiv", "Twitter", "Machine Learning", "Computer Science"),
        description=f"Hot papers {edition_date.isoformat()}",
        social_image="/media/flying-marine.jpg",
    )


def slug(edition_date: date) -> str:
    """The address of a post on its site: `hot-papers-2021-03-24`."""
    return f"hot-papers-{edition_date.isoformat()}"


def iso_date(moment: datetime) -> str:
    """An aware time as ISO 8601 with milliseconds: `2021-03-25T09:03:24.000Z`, or `….000+09:00` off UTC.

    Every generator tried reads this form, and JavaScript's `new Date` does. ValueError for a time without zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("A post's date needs a time zone.")
    text = moment.isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z" if not moment.utcoffset() else text


def head_of(front: FrontMatter) -> str:
    """The head of a post, from the first fence to the line break after the second one.

    FrontMatterError if what was written does not read back as `front`.
    """
    if front.verbatim and read_head(front.verbatim) == front:
        return front.verbatim
    head = _spelled(front)
    _prove(head, front)
    return head


def read_head(head: str) -> FrontMatter:
    """What a head says, both fences given. A head that is not YAML is read line by line: nothing is refused here."""
    body = "\n".join(head.lstrip("\ufeff").rstrip("\n").split("\n")[1:-1])
    values = _values(body)
    said: dict[str, Any] = {name: _text(values.get(key)) for key, name in _NAMES.items()}
    said["draft"] = said["draft"].lower() in {"true", "yes", "on"}
    tags = values.get("tags")
    said["tags"] = tuple(_text(tag) for tag in tags) if isinstance(tags, list) else ()
    front = FrontMatter(**said)
    return front if _spelled(front) == head else FrontMatter(**said, verbatim=head)


def _values(body: str) -> Mapping[str, Any]:
    """The keys and raw values of a head. BaseLoader makes every scalar a text, so a date stays as it was typed."""
    try:
        values = yaml.load(body, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        values = {match[1]: match[2].strip() for line in body.split("\n") if (match := _KEY_LINE.match(line))}
    return values if isinstance(values, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _spelled(front: FrontMatter) -> str:
    """The head as the blog spelled it: title and date bare, every other text in quotes, a blank line at the end."""
    tags = [f"  - {quoted(tag)}" for tag in front.tags]
    lines = [
        FENCE,
        f"title: {front.title if _PLAIN_TEXT.fullmatch(front.title) else quoted(front.title)}",
        f"date: {front.date if _PLAIN_DATE.fullmatch(front.date) else quoted(front.date)}",
        f"template: {quoted(front.template)}",
        f"draft: {'true' if front.draft else 'false'}",
        f"slug: {quoted(front.slug)}",
        f"category: {quoted(front.category)}",
        *(["tags:", *tags] if tags else ["tags: []"]),
        f"description: {quoted(front.description)}",
        f"socialImage: {quoted(front.social_image)}",
        "",
        FENCE,
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as a double-quoted YAML scalar on one line."""
    spelled = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return spelled.removesuffix("\n")


def _prove(head: str, front: FrontMatter) -> None:
    """Read the head as any YAML reader would, and compare: every text a text, the date's letters as given."""
    lines = head.split("\n")
    body = "\n".join(lines[1:-2])
    try:
        typed, raw = yaml.safe_load(body), yaml.load(body, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError) as error:
        raise FrontMatterError(f"The front matter cannot be read back: {error}.") from error
    for key, name in _NAMES.items():
        wanted = getattr(front, name)
        wanted = list(wanted) if isinstance(wanted, tuple) else wanted
        found = raw.get(key) if key == "date" else typed.get(key)
        if found != wanted or type(found) is not type(wanted):
            raise FrontMatterError(f"The front matter's {key} reads back as {found!r} instead of {wanted!r}.")
    if set(typed) != set(_NAMES):
        raise FrontMatterError("The front matter reads back with other keys than were written.")
