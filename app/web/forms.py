"""What the forms send, read into values; what cannot be read is refused in one plain sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.domain.editions import NotAllowed
from app.domain.texts import EDITION_TEXTS, ITEM_TEXTS
from app.services.writing import Page

MOVES = ("up", "down", "top", "bottom")
# More digits than any list has places.
POSITION_DIGITS = 9
# What is typed at length: the texts of a paper and of an edition, a text by itself, and why something is done.
TYPED = (*ITEM_TEXTS, *EDITION_TEXTS, "text", "reason")
# The most characters of a page's name for itself, and the most pages that one follows.
WRITER_LIMIT = 40
FOLLOWS_LIMIT = 20


class BadInput(NotAllowed):
    """Something typed that cannot be read; nothing was changed."""


@dataclass(frozen=True, slots=True)
class ItemTexts:
    """The texts of a paper as typed into a plain form, the version of the item, and the seals of what was there."""

    typed: dict[str, str]
    version: int
    seen: dict[str, str]


def read_item_texts(form: Mapping[str, str]) -> ItemTexts:
    """The texts as typed, those that the form has. Raises BadInput when it carries no version."""
    try:
        version = int(form.get("version", ""))
    except ValueError:
        raise BadInput("This form does not say which version it was made from; reload the page.") from None
    typed = {field: form[field] for field in ITEM_TEXTS if field in form}
    return ItemTexts(typed, version, {field: form.get(f"seen-{field}", "") for field in typed})


def read_page(form: MultiDict[str, str]) -> Page:
    """The page that saves a text by itself, and those that it follows. Raises BadInput for a count that is none."""
    sequence = form.get("sequence", "0")
    if not (sequence.isascii() and sequence.isdecimal()) or len(sequence) > POSITION_DIGITS:
        raise BadInput("This form does not count its saves; reload the page.")
    names = (form.get("writer", ""), *form.getlist("follows")[:FOLLOWS_LIMIT])
    writer, *follows = [name.replace("\0", "")[:WRITER_LIMIT] for name in names]
    return Page(writer, int(sequence), follows)


def typed_texts(form: Mapping[str, str]) -> dict[str, str]:
    """The texts in a form by their fields, those that are not empty, so that none is lost whatever becomes of it."""
    return {field: form[field].replace("\r\n", "\n").replace("\0", "") for field in TYPED if form.get(field)}


def read_position(form: Mapping[str, str], *, name: str = "position") -> int | str:
    """A position: a number, or one of the words of MOVES. Raises BadInput."""
    text = form.get(name, "").strip()
    if text in MOVES:
        return text
    if not (text.isascii() and text.removeprefix("-").isdecimal()) or len(text) > POSITION_DIGITS:
        raise BadInput("A position is a whole number, such as 3.")
    return int(text)


def read_optional_position(form: Mapping[str, str]) -> int | None:
    """A position where one was given. Raises BadInput."""
    if not form.get("position", "").strip():
        return None
    position = read_position(form)
    if isinstance(position, str):
        raise BadInput("A paper that is not picked yet takes a place by number, such as 3.")
    return position


def read_id(form: Mapping[str, str], name: str) -> int | None:
    """The id in a field, None where the field is empty or not there. Raises BadInput."""
    text = form.get(name, "").strip()
    if not text:
        return None
    for found in read_ids([text]):
        return found
    raise BadInput("This form names something in a way that cannot be read; reload the page.")


def read_beside(form: Mapping[str, str]) -> dict[str, int]:
    """The picked paper before or after which a place is meant, by that word; empty where none is. Raises BadInput."""
    beside = {name: found for name in ("before", "after") if (found := read_id(form, name)) is not None}
    if len(beside) > 1:
        raise BadInput("A paper comes before one or after one, not both; reload the page.")
    return beside


def read_selected(values: list[str]) -> set[int]:
    """The ids of the papers that were selected, at least one. Raises BadInput: a bad one must not be passed over."""
    found = read_ids(values)
    if len(found) != len(set(values)):
        raise BadInput("This form names a paper in a way that cannot be read; reload the page.")
    if not found:
        raise BadInput("No paper is selected; tick the ones you mean first.")
    return found


def read_reason(form: Mapping[str, str]) -> str:
    """A reason as typed, on one line; it may be empty."""
    return " ".join(form.get("reason", "").replace("\0", "").split())


def read_ids(values: list[str]) -> set[int]:
    """The ids in repeated fields, those that are numbers."""
    return {int(value) for value in values if value.isascii() and value.isdecimal() and len(value) <= POSITION_DIGITS}
