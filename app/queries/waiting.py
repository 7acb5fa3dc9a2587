"""What waits in an edition: all that finished runs found since an editor looked, and that nobody has taken or left."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.domain.changes import Change, are_other_counts, differences, in_words, is_withdrawn
from app.domain.editions import Rules
from app.domain.ranking import SourceTotal, is_above_cut, paper_score, rank_key, source_totals
from app.models import Edition, Item, Mention, MentionedPaper, MetricsSnapshot, Paper, Revision, Run
from app.queries.among import among
from app.queries.evidence import COUNTS, PaperText, chunks, former_papers, scoring_inputs, texts_of_items

# What a paper says, as an editor calls it.
WORDS = {
    "title": "title",
    "abstract": "abstract",
    "authors": "authors",
    "categories": "categories",
    "comment": "comment",
    "doi": "DOI",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in an edition up to the run `up_to`: withdrawals first, then by the newer score, best first.

    `left` is what was looked at and left; it can still be taken.
    """

    up_to: int
    changes: list[Change]
    left: list[Change]

    @property
    def sentence(self) -> str:
        """All of it counted, such as "2 new above the cut, 9 numbers up, 1 withdrawn"; empty where nothing waits."""
        return in_words(self.changes)


@dataclass(frozen=True, slots=True)
class _News:
    """What runs after an item's horizon brought of one kind: how much, and the newest run of them."""

    count: int
    run_id: int


@dataclass(frozen=True, slots=True)
class _Texts:
    """What papers said as of their items' horizons, by item; of revised and new ones all words, then and now."""

    former: Mapping[int, Mapping[str, Any]]
    before: Mapping[int, PaperText]
    now: Mapping[int, PaperText]

    def title(self, item: Any) -> str:
        """The title that the editor has seen, or of a new paper the one that would be taken."""
        if item.state == "waiting":
            return self.now[item.id].title
        return self.former.get(item.id, {}).get("title", item.title)


_ITEM, _RUN, _NAMED, _MENTION = (model.__table__.c for model in (Item, Run, MentionedPaper, Mention))
_READ, _REVISION = MetricsSnapshot.__table__.c, Revision.__table__.c
NEWEST_FINISHED_RUN = select(_RUN.id).where(_RUN.status != "running").order_by(_RUN.id.desc()).limit(1)


def newest_finished_run(session: Session) -> int:
    """The id of the newest run that is not going on, 0 where there is none: a run is taken whole or not at all."""
    return session.scalar(NEWEST_FINISHED_RUN) or 0


def waiting_of(
    session: Session,
    edition: Edition,
    rules: Rules,
    *,
    up_to: int | None = None,
    item_ids: Collection[int] | None = None,
    keep: Callable[[Callable[[], Any]], Any] = lambda make: make(),
) -> Waiting:
    """What waits in a draft that an editor has acted on, up to a finished run or the newest one; else nothing.

    `item_ids` asks for those items alone. `keep` may give again what runs alone brought up to the same one.
    """
    up_to = newest_finished_run(session) if up_to is None else up_to
    if edition.status != "draft" or edition.acted_at is None:
        return Waiting(up_to, [], [])
    news = keep(lambda: _news_of_items(session, edition.id, up_to))
    touched, left = _touched(session, edition.id, up_to, news)
    wanted = touched if item_ids is None else touched & set(item_ids)
    changes = [change for change in _changes(session, wanted, news, edition.cut, rules, up_to) if change.is_anything]
    changes.sort(key=lambda change: (change.withdrawn is None, *rank_key(change.score, change.arxiv_id)))
    return Waiting(
        up_to,
        [change for change in changes if change.item_id not in left],
        [change for change in changes if change.item_id in left],
    )


_OF_EDITION, _UP_TO = _ITEM.edition_id == bindparam("edition_id"), bindparam("up_to")
TOUCHED = select(_ITEM.id, _ITEM.left_run_id).where(
    _OF_EDITION,
    or_(among(_ITEM.id, "item_ids"), and_(_ITEM.state == "waiting", _ITEM.horizon <= _UP_TO)),
    # What is held comes with all that is known once it is in another edition, or back in this one.
    _ITEM.state != "held",
)


def _touched(
    session: Session, edition_id: int, up_to: int, news: Mapping[int, Mapping[str, _News]]
) -> tuple[set[int], set[int]]:
    """The items of an edition that anything is new of, going by the runs alone, and those of them that were left."""
    touched, left = set(), set()
    which = {"edition_id": edition_id, "up_to": up_to, "item_ids": list(news)}
    for item_id, left_run_id in session.execute(TOUCHED, which):
        touched.add(item_id)
        newest = max((found.run_id for found in news.get(item_id, {}).values()), default=0)
        if left_run_id is not None and newest <= left_run_id:
            left.add(item_id)
    return touched, left


def _news_query() -> CompoundSelect[Any]:
    mentioned = Item.__table__.join(MentionedPaper.__table__, _NAMED.paper_id == _ITEM.paper_id)
    heard = mentioned.join(Mention.__table__, _MENTION.id == _NAMED.mention_id)
    counted, original = or_(*(_READ[name].is_not(None) for name in COUNTS)), _MENTION.repost_of.is_(None)
    totals = Item.__table__.join(MetricsSnapshot.__table__, _READ.paper_id == _ITEM.paper_id)
    sources: list[tuple[str, Any, Any, list[Any]]] = [
        ("totals", totals, _READ.run_id, [counted]),
        (
            "counts",
            mentioned.join(MetricsSnapshot.__table__, _READ.mention_id == _NAMED.mention_id),
            _READ.run_id,
            [counted],
        ),
        ("mentions", heard, _NAMED.run_id, [original]),
        ("gone", heard, _MENTION.gone_run_id, [original]),
        ("words", Item.__table__.join(Revision.__table__, _REVISION.paper_id == _ITEM.paper_id), _REVISION.run_id, []),
        (
            "mention words",
            mentioned.join(Revision.__table__, _REVISION.mention_id == _NAMED.mention_id),
            _REVISION.run_id,
            [],
        ),
    ]
    parts = [
        select(_ITEM.id.label("item_id"), literal(kind).label("kind"), func.count(), func.max(run_id))
        .select_from(joined)
        .where(_OF_EDITION, run_id > _ITEM.horizon, run_id <= _UP_TO, *more)
        .group_by(_ITEM.id)
        for kind, joined, run_id, more in sources
    ]
    return union_all(*parts)


NEWS = _news_query()


def _news_of_items(session: Session, edition_id: int, up_to: int) -> dict[int, dict[str, _News]]:
    """What came after each item's horizon, by item and kind."""
    news: dict[int, dict[str, _News]] = {}
    for item_id, kind, count, run_id in session.execute(NEWS, {"edition_id": edition_id, "up_to": up_to}):
        news.setdefault(item_id, {})[kind] = _News(count, run_id)
    return news


def _changes(
    session: Session,
    item_ids: Iterable[int],
    news: Mapping[int, Mapping[str, _News]],
    cut: float,
    rules: Rules,
    up_to: int,
) -> list[Change]:
    """What each item's score and words would become with the newer data, and what of that is other than now."""
    ids = sorted(item_ids)
    inputs = scoring_inputs(session, ids, as_of=up_to)
    columns = (Item.id, Item.state, Item.score, Item.parts, Item.headline, Paper.arxiv_id, Paper.title)
    changes = []
    for part in chunks(ids):
        items = session.execute(select(*columns).join(Paper).where(Item.id.in_(part))).all()
        revised = [item.id for item in items if item.state == "waiting" or "words" in news.get(item.id, {})]
        texts = _Texts(
            former_papers(session, part),
            texts_of_items(session, revised),
            texts_of_items(session, revised, as_of=up_to),
        )
        for item in items:
            totals = source_totals(*inputs[item.id], rules.weights)
            changes.append(_change(item, totals, texts, news.get(item.id, {}), cut))
    return changes


def _change(item: Any, totals: Sequence[SourceTotal], texts: _Texts, news: Mapping[str, _News], cut: float) -> Change:
    score, parts, is_new = paper_score(totals), [total.as_json() for total in totals], item.state == "waiting"
    return Change(
        item_id=item.id,
        arxiv_id=item.arxiv_id,
        title=item.headline or texts.title(item),
        state=item.state,
        score_before=None if is_new else item.score,
        score=score,
        parts=parts,
        is_above_cut=is_above_cut(score, cut),
        differences=differences(item.parts, parts),
        is_shifted=not is_new and item.score == score and are_other_counts(item.parts, parts),
        mentions_new=news["mentions"].count if "mentions" in news else 0,
        mentions_gone=news["gone"].count if "gone" in news else 0,
        **_rewording(item, texts, ["a mention"] if "mention words" in news else []),
    )


def _rewording(item: Any, texts: _Texts, others: list[str]) -> dict[str, Any]:
    """What became of the words, as fields of Change; `others` are those that changed beside the paper's own.

    Of a new paper only its comment can tell a withdrawal: its abstract may be about one.
    """
    if item.id not in texts.now:
        return {"words": others}
    before, now = texts.before[item.id], texts.now[item.id]
    if item.state == "waiting":
        return {"withdrawn": now.comment if is_withdrawn(now.comment) else None}
    words = [called for name, called in WORDS.items() if getattr(before, name) != getattr(now, name)]
    said_before = is_withdrawn(before.comment) or is_withdrawn(before.abstract)
    says_so = next((text for text in (now.comment, now.abstract) if is_withdrawn(text)), None)
    return {
        "words": [*words, *others],
        "new_title": now.title if before.title != now.title else None,
        "version": now.version if before.version != now.version else None,
        "withdrawn": None if said_before else says_so,
    }
