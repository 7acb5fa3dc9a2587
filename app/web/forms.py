"""What the forms send, read into values; what cannot be read is refused in one plain sentence."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.editions import NotAllowed

MOVES = ("up", "down", "top", "bottom")
# More digits than any list has places.
POSITION_DIGITS = 9


class BadInput(NotAllowed):
    """Something typed that cannot be read; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A headline and a note as typed, with the version of the item that the form was made from."""

    headline: str
    note: str
    version: int
    seen: str


def read_texts(form: Mapping[str, str]) -> Texts:
    """The headline and note as typed. Raises BadInput when the form carries no version."""
    typed = typed_texts(form)
    try:
        version = int(form.get("version", ""))
    except ValueError:
        raise BadInput("This form does not say which version it was made from; reload the page.") from None
    return Texts(typed["headline"], typed["note"], version, form.get("seen", ""))


def typed_texts(form: Mapping[str, str]) -> dict[str, str]:
    """The headline and note in a form, line ends evened, without the one character that no database keeps."""
    return {name: form.get(name, "").replace("\r\n", "\n").replace("\0", "") for name in ("headline", "note")}


def digest(headline: str | None, note: str | None) -> str:
    """A short name for a pair of texts, so that a form can say which ones it was made from."""
    return hashlib.sha256(f"{headline or ''}\0{note or ''}".encode("utf8", "surrogatepass")).hexdigest()[:16]


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
