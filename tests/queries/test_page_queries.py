"""What the edition page reads: lists in order, texts as of the horizon, and the days around, on both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.models import Edition
from app.queries.editions import (
    Wanted,
    day_beside,
    desk,
    desk_of,
    edition_on,
    editions_around,
    editions_beside,
    newest_edition_date,
)
from app.queries.items import details_of_item
from app.queries.posts import post_on, posts_beside, posts_in_archive
from app.queries.shown import arrange
from app.services.acting import Acting
from app.services.curation import drop
from app.services.publishing import publish
from tests.factories import DAY, edition_of_scores, ingest_things, items, paper

LATER = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


@pytest.fixture
def edition(session: Session, rules: Rules) -> Edition:
    """Two papers above the cut and three below it, two of them with equal scores."""
    return edition_of_scores(session, rules, [60, 900, 20, 40, 40])


def test_lists_come_in_their_order_with_equal_scores_by_arxiv_id(session: Session, edition: Edition) -> None:
    shown = desk(session, edition)
    assert [row.score for row in shown.picked] == [900, 60]
    assert [row.score for row in shown.candidates] == [40, 40, 20]
    assert shown.candidates[0].arxiv_id < shown.candidates[1].arxiv_id
    assert shown.counts == {"picked": 2, "candidate": 3, "held": 0, "dropped": 0}
    assert [row.number for row in shown.picked] == [1, 2]
    assert shown.captured_at == datetime(2026, 11, 18, 8, 2, 11, tzinfo=UTC)


def test_only_the_rows_asked_for_are_read_but_all_are_counted(session: Session, edition: Edition) -> None:
    arranged = arrange(session, edition)
    wanted = arranged.order["candidate"][1:2]
    shown = desk_of(session, edition, arranged, only=Wanted({"picked"}, {*wanted, 999}))
    assert [row.id for row in shown.candidates] == wanted
    assert (len(shown.picked), shown.counts["candidate"], shown.shown_count) == (2, 3, 5)
    assert shown.captured_at == desk(session, edition).captured_at


def test_a_row_keeps_the_words_it_was_judged_by(session: Session, rules: Rules, editor, clock) -> None:
    first, other = paper(score=90, title="As judged"), paper(score=80)
    ingest_things(session, rules, [first, other])
    second = items(session)[1]
    drop(session, second.id, by=Acting(editor, clock(), rules))
    renamed = paper(first.arxiv_id, score=95, title="Renamed since", authors=("New Name",))
    ingest_things(session, rules, [renamed], now=LATER)
    row = desk(session, edition_on(session, DAY)).picked[0]
    assert (row.title, row.authors) == ("As judged", ["Ada Fernsby", "Tomas Quill"])
    assert details_of_item(session, row.id).text.title == "As judged"


def test_details_know_the_place(session: Session, edition: Edition) -> None:
    places = [details_of_item(session, item.id).position for item in items(session)]
    assert places == [1, 2]
    candidate = details_of_item(session, items(session, "candidate")[0].id)
    assert (candidate.position, candidate.picked_count) == (None, 2)
    assert details_of_item(session, 999) is None


def test_days_beside_skip_what_arxiv_skips(session: Session, rules: Rules, edition: Edition) -> None:
    holiday = date(2026, 11, 26)
    assert day_beside(session, date(2026, 11, 20), 1, []) == date(2026, 11, 23)
    assert day_beside(session, date(2026, 11, 23), -1, []) == date(2026, 11, 20)
    assert day_beside(session, date(2026, 11, 25), 1, [holiday]) == date(2026, 11, 27)
    assert day_beside(session, date.max, 1, []) is None
    edition_of_scores(session, rules, [70], day=date(2026, 11, 21))
    assert day_beside(session, date(2026, 11, 20), 1, []) == date(2026, 11, 21)


def test_editions_beside_and_around(session: Session, rules: Rules, edition: Edition) -> None:
    days = [date(2026, 11, n) for n in (9, 10, 12)]
    for day in days:
        edition_of_scores(session, rules, [70], day=day)
    assert newest_edition_date(session) == DAY
    assert editions_beside(session, days[1]) == (days[0], days[2])
    assert editions_beside(session, days[0]) == (None, days[1])
    around = editions_around(session, days[1], limit=1)
    assert [(link.date, link.picked) for link in around] == [(days[2], 1), (days[1], 1), (days[0], 1)]


def test_the_archive_lists_the_posts_newest_first(
    session: Session, rules: Rules, edition: Edition, editor, clock
) -> None:
    monday = date(2026, 11, 16)
    for found in (edition_of_scores(session, rules, [70], day=monday), edition):
        publish(session, found.id, by=Acting(editor, clock(), rules), targets=[])
    lines = posts_in_archive(session)
    assert [(line.date, line.papers, line.editor, line.undelivered) for line in lines] == [
        (DAY, 2, "Ana", 0),
        (monday, 1, "Ana", 0),
    ]
    assert post_on(session, monday).sha256 == lines[1].sha256
    assert post_on(session, date(2026, 11, 17)) is None
    assert posts_beside(session, date(2026, 11, 17)) == (monday, DAY)
