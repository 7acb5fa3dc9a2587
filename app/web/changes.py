"""What an audit event changed, in words: places as numbers, states and scores as words, texts word by word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Any

from flask_login import current_user

from app.domain.history import Piece, place_in_words, shortened, word_changes
from app.extensions import db
from app.models import AuditEvent, Edition, Mention
from app.queries.history import Named, named_items, named_mentions, people
from app.queries.standing import FILLED, ITEM_TEXTS, places_of
from app.web.filters import grouped, score_in_words

# Of an event that changed many papers so many are told one by one.
SHOWN_PAPERS = 12
EDITION_TEXTS = {"introduction": "introduction", "closing": "closing words"}
NOTHING = "none"
# What the desk does by itself.
BY_ITSELF = (FILLED, "edition.not_published")
# The text that editors write for each other alone, and what is said of it to others.
PRIVATE, PRIVATELY = "remark", "a private remark"


@dataclass(frozen=True, slots=True)
class Pair:
    """A field in words, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A text before and after, word by word; `sides` are those that can be brought back, by `address`."""

    label: str
    pieces: list[Piece]
    address: str = ""
    sides: tuple[str, ...] = ()


@dataclass(slots=True)
class Told:
    """What an event changed of one thing: a paper, a mention, or, where both are None, the edition itself."""

    paper: Named | None = None
    mention: Mention | None = None
    pairs: list[Pair] = field(default_factory=list)
    texts: list[Compared] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Changes:
    """All that an event changed, and how many papers more than are told."""

    told: list[Told]
    more: int = 0


# By event and item: the number in the picked list before and after, None where it was not picked.
Places = Mapping[int, Mapping[int, tuple[int | None, int | None]]]


def changes_of(
    events: Sequence[AuditEvent], editions: Mapping[int, Edition], places: Places | None = None
) -> dict[int, Changes]:
    """What events changed, by event; `editions` are those whose picked lists the places are numbers in.

    The places are looked up in the log where they are not given.
    """
    changes = [change for event in events for change in event.changes]
    quoted = [ids for change in changes for ids in change.get("fields", {}).get("quotes", ()) if ids]
    known = _Known(
        papers=named_items(db.session, [change["item_id"] for change in changes if "item_id" in change]),
        mentions=named_mentions(
            db.session, [*(c["mention_id"] for c in changes if "mention_id" in c), *(i for ids in quoted for i in ids)]
        ),
        names={person.id: person.name for person in people(db.session)},
        editions=editions,
        places=_places(events, editions) if places is None else places,
    )
    return {event.id: _told(event, known) for event in events}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the telling of events needs beside them."""

    papers: Mapping[int, Named]
    mentions: Mapping[int, Mention]
    names: Mapping[int, str]
    editions: Mapping[int, Edition]
    places: Places


def _places(events: Sequence[AuditEvent], editions: Mapping[int, Edition]) -> Places:
    found: dict[int, dict[int, tuple[int | None, int | None]]] = {}
    placing = {e.id for e in events if any("order_key" in change.get("fields", ()) for change in e.changes)}
    for edition in editions.values():
        # An event of one edition may have placed papers in another.
        for event_id, placed in places_of(db.session, edition, placing).items():
            found.setdefault(event_id, {}).update(placed)
    return found


def _told(event: AuditEvent, known: _Known) -> Changes:
    told, papers = [], []
    for change in event.changes:
        if change.get("item_id") in known.papers:
            papers.append(_paper_told(event, change, known))
        elif "strike" in change and change["mention_id"] in known.mentions:
            pair = Pair("counts", *(_strike_in_words(strike) for strike in change["strike"]))
            told.append(Told(mention=known.mentions[change["mention_id"]], pairs=[pair]))
        elif "of_edition" in change:
            told.append(_edition_told(event, change, known))
    numbers = known.places.get(event.id, {})
    papers = sorted((told for told in papers if told.pairs or told.texts), key=lambda told: _as_listed(told, numbers))
    told = [thing for thing in told if thing.pairs or thing.texts]
    return Changes([*told, *papers[:SHOWN_PAPERS]], max(0, len(papers) - SHOWN_PAPERS))


def _as_listed(told: Told, numbers: Mapping[int, tuple[int | None, int | None]]) -> tuple[float, float]:
    """By where a paper stood before, then by where it stands after; what is not picked comes last."""
    before, after = numbers.get(told.paper.item_id, (None, None)) if told.paper else (None, None)
    return before or inf, after or inf


def _paper_told(event: AuditEvent, change: Mapping[str, Any], known: _Known) -> Told:
    fields, paper = change["fields"], known.papers[change["item_id"]]
    numbers = known.places.get(event.id, {}).get(paper.item_id, (None, None))
    pairs = [_place(fields, numbers), *(_pair(name, *fields[name], known) for name in PAIRS if name in fields)]
    texts = []
    for name in ITEM_TEXTS:
        if name in fields and any(fields[name]):
            address = f"/editions/{paper.day}/history/{event.id}/text?name={name}&item={paper.item_id}"
            sides = _sides(fields[name], paper.texts[name]) if paper.is_open else ()
            texts.append(compared(name, *fields[name], address, sides))
    return Told(paper=paper, pairs=[pair for pair in pairs if pair and pair.before != pair.after], texts=texts)


def _edition_told(event: AuditEvent, change: Mapping[str, Any], known: _Known) -> Told:
    told, edition = Told(), known.editions.get(change["edition_id"])
    for name, (before, after) in change["of_edition"].items():
        if name == "cut":
            told.pairs.append(Pair("cut", grouped(before), grouped(after)))
        elif name == "baton_editor_id":
            told.pairs.append(Pair("baton", known.names.get(before, "nobody"), known.names.get(after, "nobody")))
        elif name in EDITION_TEXTS and (before or after):
            is_open = edition is not None and edition.status == "draft"
            sides = _sides((before, after), getattr(edition, name)) if is_open else ()
            address = f"/editions/{edition.date}/history/{event.id}/text?name={name}" if is_open else ""
            told.texts.append(compared(name, before, after, address, sides))
    return told


def compared(name: str, before: str | None, after: str | None, address: str, sides: tuple[str, ...]) -> Compared:
    """A text of a paper or of the edition before and after; of a private one a reader learns only that it changed."""
    if name == PRIVATE and not current_user.may_edit:
        return Compared(PRIVATELY, [])
    return Compared(EDITION_TEXTS.get(name, name), shortened(word_changes(before, after)), address, sides)


def _sides(texts: Sequence[str | None], now: str | None) -> tuple[str, ...]:
    """Which of the texts before and after, if there was any, is another than the text now."""
    return tuple(side for side, text in zip(("before", "after"), texts, strict=True) if text and text != now)


def _place(fields: Mapping[str, Any], numbers: tuple[int | None, int | None]) -> Pair | None:
    """Where a paper stood and stands; nothing where the numbers of that time are in no log and it stayed picked."""
    if "state" not in fields and "order_key" not in fields:
        return None
    states = fields.get("state", ("picked", "picked"))
    return Pair("place", *(place_in_words(state, number) for state, number in zip(states, numbers, strict=True)))


def _pair(name: str, before: Any, after: Any, known: _Known) -> Pair:
    label, words = PAIRS[name]
    return Pair(label, words(before, known), words(after, known))


def _strike_in_words(strike: Mapping[str, Any] | None) -> str:
    if strike is None:
        return "yes"
    return f"no, struck: {strike['reason']}" if strike.get("reason") else "no, struck"


def _quotes_in_words(quotes: Sequence[int] | None, known: _Known) -> str:
    if quotes is None:
        return "by the rule"
    named = [known.mentions[mention_id] for mention_id in quotes if mention_id in known.mentions]
    return ", ".join(who_said(mention) for mention in named) or NOTHING


def who_said(mention: Mention) -> str:
    """Whom a mention is by: the handle, or else the name."""
    return f"@{mention.author_handle}" if mention.author_handle else mention.author_name or mention.external_id


# Every field of an item beside its place and its texts: what it is called, and what its values are in words. A time at
# which an editor decided says that one did; when is told by the event.
PAIRS = {
    "score": ("score", lambda value, known: grouped(value or 0)),
    "parts": ("counts", lambda value, known: score_in_words(value or [])),
    "horizon": ("read as of", lambda value, known: f"run {value}"),
    "left_run_id": ("newer data left", lambda value, known: f"up to run {value}" if value else NOTHING),
    "drop_reason": ("reason", lambda value, known: value or NOTHING),
    "decided_at": ("decided", lambda value, known: "by an editor" if value else "by the rules"),
    "placed_at": ("placed", lambda value, known: "by hand" if value else "by its score"),
    "pinned_at": ("pinned", lambda value, known: "yes" if value else "no"),
    "update_of": ("runs as", lambda value, known: _entry_in_words(value)),
    "quotes": ("quotes", _quotes_in_words),
}


def _entry_in_words(value: str | None) -> str:
    return f"an update of {date.fromisoformat(value)}" if value else "an ordinary entry"


def who_acted(event: AuditEvent) -> str:
    """Who did it: an editor by name, the job, or the command line."""
    if event.editor is not None:
        return event.editor.name
    return "The job" if event.kind in BY_ITSELF else "The command line"


def what_was_done(event: AuditEvent) -> str:
    """What was done, as it follows the name of who did it."""
    return event.summary.replace("filled with", "filled the edition with", 1) if event.kind == FILLED else event.summary
