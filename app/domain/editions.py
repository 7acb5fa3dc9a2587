"""Editions and their items: order keys, what an editor may do, and what may be published and why not."""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from itertools import accumulate
from math import floor, inf

from app.domain.profiles import Profile
from app.domain.ranking import is_above_cut, rank_key

REASON_LIMIT = 200
# Far above any score, and still a number that reads as one.
CUT_LIMIT = 1_000_000_000
# A mention that carries this many papers is shown in a banner: the incident of 2020-07-28 was one of 15.
LOUD_FROM = 3

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
# Beyond this length the whole list is given fresh keys; it takes hundreds of moves into one gap to get there.
KEY_LIMIT = 100


class NotAllowed(Exception):
    """Something that cannot be done as things stand; the message is one plain sentence for the editor."""


class Stale(NotAllowed):
    """The item was changed since the form was shown."""


class EmptyEdition(NotAllowed):
    """An edition without picked papers is published only after a second yes."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The house's settings that decide scores and the look of a post."""

    cut: float
    quote_cut: float
    quote_limit: int
    weights: Mapping[str, float]
    timezone: tzinfo
    profile: Profile
    # The address under which the posts stand on their site; empty for links from its root.
    site_url: str = ""
    # Whether TeX in the words of titles and abstracts is printed as what it means, or as it is written.
    tidy_tex: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A picked item as far as the order is concerned; `is_fixed` when an editor chose its place.

    The key is empty while a place for the item is being looked for.
    """

    item_id: int
    order_key: str
    score: float
    arxiv_id: str
    is_fixed: bool = False


def key_between(before: str | None, after: str | None) -> str:
    """An order key that sorts, byte by byte, strictly between two keys; None is an open end.

    A key is the digits of a fraction in base 62, without trailing zeros, so there is always room for one more.
    Raises ValueError if `before` does not sort before `after`.
    """
    if before is not None and after is not None and before >= after:
        raise ValueError(f"no key fits between {before!r} and {after!r}")
    low, key = before or "", ""
    while True:
        place = len(key)
        floor = DIGITS.index(low[place]) if place < len(low) else 0
        ceiling = DIGITS.index(after[place]) if after is not None and place < len(after) else BASE
        if after is not None and place >= len(after):
            raise ValueError(f"no key fits between {before!r} and {after!r}")
        if ceiling - floor > 1:
            return key + DIGITS[(floor + ceiling) // 2]
        key += DIGITS[floor]
        if ceiling != floor:
            # From here on the key is below `after` whatever follows.
            after = None


def keys_between(before: str | None, after: str | None, count: int) -> list[str]:
    """`count` order keys, ascending, in one gap as `key_between` has it; short, for each halves the rest."""
    if not count:
        return []
    middle, lower = key_between(before, after), count // 2
    return [*keys_between(before, middle, lower), middle, *keys_between(middle, after, count - lower - 1)]


def spread_keys(count: int) -> list[str]:
    """`count` order keys, ascending, evenly apart and of equal length before trailing zeros are cut."""
    width = 1
    while BASE**width <= count * 2:
        width += 1
    step = BASE**width / (count + 1)
    return [_fraction(int(step * (n + 1)), width) for n in range(count)]


def _fraction(value: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        value, digit = divmod(value, BASE)
        digits = DIGITS[digit] + digits
    return digits.rstrip("0")


def index_by_score(order: Sequence[Placed], score: float, arxiv_id: str) -> int:
    """Where a paper belongs in a picked list: before the first one, not placed by an editor, that ranks below it."""
    return bisect_right(_worst_so_far(order), rank_key(score, arxiv_id))


def _worst_so_far(order: Iterable[Placed]) -> list[tuple[float, str]]:
    """For each place the worst rank up to it, leaving out what an editor placed: ascending, so it can be bisected."""
    ranks = ((-inf, "") if item.is_fixed else rank_key(item.score, item.arxiv_id) for item in order)
    return list(accumulate(ranks, max))


def placed_by_score(order: Sequence[Placed], items: Iterable[Placed]) -> list[Placed]:
    """A picked list with more items in it, each where `index_by_score` puts it, with a key from the gap it is in.

    That is the same whichever comes first, and no other item gets another key.
    """
    worst = _worst_so_far(order)
    gaps: dict[int, list[Placed]] = {}
    for item in sorted(items, key=lambda item: rank_key(item.score, item.arxiv_id)):
        gaps.setdefault(bisect_right(worst, rank_key(item.score, item.arxiv_id)), []).append(item)
    ends = [None, *(item.order_key for item in order), None]
    placed: list[Placed] = []
    for index in range(len(order) + 1):
        gap = gaps.get(index, [])
        keys = keys_between(ends[index], ends[index + 1], len(gap))
        placed += [replace(item, order_key=key) for item, key in zip(gap, keys, strict=True)]
        placed += order[index : index + 1]
    return placed


def already_in_place(order: Sequence[Placed], free: Container[int], cut: float) -> set[int]:
    """Of the `free` items of a picked list those that need not move: the fewest others then have to.

    They are at or above the cut, stand where `index_by_score` would put them among the items that are not free, and
    in the order of their ranks. What an editor placed may stand anywhere between.
    """
    loose = [item for item in order if not item.is_fixed]
    held = [item for item in loose if item.item_id not in free]
    worst, passed = _worst_so_far(held), 0
    standing: list[Placed] = []
    for item in loose:
        if item.item_id not in free:
            passed += 1
        elif is_above_cut(item.score, cut) and bisect_right(worst, rank_key(item.score, item.arxiv_id)) == passed:
            standing.append(item)
    return {item.item_id for item in _longest_in_rank_order(standing)}


def _longest_in_rank_order(items: Sequence[Placed]) -> list[Placed]:
    """The longest part of a list, with gaps, that stands best first; the last item first."""
    ranks: list[tuple[float, str]] = []
    ends: list[int] = []
    before: list[int | None] = []
    # Of all such parts of one length only the one whose last item ranks best need be kept; `ends` has that item.
    for index, item in enumerate(items):
        rank = rank_key(item.score, item.arxiv_id)
        length = bisect_left(ranks, rank)
        before.append(ends[length - 1] if length else None)
        ranks[length : length + 1] = [rank]
        ends[length : length + 1] = [index]
    found, last = [], ends[-1] if ends else None
    while last is not None:
        found.append(items[last])
        last = before[last]
    return found


@dataclass(frozen=True, slots=True)
class Settled:
    """A picked list as rule and score make it, and the items that moved: those among them not in it are candidates."""

    order: list[Placed]
    moved: set[int]


def settle(order: Sequence[Placed], free: Sequence[Placed], cut: float) -> Settled:
    """Where rule and score put the `free` items, of which `order`, the picked list, may hold some; the others stay.

    What stands in order already stays too, also behind a paper that an editor placed.
    """
    by_id = {item.item_id: item for item in free}
    staying = already_in_place(order, by_id, cut)
    moving = [item for item in free if item.item_id not in staying]
    kept = [item for item in order if item.item_id in staying or item.item_id not in by_id]
    above = [item for item in moving if is_above_cut(item.score, cut)]
    return Settled(placed_by_score(kept, above), {item.item_id for item in moving})


def in_score_order(order: Sequence[Placed], pinned: Container[int]) -> list[Placed]:
    """A picked list with its items best first, but for the pinned ones, which keep their numbers.

    The keys stay where they are and the items change places, so whatever keeps its number keeps its key.
    """
    loose = iter(
        sorted(
            (item for item in order if item.item_id not in pinned),
            key=lambda item: rank_key(item.score, item.arxiv_id),
        )
    )
    return [
        was if was.item_id in pinned else replace(next(loose), order_key=was.order_key, is_fixed=False) for was in order
    ]


def cut_for_one_fewer(scores: Iterable[float]) -> float | None:
    """The cut that the worst of the picked scores falls below and no better one; None where there are none.

    Equal scores fall together.
    """
    lowest, *better = sorted(set(scores)) or [None]
    if lowest is None:
        return None
    return better[0] if better else max(0.0, floor(lowest) + 1.0)


def cut_for_one_more(scores: Iterable[float]) -> float | None:
    """The cut that the best of the candidates' scores reaches; None where nobody counted any of them."""
    best = max(scores, default=0.0)
    return best if best > 0 else None


def check_cut(cut: float) -> None:
    """Refuse what is no cut. Raises NotAllowed."""
    if not 0 <= cut <= CUT_LIMIT:
        raise NotAllowed(f"A cut is a number from 0 to {CUT_LIMIT:,}, such as 50.")


def target_position(to: int | str, current: int | None, count: int) -> int:
    """The 1-based position that a move means in a list of `count`; words are up, down, top and bottom.

    `current` is None for a paper that is not in the list yet. Raises NotAllowed naming the positions there are.
    """
    words = {"top": 1, "bottom": count, "up": max(1, (current or 1) - 1), "down": min(count, (current or count) + 1)}
    position = words.get(to) if isinstance(to, str) else to
    if position is None or not 1 <= position <= count:
        shown = to if isinstance(to, str) else f"{to:,}"
        raise NotAllowed(f"There is no position {shown}; choose a number from 1 to {count}.")
    return position


def check_reason(reason: str | None) -> None:
    """Refuse a reason that is too long for the list. Raises NotAllowed."""
    if reason and len(reason) > REASON_LIMIT:
        raise NotAllowed(f"The reason has {len(reason):,} characters; shorten it to {REASON_LIMIT} or fewer.")
