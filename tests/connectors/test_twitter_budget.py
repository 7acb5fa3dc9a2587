"""What X may cost: in a run, on a day, and where an answer is paid for and cannot be read."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.connectors.http import HttpClient
from app.connectors.twitter import SOURCE
from app.domain.sources import KnownMention
from tests.fakes.listener import NOW, Heard, about, ago, listen, values_of
from tests.fakes.service import Answer
from tests.fakes.twitter import CREDITS_DEPLETED, TOKEN, FakeX, XPost, problem

PAPER = "2611.99001"
DAY_IS_OVER = "X's budget of 150 posts a day (HOTPAPERS_TWITTER_DAY_BUDGET) is used up"


@pytest.fixture
def x() -> Iterator[FakeX]:
    with FakeX([XPost(id=str(1000 + place), likes=1, reposts=0) for place in range(300)]) as x:
        yield x


class Desk:
    """Runs one after another, all of which count in one folder."""

    def __init__(self, client: HttpClient, x: FakeX, folder: Path) -> None:
        self.client, self.x, self.folder = client, x, folder
        self.day = 150

    def run(self, budget: int = 100, papers: int = 1, **fields: Any) -> Heard:
        values = values_of(
            SOURCE,
            INSTANCE_DIR=self.folder,
            TWITTER_URL=self.x.url,
            TWITTER_OEMBED_URL=self.x.url,
            TWITTER_BEARER_TOKEN=TOKEN,
            TWITTER_BUDGET=budget,
            TWITTER_DAY_BUDGET=self.day,
        )
        self.x.clock = fields.get("now", NOW).timestamp
        names = [f"2611.{99001 + place}" for place in range(papers)]
        return listen(SOURCE.make(values, self.client, NOW.date()), about(*names, **fields))

    @property
    def counted(self) -> dict[str, Any]:
        return json.loads((self.folder / "budgets" / "twitter.json").read_text())


@pytest.fixture
def desk(client: HttpClient, x: FakeX, tmp_path: Path) -> Desk:
    return Desk(client, x, tmp_path)


def known(*ids: str) -> tuple[KnownMention, ...]:
    return tuple(KnownMention(name, f"https://twitter.com/i/status/{name}", (PAPER,)) for name in ids)


def test_runs_of_a_day_share_its_budget_and_its_end_is_told(desk: Desk, x: FakeX):
    first, second, third = (desk.run(now=NOW + timedelta(hours=hours)) for hours in range(3))
    assert [len(heard.mentions) for heard in (first, second, third)] == [100, 50, 0]
    assert "posts a run (HOTPAPERS_TWITTER_BUDGET)" in first.notices[0]
    assert second.notices[0] == third.notices[0] == f"{DAY_IS_OVER}: 1 of 1 papers were not asked about."
    assert (x.returned, third.error, desk.counted) == (150, None, {"day": "2026-11-20", "posts": 150})


def test_a_day_ends_at_midnight_in_greenwich(desk: Desk):
    desk.run(150)
    assert desk.run(now=NOW + timedelta(hours=8)).mentions == []
    assert len(desk.run(now=NOW + timedelta(hours=9)).mentions) == 100
    assert desk.counted == {"day": "2026-11-21", "posts": 100}


def test_the_end_of_the_day_also_ends_the_reading_of_known_posts(desk: Desk, x: FakeX):
    x.posts = [XPost(id=str(place), created_at=ago(days=20)) for place in range(1, 200)]
    heard = desk.run(500, known=known(*(str(place) for place in range(1, 200))))
    assert (len(heard.mentions), x.returned) == (150, 150)
    assert heard.notices == [f"{DAY_IS_OVER}: 49 known posts were not read again."]


def test_only_what_was_given_counts(desk: Desk, x: FakeX):
    x.posts = x.posts[:3]
    desk.run(known=known("77"))
    assert desk.counted["posts"] == 3


UNREADABLE = ["not-json", "html", "empty-body", "cut-off", "rate-text", "huge", Answer("[]"), Answer({"posts": []})]


@pytest.mark.parametrize("answer", UNREADABLE)
def test_an_answer_that_cannot_be_read_counts_for_all_that_it_may_have_cost_and_is_not_paid_twice(
    desk: Desk, x: FakeX, answer: str | Answer
):
    x.fault(answer)
    assert desk.run().error is not None
    assert (desk.counted["posts"], len(x.requests)) == (100, 1)


@pytest.mark.parametrize("answer", [CREDITS_DEPLETED, problem(400, "invalid-request", "Invalid Request")])
def test_what_x_refuses_costs_nothing(desk: Desk, x: FakeX, answer: Answer):
    x.fault(answer)
    assert desk.run().error is not None
    assert desk.counted["posts"] == 0


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"day": "2026-11-20", "posts": "many"}', '{"day": 7}', "[" * 9999])
def test_a_file_that_cannot_be_read_counts_for_nothing(desk: Desk, kept: str):
    (desk.folder / "budgets").mkdir()
    (desk.folder / "budgets" / "twitter.json").write_text(kept)
    assert len(desk.run().mentions) == 100
    assert desk.counted["posts"] == 100


def test_x_is_not_asked_where_nothing_can_be_counted(desk: Desk, x: FakeX):
    (desk.folder / "budgets").write_text("no folder")
    heard = desk.run()
    assert heard.error is not None and heard.error.permanent
    assert "that counts its posts cannot be kept" in str(heard.error) and x.requests == []


def test_papers_that_the_budget_may_not_cover_take_turns(desk: Desk, x: FakeX):
    x.posts, first = [], set()
    for hour in range(60):
        x.requests.clear()
        desk.run(10, papers=33, now=NOW - timedelta(hours=hour), since=ago(days=5))
        first.add(x.queries[0][6:16])
    assert len(first) > 20


def test_an_edited_post_is_one_post(desk: Desk, x: FakeX):
    x.posts = [XPost(id="12", edits=("11",))]
    assert [mention.external_id for mention in desk.run().mentions] == ["11"]
    x.fault(Answer({"meta": {}}), only="recent")
    heard = desk.run(known=known("11"))
    assert ([mention.external_id for mention in heard.mentions], heard.gone) == (["11"], [])


@pytest.mark.parametrize("history", [None, 7, [], [7], ["../x"], [["11"], "12"]])
def test_a_strange_history_leaves_a_post_its_id(desk: Desk, x: FakeX, history: Any):
    link = {"urls": [{"expanded_url": "https://arxiv.org/abs/2611.99001"}]}
    x.fault(Answer({"data": [{"id": "12", "text": "x", "entities": link, "edit_history_post_ids": history}]}))
    assert [mention.external_id for mention in desk.run().mentions] == ["12"]
