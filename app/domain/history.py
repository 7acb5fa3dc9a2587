"""What became of an edition: its former states on paper, and what differs between two of them or between two texts."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from app.domain.ranking import rank_key

# Of a stretch that is the same so many words are shown before and after what differs.
WORDS_AROUND = 12
# The product of the words of two texts up to which they are compared word by word; the time grows with it.
WORDS_COMPARED = 400_000
WORD = re.compile(r"\S+\s*|\s+")
PLACES = {
    "candidate": "a candidate",
    "held": "held for the next edition",
    "dropped": "dropped",
    "waiting": "not taken yet",
    None: "not in the edition",
}
EDITION_FIELDS = ("cut", "introduction", "closing")
LISTS = ("picked", "candidate", "held", "dropped")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of two texts compared: `same`, `gone` from the first, `come` with the second, or `skipped`."""

    kind: str
    text: str


@dataclass(slots=True)
class Stood:
    """An edition at one moment: its own fields, and those of its items by id, as an audit event writes them.

    `arxiv_ids` name the papers, by which equal scores are ordered.
    """

    edition_id: int
    fields: dict[str, Any]
    items: dict[int, dict[str, Any]]
    arxiv_ids: Mapping[int, str] = field(default_factory=dict)

    def take_back(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Go back to before the changes of one event; what is not of this edition, or not kept here, is passed over."""
        for change in reversed(changes):
            item = self.items.get(change.get("item_id", 0))
            if item is not None:
                item |= {name: was for name, (was, _) in change.get("fields", {}).items() if name in item}
            if change.get("edition_id") == self.edition_id:
                of_edition = change.get("of_edition", {})
                self.fields |= {name: was for name, (was, _) in of_edition.items() if name in self.fields}

    def listed(self, state: str) -> list[int]:
        """The ids of the items in one state, in the order in which the desk shows them."""
        found = [item_id for item_id, item in self.items.items() if item["state"] == state]
        if state == "picked":
            return sorted(found, key=lambda item_id: self.items[item_id]["order_key"])
        return sorted(found, key=lambda item_id: rank_key(self.items[item_id]["score"], self.arxiv_ids[item_id]))

    def numbers(self) -> dict[int, int]:
        """The number of every picked item, from 1."""
        return {item_id: number for number, item_id in enumerate(self.listed("picked"), 1)}


@dataclass(frozen=True, slots=True)
class Differences:
    """How an edition stands other than it stood: ids of items picked since, picked no more, moved, and so on."""

    picked: list[int]
    unpicked: list[int]
    moved: list[int]
    others: list[int]
    texts: list[tuple[int, str]]
    of_edition: list[str]

    @property
    def is_order(self) -> bool:
        """Whether the picked list or its order is another."""
        return bool(self.picked or self.unpicked or self.moved)

    @property
    def is_any(self) -> bool:
        """Whether anything is other than it was."""
        return self.is_order or bool(self.others or self.texts or self.of_edition)


def differences(then: Stood, now: Stood, texts: Iterable[str]) -> Differences:
    """What became of an edition between two moments; `texts` are the fields of items that are compared word by word."""
    before, after = then.listed("picked"), now.listed("picked")
    was_picked, is_picked = set(before), set(after)
    names = list(texts)
    moved = must_move(before, after)
    return Differences(
        picked=[item_id for item_id in after if item_id not in was_picked],
        unpicked=[item_id for item_id in before if item_id not in is_picked],
        moved=[item_id for item_id in after if item_id in moved],
        others=[
            item_id
            for item_id, item in then.items.items()
            if item["state"] != now.items[item_id]["state"] and item_id not in was_picked | is_picked
        ],
        texts=[
            (item_id, name)
            for item_id, item in then.items.items()
            for name in names
            if (item[name] or "") != (now.items[item_id][name] or "")
        ],
        of_edition=[name for name in then.fields if (then.fields[name] or "") != (now.fields[name] or "")],
    )


def must_move(before: Sequence[int], after: Sequence[int]) -> set[int]:
    """Of what stands in both lists the fewest that have to move for one order to become the other."""
    places = {item_id: place for place, item_id in enumerate(before)}
    both = [item_id for item_id in after if item_id in places]
    ends: list[int] = []
    lengths: list[int] = []
    for item_id in both:
        length = bisect_left(ends, places[item_id])
        ends[length : length + 1] = [places[item_id]]
        lengths.append(length)
    staying, wanted = set(), len(ends) - 1
    for item_id, length in zip(reversed(both), reversed(lengths), strict=True):
        if length == wanted:
            staying.add(item_id)
            wanted -= 1
    return set(both) - staying


def place_in_words(state: str | None, number: int | None) -> str:
    """Where a paper stands or stood: no. 3, a candidate, dropped; a picked one of unknown number is picked."""
    if state == "picked":
        return f"no. {number:,}" if number else "picked"
    return PLACES.get(state, str(state))


def word_changes(before: str | None, after: str | None) -> list[Piece]:
    """Two texts compared word by word; without what has `come` the pieces are the first, without `gone` the second."""
    old, new = WORD.findall(before or ""), WORD.findall(after or "")
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = _compared("".join(old[start : len(old) - end]), "".join(new[start : len(new) - end]))
    pieces = [Piece("same", "".join(old[:start])), *middle, Piece("same", "".join(old[len(old) - end :]))]
    return [piece for piece in pieces if piece.text]


@lru_cache(maxsize=1024)
def _compared(before: str, after: str) -> tuple[Piece, ...]:
    """What lies between the first and the last word that differ; very long texts are compared line by line."""
    old, new = WORD.findall(before), WORD.findall(after)
    if len(old) * len(new) > WORDS_COMPARED:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[i1:i2])))
        else:
            pieces += [Piece("gone", "".join(old[i1:i2])), Piece("come", "".join(new[j1:j2]))]
    return tuple(pieces)


def shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """Compared texts with what is the same far from any change left out."""
    short: list[Piece] = []
    for index, piece in enumerate(pieces):
        words = WORD.findall(piece.text) if piece.kind == "same" else []
        head = words[:WORDS_AROUND] if index else []
        tail = words[-WORDS_AROUND:] if index < len(pieces) - 1 else []
        if len(words) <= len(head) + len(tail):
            short.append(piece)
            continue
        around = [Piece("same", "".join(head)), Piece("skipped", "…"), Piece("same", "".join(tail))]
        short += [part for part in around if part.text]
    return short
