"""Filters: which of a day's papers somebody wants to see, and how that stands in an address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

STATES = ("picked", "candidate", "held", "dropped")
TEXT_LIMIT = 200
# A category or a source is a short word, and nobody ticks more of them than this.
WORD_LIMIT = 40
CHOICES_LIMIT = 60
NAME_LIMIT = 60
YES = "yes"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a paper must be to be seen; a filter that is left empty lets every paper through.

    `text` is searched for; one of `categories` must be the paper's, and one of `sources` must have a part in its
    score; `state` is one of STATES; `is_new` asks for papers that are new since the last look.
    """

    text: str = ""
    categories: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    state: str | None = None
    is_new: bool = False

    @property
    def is_on(self) -> bool:
        """Whether any filter is set."""
        return self != Filters()


def from_query(query: Mapping[str, Sequence[str]]) -> Filters:
    """The filters that the fields of an address mean, every field with all its values; what means none is ignored."""
    states = [value for value in query.get("state", ()) if value in STATES]
    return Filters(
        text=one_line(next(iter(query.get("q", ())), ""))[:TEXT_LIMIT].rstrip(),
        categories=_words(query.get("category", ())),
        sources=_words(query.get("source", ())),
        state=states[0] if states else None,
        is_new=YES in query.get("new", ()),
    )


def as_query(filters: Filters) -> dict[str, list[str]]:
    """The fields that mean these filters, those that are set; the inverse of `from_query`."""
    fields = {
        "q": [filters.text] if filters.text else [],
        "category": sorted(filters.categories),
        "source": sorted(filters.sources),
        "state": [filters.state] if filters.state else [],
        "new": [YES] if filters.is_new else [],
    }
    return {name: values for name, values in fields.items() if values}


def one_line(text: str) -> str:
    """A text as typed, on one line, without the one character that no database keeps."""
    return " ".join(text.replace("\0", " ").split())


def _words(values: Iterable[str]) -> frozenset[str]:
    found = dict.fromkeys(value for value in values if _is_word(value))
    return frozenset(list(found)[:CHOICES_LIMIT])


def _is_word(value: str) -> bool:
    return 0 < len(value) <= WORD_LIMIT and value.isascii() and value.isprintable() and " " not in value
