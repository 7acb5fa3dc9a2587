"""Invented things for the style guide: a desk with a row in each state, people, a history, a look back."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from app.domain.history import Piece
from app.domain.lookback import Outcome, judge, slopes
from app.domain.rehearsal_lines import bad, good
from app.queries.editions import Desk
from app.queries.handover import Handover
from app.queries.history import Entry
from app.queries.loud import LoudMention
from app.queries.presence import Baton, Person
from app.queries.repeats import Ran
from app.queries.rows import Row
from app.queries.source_states import Freshness
from app.queries.writings import Stand
from app.web.changes import Changes, Compared, Pair, Told
from app.web.company import Company

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 8, 14, tzinfo=UTC)
PARTS = [
    {"source": "twitter", "score": 514, "reposts": 140, "likes": 374, "voices": 3, "loudest": 0.4},
    {"source": "hackernews", "score": 131, "points": 131, "voices": 1, "loudest": 1.0},
]
ONE_VOICE = [{"source": "bluesky", "score": 53, "reposts": 9, "likes": 44, "voices": 2, "loudest": 0.83}]
RISE = [[(NOW - timedelta(hours=18 - 3 * n)).isoformat(), 120 + 58 * n] for n in range(7)]
NOTE = "Short, and the proof fits on a page: read section 3 first."


def _row(number: int, state: str = "picked", **fields: Any) -> Row:
    row = Row(
        id=number,
        state=state,
        score=645,
        parts_json=json.dumps(PARTS),
        arxiv_id=f"2611.9{number:04}",
        title="Lanterns and Moss: On the $\\ell_{2}$ Norm of Small Lights",
        authors_json='["Ada Fernsby", "Tomas Quill"]',
        categories_json='["cs.LG", "stat.ML"]',
        number=number if state == "picked" else None,
    )
    return row._replace(**fields)


# By what each is an example of.
PICKED = {
    "as it lies": _row(1, trend_json=json.dumps(RISE)),
    "with a note and its own headline": _row(2, note=NOTE, headline="Small Lights, Counted"),
    "pinned; one voice carries it": _row(3, pinned=True, score=53, parts_json=json.dumps(ONE_VOICE), is_new=True),
    "ran before": _row(4, score=212),
    "current": _row(5),
    "opened": _row(6),
    "selected": _row(7),
    "shown by a mention": _row(8),
}
CANDIDATES = {
    "above the cut": _row(11, "candidate", score=90),
    "nobody counted": _row(12, "candidate", score=0, parts_json="[]", title="A Paper That Nobody Has Spoken Of Yet"),
    "through a lens": _row(13, "candidate", lens_score=24, lens_tag="would fall out"),
}
DROPPED = {"dropped": _row(21, "dropped", drop_reason="off topic")}
# What the scripts put on a row, by the example.
CLASSES = {"current": "current", "opened": "opened", "selected": "chosen", "shown by a mention": "shown"}

LOUD = LoudMention(
    mention_id=1,
    source="twitter",
    author_name="North Pop",
    author_handle="northpop",
    text="New single out Friday! And six papers, while you wait.",
    html=None,
    reposts=61,
    likes=148,
    replies=None,
    points=None,
    item_ids=[1, 2, 3],
)
PEOPLE = [
    Person(id=n, name=name, may_edit=True, item_id=n, field=field, is_idle=is_idle, seen_at=NOW, active_at=NOW)
    for n, name, field, is_idle in (
        (1, "Ben Ash", "note", False),
        (2, "Rui Vale", None, False),
        (3, "Ona Fir", None, True),
    )
]
BATON = Baton(1, "Ben Ash", NOW - timedelta(hours=1), NOW - timedelta(minutes=9), is_here=True, is_idle=True)
HANDED = Handover(
    name="Ben",
    since=NOW - timedelta(hours=1),
    counts={"dropped": 4, "note": 1},
    repeats=2,
    deepest=8,
    papers=46,
)
OUTCOMES = [
    Outcome(n, f"2611.9{n:04}", "picked" if n < 5 else "candidate", n if n < 5 else None, then, now)
    for n, then, now in (
        (1, 640, 2100),
        (2, 400, 460),
        (3, 300, 310),
        (4, 90, 95),
        (5, 48, 900),
        (6, 45, 47),
        (7, 30, 31),
    )
]


def sample_desk() -> Desk:
    """An edition that is no more than what its parts need to be shown."""
    rows = {"picked": PICKED, "candidate": CANDIDATES, "held": {}, "dropped": DROPPED}
    return Desk(
        id=1,
        date=DAY,
        status="draft",
        version=1,
        cut=50,
        counts={state: len(found) for state, found in rows.items()},
        picked=list(PICKED.values()),
        candidates=list(CANDIDATES.values()),
        held=[],
        dropped=list(DROPPED.values()),
        shown={state: [row.id for row in found.values()] for state, found in rows.items()},
        captured_at=NOW,
        drop_reasons=["1 off topic"],
        new_count=1,
        new_since=NOW - timedelta(hours=2),
        fall_out=1,
        come_in=0,
    )


def sample_company() -> Company:
    """Three others, one of whom holds the baton and has been idle."""
    return Company(PEOPLE, BATON, is_mine=False, asks_myself=False, digest="")


def stand(field: str, text: str, saved_at: datetime | None = None) -> Stand:
    """A text as it stands."""
    return Stand(field, text, "", saved_at)


def sample_history() -> dict[str, Any]:
    """Three lines of a history, one of which was undone, and what the first of them changed."""
    ben = SimpleNamespace(name="Ben Ash")
    events = [
        SimpleNamespace(id=3, kind="item.annotated", editor=ben, summary="wrote the note of “Lanterns and Moss”"),
        SimpleNamespace(id=2, kind="item.moved", editor=ben, summary="moved “Lanterns and Moss” to no. 3"),
        SimpleNamespace(id=1, kind="edition.cut", editor=None, summary="set the cut to 50"),
    ]
    for minutes, event in enumerate(events):
        event.at, event.ended_at = NOW - timedelta(minutes=30 * minutes), None
    events[0].ended_at = NOW + timedelta(minutes=6)
    entries = [Entry(at=event.at, day=DAY, event=event) for event in events]
    entries[1] = replace(entries[1], undone_by=events[0])
    pieces = [
        Piece("same", "The proof is "),
        Piece("gone", "long "),
        Piece("come", "short, and "),
        Piece("same", "fits."),
    ]
    told = Told(pairs=[Pair("Place", "no. 7", "no. 3")], texts=[Compared("Note", pieces)])
    return {"entries": entries, "changes": {3: Changes([told])}}


def sample_lookback() -> dict[str, Any]:
    """An edition of seven papers, a week later."""
    found = judge(OUTCOMES)
    names = {paper.item_id: SimpleNamespace(title=f"Lanterns and Moss {paper.item_id}") for paper in OUTCOMES}
    return {"verdict": found, "slopes": slopes(OUTCOMES), "names": names}


REHEARSED = [
    bad("date", "2026-11-20T08:30:00.Z is no date to Hugo.", 3, "date: 2026-11-20T08:30:00.Z"),
    bad("target git", "The site’s repository cannot be reached."),
    good("title", "The title is “Hot Papers 2026-11-20”."),
    good("links", "65 links are well-formed."),
]


def everything() -> dict[str, Any]:
    """All samples by the names under which the parts of the page ask for them."""
    ran = Ran(date=DAY - timedelta(days=9), number=3, version=1, version_since=2, is_update=False)
    return {
        "desk": sample_desk(),
        "edition": SimpleNamespace(date=DAY, version=1, status="draft"),
        "freshness": Freshness(),
        "repeats": {PICKED["ran before"].id: ran},
        "may_edit": True,
        "company": sample_company(),
        "handed": HANDED,
        "day": DAY.isoformat(),
        "here": DAY,
        "history": sample_history(),
        "lookback": sample_lookback(),
        "loud": LOUD,
        "picked": PICKED,
        "candidates": CANDIDATES,
        "dropped": DROPPED,
        "classes": CLASSES,
        "stand": stand,
        "now": NOW,
        "rehearsed": REHEARSED,
    }
