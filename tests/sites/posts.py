"""The posts that the sites are built from: an ordinary one, full ones of real days, hostile ones, and one of now."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.posts import PostDocument
from app.domain.records import document_of
from tests.sites.hostile import NAUGHTY, drawn, drawn_note

ORDINARY = date(2026, 11, 18)
PAPERS_IN_HOSTILE = 40
HOSTILE_DAYS = 3

Record = dict[str, Any]


def ordinary() -> PostDocument:
    """Three invented papers with all that an edition usually has."""
    note = "A *lovely* proof; see [its page](https://example.org/proof_1?x=1&y=2).\n\n- short\n- `code`\n\n> They say."
    items = [
        _item("2611.00001", "Lanterns and Moss", note=note, mentions=[_mention("1", text="Ten years!\nRead it: $5")]),
        _item("2611.00002", r"On $O(n \log n)$ Mosses in $\mathbb{R}^d$", abstract="If $a_i < b_i$, then $$x = y$$."),
        _item("2611.00003", "A* Beats Scaling", headline=r"Schr\"odinger's \emph{moss}", authors=["Ada Fernsby"]),
    ]
    record = _record(ORDINARY, datetime(2026, 11, 18, 7, 30, tzinfo=UTC), items)
    corrections = [{"at": "2026-11-19T08:00:00+00:00", "note": "The second paper is *not* about ferns."}]
    words = {"introduction": "Good morning; **three** papers.", "closing": "Until tomorrow."}
    return document_of(record | words | {"corrections": corrections})


def of_candidates(path: Path) -> PostDocument:
    """All papers of a real day."""
    papers = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    items = [{"headline": None, "note": None, "mentions": [], "readings": [], **paper} for paper in papers]
    day = date.fromisoformat(path.stem)
    return document_of(_record(day, datetime(day.year, day.month, day.day, 9, 3, 24, tzinfo=UTC), items))


@cache
def hostile() -> tuple[PostDocument, ...]:
    """Posts of harmful and awkward text in every field: the list by hand, then a few hundred papers as drawn."""
    count = len(NAUGHTY)
    posts = [[_hostile_item(at, lambda shift, at=at: NAUGHTY[(at + shift) % count]) for at in range(count)]]
    for day in range(HOSTILE_DAYS):
        seeds = range(1000 * (day + 1), 1000 * (day + 1) + PAPERS_IN_HOSTILE)
        posts.append([_hostile_item(seed, lambda shift, seed=seed: drawn(100 * seed + shift)) for seed in seeds])
    return tuple(_hostile_post(number, items) for number, items in enumerate(posts))


def of_now(now: datetime) -> PostDocument:
    """A post that was published this very moment."""
    return document_of(_record(now.date(), now, [_item("2611.00009", "Moss of the Moment")]))


def all_posts(now: datetime, candidates: Path) -> Iterator[PostDocument]:
    """Every post of the sites, each of a day of its own; without the full one where its candidates are missing."""
    yield ordinary()
    yield of_now(now)
    yield from hostile()
    if candidates.is_file():
        yield of_candidates(candidates)


def _hostile_post(number: int, items: list[Record]) -> PostDocument:
    day = date(2025, 3, 1) + timedelta(days=number)
    record = _record(day, datetime(2025, 3, 1, 23, 30, tzinfo=UTC) + timedelta(days=number), items)
    record |= {"introduction": drawn_note(number), "closing": drawn_note(number + 50), "tidy_tex": bool(number % 2)}
    return document_of(record)


def _hostile_item(number: int, text: Callable[[int], str]) -> Record:
    note = f"{text(4)}\n\n* {text(5)}\n* {text(6)}\n\n> {text(7)}\n\n```py\n{text(8)}\n```\n{text(9)}"
    tweet = _mention(f"{number}", text=f"{text(10)}\n{text(11)}", author_name=text(12), author_handle=text(13))
    url = f"https://example.org/{{{{x}}}}?a=1&copy=2#{number}"
    toot = _mention(f"{number}b", source="mastodon", text=text(14), url=url)
    return _item(
        f"2503.{number:05d}",
        text(0),
        authors=[text(1), text(2)],
        abstract=" ".join((text(3), text(15), text(16))) if number % 3 else text(3),
        headline=text(17) if number % 2 else None,
        note=note if number < len(NAUGHTY) else drawn_note(number),
        mentions=[tweet, toot],
    )


def _record(day: date, published_at: datetime, items: list[Record]) -> Record:
    return {
        "format": 1,
        "kind": "edition",
        "edition_date": day.isoformat(),
        "published_at": published_at.isoformat(),
        "timezone": "Europe/Vienna",
        "profile": "lumen",
        "weights": {},
        "items": items,
    }


def _item(arxiv_id: str, title: str, **given: Any) -> Record:
    usual = {"headline": None, "note": None, "mentions": [], "authors": ["Ada Fernsby", "Tomas Quill"]}
    readings = [{"source": "twitter", "reposts": 60, "likes": 37, "captured_at": "2026-11-18T07:00:00+00:00"}]
    usual |= {"abstract": "We study lanterns.", "categories": ["cs.LG", "stat.ML"], "readings": readings}
    return {"arxiv_id": arxiv_id, "title": title, **usual, **given}


def _mention(number: str, **given: Any) -> Record:
    who = {"author_name": "Paper Bird", "author_handle": "paper_bird", "posted_on": "November 18, 2026"}
    return {"source": "twitter", "id": number, "url": f"https://twitter.com/paperbird/status/{number}", **who, **given}
