"""How a paper's mentions stand to the quotes of its entry: which are printed as which, and why the others are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.editions import Rules
from app.domain.quoting import Name, QuoteRule, Standing, Why, quotes_of, standings
from app.models import AuditEvent, Item, MentionedPaper
from app.queries.evidence import Evidence
from app.queries.items import Details
from app.queries.records import mention_record

UNDONE = "action.undone"
CHOOSING = ("item.quoted", UNDONE, "action.redone")
# What moves the run up to which an item is read.
MOVING = ("data.taken", UNDONE, "action.redone")


@dataclass(frozen=True, slots=True)
class Quotable:
    """A mention and how it stands to the quotes.

    `is_listed` says that it is quoted or was chosen, and so has a place among them; `hidden` is the event by which
    somebody took it out of them, `is_new` says that it came after they were chosen.
    """

    mention: Evidence
    standing: Standing
    is_listed: bool
    hidden: AuditEvent | None = None
    is_new: bool = False

    @property
    def is_near(self) -> bool:
        """Whether it is one of those that an editor chooses among: quoted, taken out of the quotes, or offered anew."""
        return self.is_listed or self.hidden is not None or (self.is_new and self.standing.by_rule)

    @property
    def may_be_quoted(self) -> bool:
        """Whether an editor may choose it."""
        return not self.is_listed and self.standing.why in (Why.LOW, Why.MANY, Why.NOT_CHOSEN)


@dataclass(frozen=True, slots=True)
class Quoting:
    """The mentions of a paper: those with a place among the quotes in their order, then those near them, then the
    others, each best first.

    `is_chosen` says that an editor chose and not the rule; `chosen_by` is a name, None for the command line.
    """

    mentions: list[Quotable]
    is_chosen: bool
    chosen_by: str | None = None
    chosen_at: datetime | None = None

    @property
    def quoted(self) -> int:
        """How many are quoted."""
        return sum(quotable.standing.number is not None for quotable in self.mentions)

    @property
    def listed(self) -> int:
        """How many have a place among the quotes, those included that cannot be quoted now."""
        return sum(quotable.is_listed for quotable in self.mentions)

    @property
    def near(self) -> int:
        """How many an editor chooses among at first; they come first."""
        return sum(quotable.is_near for quotable in self.mentions)

    @property
    def new(self) -> int:
        """How many that the rule would quote came after the quotes were chosen."""
        return sum(quotable.is_new and quotable.standing.by_rule for quotable in self.mentions)


def listed_mentions(mentions: Sequence[Evidence], chosen: Sequence[int] | None, rules: Rules) -> list[int]:
    """The ids of the mentions with a place among a paper's quotes, in their order: the chosen ones, or the rule's."""
    if chosen is not None:
        return list(chosen)
    said = [mention_record(mention) for mention in mentions]
    return [mentions[at].mention_id for at, _ in quotes_of(said, None, _rule(rules))]


def standing_of(
    mentions: Sequence[Evidence], mention_id: int, chosen: Sequence[int] | None, rules: Rules
) -> Standing | None:
    """How one mention stands to the quotes; None where the paper has no such mention."""
    found = _standings(mentions, chosen, rules)
    return next((at for mention, at in zip(mentions, found, strict=True) if mention.mention_id == mention_id), None)


def quoting_of(session: Session, item: Details, rules: Rules) -> Quoting:
    """How the mentions of an item stand to the quotes that its entry would have now."""
    found = zip(item.mentions, _standings(item.mentions, item.quotes, rules), strict=True)
    if item.quotes is None:
        rows = [Quotable(mention, at, at.number is not None) for mention, at in found]
        return Quoting(sorted(rows, key=lambda row: row.standing.number or len(rows) + 1), is_chosen=False)
    place = {mention_id: number for number, mention_id in enumerate(item.quotes)}
    events = _choices(session, item)
    newest = events[0] if events else None
    since = _came_since(session, item, newest) if newest else set()
    rows = []
    for mention, standing in found:
        if mention.mention_id in place:
            rows.append(Quotable(mention, standing, is_listed=True))
            continue
        hidden = _taken_out(mention.mention_id, standing, item.id, events)
        rows.append(Quotable(mention, standing, is_listed=False, hidden=hidden, is_new=mention.mention_id in since))
    rows.sort(key=lambda row: (not row.is_near, place.get(row.mention.mention_id, len(place))))
    by = newest.editor.name if newest and newest.editor else None
    return Quoting(rows, is_chosen=True, chosen_by=by, chosen_at=newest and newest.at)


def _rule(rules: Rules) -> QuoteRule:
    return QuoteRule(rules.weights, rules.quote_cut, rules.quote_limit, rules.timezone)


def _standings(mentions: Sequence[Evidence], chosen: Sequence[int] | None, rules: Rules) -> list[Standing]:
    names: dict[int, Name] = {mention.mention_id: (mention.source, mention.external_id) for mention in mentions}
    named = None if chosen is None else [names[mention_id] for mention_id in chosen if mention_id in names]
    return standings([mention_record(mention) for mention in mentions], named, _rule(rules))


def _choices(session: Session, item: Details) -> list[AuditEvent]:
    """Every event that changed which mentions an item's entry quotes, newest first."""
    of_item = (AuditEvent.edition_id == item.edition.id, AuditEvent.item_id == item.id)
    query = select(AuditEvent).where(*of_item, AuditEvent.kind.in_(CHOOSING)).options(joinedload(AuditEvent.editor))
    return [
        event for event in session.scalars(query.order_by(AuditEvent.id.desc())) if _change(event, item.id, "quotes")
    ]


def _change(event: AuditEvent, item_id: int, field: str) -> list[list[int] | int | None] | None:
    """A field of an item before and after an event; None where it left that alone."""
    fields = (change["fields"] for change in event.changes if change.get("item_id") == item_id)
    return next((found[field] for found in fields if field in found), None)


def _taken_out(mention_id: int, standing: Standing, item_id: int, events: Sequence[AuditEvent]) -> AuditEvent | None:
    """The event by which an editor took a mention out of the quotes; none where that merely took back its choosing."""
    for event in events:
        before, after = _change(event, item_id, "quotes") or (None, None)
        was_in = standing.by_rule if before is None else mention_id in before
        if was_in and after is not None and mention_id not in after:
            return event if event.kind != UNDONE else None
    return None


def _came_since(session: Session, item: Details, chosen: AuditEvent) -> set[int]:
    """The mentions that an item has of runs that were taken after its quotes were chosen."""
    later = select(AuditEvent).where(AuditEvent.edition_id == item.edition.id, AuditEvent.id > chosen.id)
    events = session.scalars(later.where(AuditEvent.kind.in_(MOVING)).order_by(AuditEvent.id))
    horizon = next((found[0] for event in events if (found := _change(event, item.id, "horizon"))), None)
    if horizon is None:
        return set()
    query = select(MentionedPaper.mention_id).join(Item, Item.paper_id == MentionedPaper.paper_id)
    return set(session.scalars(query.where(Item.id == item.id, MentionedPaper.run_id > horizon)))
