"""What may be new about a paper since an editor looked, how that is counted in words, and which words withdraw it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# arXiv flags no withdrawal; only the comment, sometimes the abstract, says so (the API's entries look like any others).
_WITHDRAWN = re.compile(r"\b(withdrawn|retracted)\b", re.IGNORECASE)
# What of a part of a score the desk and the post show.
_SHOWN_COUNTS = ("reposts", "likes", "points", "score")


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one source changed a paper's score; of a new paper, what it adds."""

    source: str
    amount: float


@dataclass(frozen=True, slots=True)
class Change:
    """What is new about one paper of an edition: between what an editor has seen, and what a later run knows.

    `title` is the one that the editor knows it by. `score_before` is None for a paper that is not in the edition yet.
    `parts` are those of the newer score.
    """

    item_id: int
    arxiv_id: str
    title: str
    state: str
    score_before: float | None
    score: float
    parts: Sequence[Mapping[str, Any]]
    is_above_cut: bool
    differences: Sequence[Difference] = ()
    # That the counts are others though the score is the same.
    is_shifted: bool = False
    # Which of its words are others, such as "title".
    words: Sequence[str] = ()
    new_title: str | None = None
    # The newer version, where there is one.
    version: int | None = None
    # The comment or abstract that says it, where the paper was withdrawn meanwhile.
    withdrawn: str | None = None
    mentions_new: int = 0
    mentions_gone: int = 0

    @property
    def is_new(self) -> bool:
        """Whether the paper itself is what is new."""
        return self.score_before is None

    @property
    def is_up(self) -> bool:
        """Whether the score grew."""
        return self.score_before is not None and self.score > self.score_before

    @property
    def is_down(self) -> bool:
        """Whether the score fell."""
        return self.score_before is not None and self.score < self.score_before

    @property
    def is_reworded(self) -> bool:
        """Whether its words or its version are others."""
        return bool(self.words or self.version)

    @property
    def is_anything(self) -> bool:
        """Whether there is anything at all to tell."""
        told = (self.is_new, self.is_up, self.is_down, self.is_shifted, self.is_reworded, self.withdrawn)
        return any(told) or self.mentions_new > 0 or self.mentions_gone > 0

    @property
    def rewording(self) -> str:
        """What became of the words: "v2: title, abstract changed", "title changed", "v2"."""
        changed = f"{', '.join(self.words)} changed" if self.words else ""
        return ": ".join(filter(None, (f"v{self.version}" if self.version else "", changed)))


def is_withdrawn(text: str | None) -> bool:
    """Whether a comment or an abstract says that its paper is withdrawn; a hint, for the words may mean another one."""
    return bool(text and _WITHDRAWN.search(text))


def differences(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """What each source changed between the parts of two scores, the largest change first."""
    amounts: dict[str, float] = {}
    for sign, parts in ((-1, before), (1, after)):
        for part in parts:
            amounts[part["source"]] = amounts.get(part["source"], 0.0) + sign * part["score"]
    found = [Difference(source, amount) for source, amount in amounts.items() if amount]
    return sorted(found, key=lambda difference: (-abs(difference.amount), difference.source))


def are_other_counts(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any count that is shown differs between the parts of two scores, whatever their sums."""
    return _shown(before) != _shown(after)


def _shown(parts: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    counts = {part["source"]: [part.get(name) for name in _SHOWN_COUNTS] for part in parts}
    return {source: found for source, found in counts.items() if any(found)}


def in_words(changes: Iterable[Change]) -> str:
    """How much of each kind there is, kinds without any left out: "2 new above the cut, 9 numbers up, 1 withdrawn".

    New mentions are told only of papers whose number did not change by them, withdrawals only once.
    """
    changes = list(changes)
    known = [change for change in changes if not change.is_new]
    tallies = [
        (sum(change.is_new and change.is_above_cut for change in changes), "new above the cut", "new above the cut"),
        (
            sum(change.is_new and not change.is_above_cut for change in changes),
            "new below the cut",
            "new below the cut",
        ),
        (sum(change.is_up for change in changes), "number up", "numbers up"),
        (sum(change.is_down for change in changes), "number down", "numbers down"),
        (sum(change.is_shifted for change in changes), "with other counts", "with other counts"),
        (sum(change.withdrawn is not None for change in changes), "withdrawn", "withdrawn"),
        (sum(change.is_reworded and not change.withdrawn for change in known), "text changed", "texts changed"),
        (sum(c.mentions_new for c in known if not (c.is_up or c.is_down)), "new mention", "new mentions"),
        (sum(change.mentions_gone for change in known), "mention gone", "mentions gone"),
    ]
    return ", ".join(f"{number:,} {one if number == 1 else many}" for number, one, many in tallies if number)
