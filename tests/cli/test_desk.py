"""`flask editors`, `flask demo`, `flask welcome`: what they print, keep and refuse."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.demo import DemoDay, moved, weekday_before
from app.domain.editions import LOUD_FROM
from app.domain.listings import newest_weekday
from app.domain.sources import FetchedMention, FetchedPaper, Problem
from app.domain.trends import LEAST_DRAWN, is_rising, trend_points
from app.models import Edition, Editor, Item, Mention, MetricsSnapshot, Paper, SignInLink
from app.queries.loud import loud_mentions
from app.services.accounts import add_editor, editor_by_link, editor_by_password
from app.services.acting import Acting
from app.services.evidence import strike
from tests.factories import asked, items, mention_row, scores

# The clock of the tests stands on a Wednesday.
DAY = date(2026, 11, 18)
LINK = re.compile(r"http://127\.0\.0\.1:5000/sign-in/([\w-]+)")


def run(runner, *args, input=None):
    return runner.invoke(args=list(args), input=input)


def edition(session, day=DAY):
    return session.scalars(select(Edition).where(Edition.date == day)).one()


# Editors


def test_add_reads_the_password_from_standard_input(runner, session):
    result = run(runner, "editors", "add", "Ana Lume", input="a long password\n")
    assert result.exit_code == 0, result.output
    assert editor_by_password(session, "ana lume", "a long password").may_edit


def test_add_makes_a_reader(runner, session):
    assert run(runner, "editors", "add", "Rui", "--role", "reader", input="a long password\n").exit_code == 0
    assert not session.scalars(select(Editor)).one().may_edit


@pytest.mark.parametrize(
    ("args", "password", "words"),
    [
        (["Ana"], "short", "8 to 200 characters"),
        (["Ana"], "", "8 to 200 characters"),
        (["Ana", "--role", "boss"], "a long password", "editor, reader"),
        (["  "], "a long password", "A name has"),
        (["ANA LUME"], "a long password", "already"),
    ],
)
def test_add_refuses_in_one_sentence(runner, session, clock, args, password, words):
    add_editor(session, "Ana Lume", now=clock())
    result = run(runner, "editors", "add", *args, input=f"{password}\n")
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert session.scalar(select(func.count()).select_from(Editor)) == 1


def test_a_password_is_no_argument(runner):
    assert run(runner, "editors", "add", "Ana", "a long password").exit_code == 2
    assert run(runner, "editors", "add", "Ana", "--password", "a long password").exit_code == 2


def test_link_lets_its_editor_in_once(runner, session, editor, clock):
    result = run(runner, "editors", "link", "ana", "--url", "https://desk.example/")
    assert result.exit_code == 0
    token = result.stdout.strip().removeprefix("https://desk.example/sign-in/")
    assert editor_by_link(session, token, now=clock()).name == "Ana"
    assert editor_by_link(session, token, now=clock()) is None


def test_link_refuses_whom_it_does_not_know(runner, session):
    result = run(runner, "editors", "link", "Nobody")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no editor called Nobody" in result.stderr


def test_link_refuses_a_closed_account(runner, session, editor, clock):
    editor.disabled_at = clock()
    session.commit()
    assert run(runner, "editors", "link", "Ana").exit_code == 1
    assert session.scalar(select(func.count()).select_from(SignInLink)) == 0


def test_list_prints_everybody_with_the_role(runner, editor, reader):
    assert run(runner, "editors", "list").stdout.splitlines() == ["Ana (editor)", "Rui (reader)"]


# The demo


def test_demo_lays_two_days_on_the_desk(runner, session):
    result = run(runner, "demo")
    assert result.exit_code == 0, result.output
    days = session.scalars(select(Edition.date).order_by(Edition.date)).all()
    assert days == [date(2026, 11, 17), DAY]
    assert {found.status for found in session.scalars(select(Edition))} == {"draft"}
    picked, below = scores(session), scores(session, "candidate")
    assert 14 <= len(picked) <= 16 and min(picked) == 50
    assert len(below) > 25 and min(below) == 0
    assert sum(score >= 45 for score in below) >= 3


def test_demo_twice_changes_nothing(runner, session):
    tables = (Paper, Mention, MetricsSnapshot, Item)
    run(runner, "demo")
    before = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    result = run(runner, "demo")
    assert result.exit_code == 0
    assert "nothing changed" in result.stdout
    assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == before


def test_demo_days_of_several_dates_live_side_by_side(runner, session):
    for day in ("2026-11-18", "2026-11-20", "2027-03-01"):
        assert run(runner, "demo", "--date", day).exit_code == 0
    assert len(items(session)) == len(items(session, day=date(2026, 11, 20)))
    assert scores(session) == scores(session, day=date(2027, 3, 1))


def test_the_advert_of_the_demo_lifts_four_papers_and_is_named_loud(runner, session, rules, clock):
    run(runner, "demo")
    picked = len(items(session))
    (loud,) = loud_mentions(session, edition(session).id, LOUD_FROM)
    assert loud.papers == 6
    strike(session, loud.mention_id, by=Acting(None, clock(), rules))
    assert len(items(session)) == picked - 4


def test_the_demo_has_what_is_hard(runner, session):
    run(runner, "demo")
    titles = {paper.arxiv_id: paper.title for paper in session.scalars(select(Paper))}
    assert "0" in titles.values()
    assert any(arxiv_id.startswith("chao-dyn/") for arxiv_id in titles)
    assert any("\\emph{" in title for title in titles.values())
    assert any(title.count("$") % 2 for title in titles.values())
    assert max(len(paper.authors) for paper in session.scalars(select(Paper))) > 100
    comments = [paper.comment or "" for paper in session.scalars(select(Paper))]
    assert any("withdrawn" in comment for comment in comments)
    mentions = session.scalars(select(Mention)).all()
    assert {"twitter", "bluesky", "hackernews", "mastodon"} <= {mention.source for mention in mentions}
    assert any("<script>" in (mention.html or "") for mention in mentions)
    reposts = [mention for mention in mentions if mention.repost_of]
    assert reposts and all(mention_row(session, mention.repost_of) for mention in reposts)


def test_some_papers_of_the_demo_were_read_over_a_night_and_two_of_them_rise(runner, session):
    run(runner, "demo")
    trends = [item.trend for item in [*items(session), *items(session, "candidate")]]
    drawn = [trend_points(trend) for trend in trends if len(trend) >= LEAST_DRAWN]
    assert 5 <= len(drawn) <= 10
    assert sum(is_rising(points) for points in drawn) == 2
    assert all(points[-1][0] - points[0][0] >= timedelta(hours=16) for points in drawn)


def test_a_second_look_finds_news_once(runner, session):
    run(runner, "demo")
    before = {item.paper.arxiv_id for item in items(session)}
    result = run(runner, "demo", "--later")
    assert result.exit_code == 0, result.output
    assert len({item.paper.arxiv_id for item in items(session)} - before) >= 2
    assert "nothing changed" in run(runner, "demo", "--later").stdout


def test_demo_refuses_a_date_before_ids_had_five_digits(runner, session):
    result = run(runner, "demo", "--date", "2014-06-02")
    assert result.exit_code == 1
    assert "2016-01-01" in result.stderr


@pytest.mark.parametrize("day", [date(2016, 1, 1), date(2026, 11, 20), date(2027, 3, 1), date(2028, 2, 29)])
@pytest.mark.parametrize("later", [False, True])
def test_every_line_of_the_demo_is_good_on_any_date(day, later):
    found = list(DemoDay(day, later=later).fetch(asked(day)))
    assert not [thing for thing in found if isinstance(thing, Problem)]
    papers = [thing for thing in found if isinstance(thing, FetchedPaper)]
    assert {paper.announced_on for paper in papers} <= {day, weekday_before(day)}
    times = [thing.posted_at for thing in found if isinstance(thing, FetchedMention) and thing.posted_at]
    assert {time.date() for time in times} <= {day, weekday_before(day)}
    # No link of the demo leads to somebody's real page.
    mentions = [thing for thing in found if isinstance(thing, FetchedMention)]
    assert all(".example/" in mention.url for mention in mentions)


def test_moving_by_a_day_does_not_move_twice():
    assert moved("2026-11-19 2026-11-20", date(2026, 11, 19)) == "2026-11-18 2026-11-19"
    assert moved("2026-11-19 2026-11-20", date(2026, 11, 23)) == "2026-11-20 2026-11-23"


def test_weekends_fall_back_on_friday():
    friday = date(2026, 11, 20)
    assert [newest_weekday(date(2026, 11, day)) for day in (20, 21, 22)] == [friday] * 3
    assert weekday_before(date(2026, 11, 23)) == friday


# The first start


def test_welcome_makes_a_new_desk_usable(runner, session, clock):
    result = run(runner, "welcome")
    assert result.exit_code == 0, result.output
    assert edition(session)
    (token,) = LINK.findall(result.stdout)
    assert editor_by_link(session, token, now=clock()).name == "Editor"


def test_welcome_gives_a_fresh_link_at_every_start_and_touches_nothing_else(runner, session, editor, clock):
    run(runner, "demo")
    papers = session.scalar(select(func.count()).select_from(Paper))
    clock.tick(days=3)
    links = [LINK.findall(run(runner, "welcome").stdout)[0] for _ in range(2)]
    assert links[0] != links[1]
    assert session.scalar(select(func.count()).select_from(Paper)) == papers
    assert session.scalars(select(Editor.name)).all() == ["Ana"]
    assert editor_by_link(session, links[1], now=clock()).name == "Ana"


def test_welcome_takes_no_reader_and_no_closed_account_for_an_editor(runner, session, clock):
    add_editor(session, "Rui", role="reader", now=clock())
    add_editor(session, "Editor", now=clock()).disabled_at = clock()
    session.commit()
    assert "Sign in as Editor 2" in run(runner, "welcome").stdout


def test_welcome_names_the_address_it_is_told(runner, session):
    assert "http://127.0.0.1:5050/sign-in/" in run(runner, "welcome", "--url", "http://127.0.0.1:5050").stdout
