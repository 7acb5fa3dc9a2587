"""What waits in an edition: all that finished runs found since an editor looked, and that nobody has taken or left."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.domain.changes import Change, are_other_counts, differences, in_words, is_withdrawn
from app.domain.editions import Rules
from app.domain.ranking import SourceTotal, is_above_cut, paper_score, rank_key, source_totals
from app.models import Edition, Item, Mention, MentionedPaper, MetricsSnapshot, Paper, Revision, Run
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


def newest_finished_run(session: Session) -> int:
    """The id of the newest run that is not going on, 0 where there is none: a run is taken whole or not at all."""
    query = select(Run.id).where(Run.status != "running").order_by(Run.id.desc()).limit(1)
    return session.scalar(query) or 0


def waiting_of(
    session: Session,
    edition: Edition,
    rules: Rules,
    *,
    up_to: int | None = None,
    item_ids: Collection[int] | None = None,
) -> Waiting:
    """What waits in a draft that an editor has acted on, up to a finished run or the newest one; else nothing.

    `item_ids` asks for those items alone.
    """
    up_to = newest_finished_run(session) if up_to is None else up_to
    if edition.status != "draft" or edition.acted_at is None:
        return Waiting(up_to, [], [])
    news = _news_of_items(session, edition.id, up_to)
    touched, left = _touched(session, edition.id, up_to, news)
    wanted = touched if item_ids is None else touched & set(item_ids)
    changes = [change for change in _changes(session, wanted, news, edition.cut, rules, up_to) if change.is_anything]
    changes.sort(key=lambda change: (change.withdrawn is None, *rank_key(change.score, change.arxiv_id)))
    return Waiting(
        up_to,
        [change for change in changes if change.item_id not in left],
        [change for change in changes if change.item_id in left],
    )


def _touched(
    session: Session, edition_id: int, up_to: int, news: Mapping[int, Mapping[str, _News]]
) -> tuple[set[int], set[int]]:
    """The items of an edition that anything is new of, going by the runs alone, and those of them that were left."""
    query = select(Item.id, Item.state, Item.left_run_id).where(Item.edition_id == edition_id, Item.horizon <= up_to)
    # What is held comes with all that is known once it is in another edition, or back in this one.
    query = query.where(Item.state != "held")
    touched, left = set(), set()
    for item_id, state, left_run_id in session.execute(query):
        newest = max((found.run_id for found in news.get(item_id, {}).values()), default=0)
        if newest or state == "waiting":
            touched.add(item_id)
        if left_run_id is not None and newest <= left_run_id:
            left.add(item_id)
    return touched, left


def _news_of_items(session: Session, edition_id: int, up_to: int) -> dict[int, dict[str, _News]]:
    """What came after each item's horizon, by item and kind."""
    mentioned = select(Item).join(MentionedPaper, MentionedPaper.paper_id == Item.paper_id)
    heard = mentioned.join(Mention, Mention.id == MentionedPaper.mention_id)
    of_mention = MetricsSnapshot.mention_id == MentionedPaper.mention_id
    counted = or_(*(getattr(MetricsSnapshot, name).is_not(None) for name in COUNTS))
    original = Mention.repost_of.is_(None)
    sources: list[tuple[str, Select[Any], Any, list[Any]]] = [
        (
            "totals",
            select(Item).join(MetricsSnapshot, MetricsSnapshot.paper_id == Item.paper_id),
            MetricsSnapshot.run_id,
            [counted],
        ),
        ("counts", mentioned.join(MetricsSnapshot, of_mention), MetricsSnapshot.run_id, [counted]),
        ("mentions", heard, MentionedPaper.run_id, [original]),
        ("gone", heard, Mention.gone_run_id, [original]),
        ("words", select(Item).join(Revision, Revision.paper_id == Item.paper_id), Revision.run_id, []),
        (
            "mention words",
            mentioned.join(Revision, Revision.mention_id == MentionedPaper.mention_id),
            Revision.run_id,
            [],
        ),
    ]
    parts = [
        query.with_only_columns(Item.id.label("item_id"), literal(kind).label("kind"), func.count(), func.max(run_id))
        .where(Item.edition_id == edition_id, run_id > Item.horizon, run_id <= up_to, *more)
        .group_by(Item.id)
        for kind, query, run_id, more in sources
    ]
    news: dict[int, dict[str, _News]] = {}
    for item_id, kind, count, run_id in session.execute(union_all(*parts)):
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
