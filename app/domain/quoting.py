"""Which mentions a paper's entry quotes, in what order, and why the others are not: by the rule, or as chosen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from itertools import islice
from typing import Any

from app.domain.post_document import Quote
from app.domain.quotes import date_in_words, is_tweet, quote_html
from app.domain.ranking import QUOTE_CUT, QUOTE_LIMIT, CountedMention, best_first, mention_score

# A mention as a record holds it.
Said = Mapping[str, Any]
# What names a mention in a record: its source, and its id there.
Name = tuple[str, str]


class Why(StrEnum):
    """Why a mention is not quoted; empty where it is."""

    QUOTED = ""
    STRUCK = "struck"
    REPOST = "a repost"
    GONE = "gone"
    WORDLESS = "without words"
    LOW = "below the cut"
    MANY = "beyond the limit"
    NOT_CHOSEN = "not chosen"


@dataclass(frozen=True, slots=True)
class QuoteRule:
    """How mentions are chosen where no editor did: from `cut` on, weighted by source, best first, at most `limit`.

    `zone` words the dates.
    """

    weights: Mapping[str, float]
    cut: float = QUOTE_CUT
    limit: int = QUOTE_LIMIT
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Standing:
    """How a mention stands to the quotes: its number among them from 1, or why it is none of them.

    `by_rule` says whether the rule alone would quote it.
    """

    number: int | None
    why: Why
    by_rule: bool


def quotes_of(mentions: Sequence[Said], chosen: Sequence[Name] | None, rule: QuoteRule) -> list[tuple[int, Quote]]:
    """The quotes of an entry in their order, each with the index of its mention.

    Chosen are exactly those named, without any that is struck, gone or empty meanwhile; None leaves it to the rule.
    """
    if chosen is None:
        return list(islice(_worded(mentions, _by_rule(mentions, rule), rule), rule.limit))
    index = {name_of(mention): at for at, mention in enumerate(mentions)}
    named = [index[name] for name in dict.fromkeys(chosen) if name in index]
    return list(_worded(mentions, [at for at in named if not _barred(mentions[at])], rule))


def standings(mentions: Sequence[Said], chosen: Sequence[Name] | None, rule: QuoteRule) -> list[Standing]:
    """Of each mention how it stands to the quotes, in the order given."""
    by_rule = [at for at, _ in quotes_of(mentions, None, rule)]
    quoted = by_rule if chosen is None else [at for at, _ in quotes_of(mentions, chosen, rule)]
    numbers = {at: number for number, at in enumerate(quoted, start=1)}

    def why(at: int, mention: Said) -> Why:
        if at in numbers or (barred := _barred(mention)):
            return Why.QUOTED if at in numbers else barred
        if not _quote(mention, rule.zone):
            return Why.WORDLESS
        if chosen is not None:
            return Why.NOT_CHOSEN
        return Why.LOW if _is_low(mention, rule) else Why.MANY

    return [Standing(numbers.get(at), why(at, mention), at in by_rule) for at, mention in enumerate(mentions)]


def name_of(mention: Said) -> Name:
    """What names a mention in a record."""
    return mention["source"], str(mention.get("id") or "")


def counted(mention: Said) -> CountedMention:
    """A mention of a record as scoring takes it."""
    return CountedMention(
        mention["source"],
        *counts(mention),
        captured_at=moment(mention.get("captured_at")),
        is_struck=bool(mention.get("struck")),
        is_repost=bool(mention.get("repost_of")),
    )


def counts(told: Mapping[str, Any]) -> tuple[int | None, int | None, int | None, int | None]:
    """Reposts, likes, replies and points of a reading or a mention of a record."""
    return told.get("reposts"), told.get("likes"), told.get("replies"), told.get("points")


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 time as an aware one; one without an offset is UTC."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _by_rule(mentions: Sequence[Said], rule: QuoteRule) -> list[int]:
    """The mentions from the cut on, best first, then those without counts."""
    worth = [at for at, mention in enumerate(mentions) if not (_barred(mention) or _is_low(mention, rule))]
    return best_first(worth, lambda at: _score(mentions[at], rule))


def _worded(mentions: Sequence[Said], order: Sequence[int], rule: QuoteRule) -> Iterator[tuple[int, Quote]]:
    """The quotes of the mentions that have anything to quote."""
    for at in order:
        if html := _quote(mentions[at], rule.zone):
            yield at, Quote(html, scripted=is_tweet(html))


def _barred(mention: Said) -> Why:
    """Why a mention cannot be quoted, whoever would; empty where it can."""
    if mention.get("repost_of"):
        return Why.REPOST
    if mention.get("struck"):
        return Why.STRUCK
    return Why.GONE if mention.get("gone") else Why.QUOTED


def _score(mention: Said, rule: QuoteRule) -> float | None:
    return mention_score(counted(mention), rule.weights.get(mention["source"], 1.0))


def _is_low(mention: Said, rule: QuoteRule) -> bool:
    score = _score(mention, rule)
    return score is not None and score < rule.cut


def _quote(mention: Said, zone: tzinfo) -> str:
    posted_at = moment(mention.get("posted_at"))
    return quote_html(
        source=mention["source"],
        url=mention.get("url"),
        author_name=mention.get("author_name") or "",
        author_handle=mention.get("author_handle") or "",
        text=mention.get("text"),
        html=mention.get("html"),
        posted=mention.get("posted_on") or (date_in_words(posted_at.astimezone(zone)) if posted_at else ""),
    )


def ordinal(number: int) -> str:
    """A place in words: 1st, 2nd, 11th."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending if number % 100 not in (11, 12, 13) else 'th'}"
