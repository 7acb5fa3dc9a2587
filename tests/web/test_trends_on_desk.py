"""What the desk shows of readings over time: lines, badges, ages, sources that are behind, signals, posts gone."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.sources import ConnectorError, FetchedReading, Gone, Reading
from app.domain.trends import RISING_RULE
from app.queries.records import edition_record
from app.services.ingestion import ingest
from tests.conftest import Clock
from tests.factories import DAY, MORNING, Source, ingest_things, items, mention, mention_row, paper
from tests.web.conftest import press

ADDRESS = f"/editions/{DAY}"
LINE = re.compile(r'<svg class="spark" viewBox="0 0 128 32" role="img" aria-label="([^"]*)"><path d="([^"]*)"/></svg>')


def look(session: Session, rules: Rules, hours: float, **sources) -> None:
    """One run, so many hours after the morning, of sources that each yield the given things or raise."""
    connectors = [Source(*things, name=name) for name, things in sources.items()]
    now = MORNING + timedelta(hours=hours)
    ingest(session, connectors, day=DAY, clock=lambda: now, rules=rules)


def said(papers, source: str, likes: int, hours: float):
    at = MORNING + timedelta(hours=hours)
    return mention(f"of {source}", papers, source=source, reading=Reading(source, at, likes=likes))


@pytest.fixture
def grown(session: Session, rules: Rules):
    """A paper that went from 60 to 250 in six hours and three looks, one that stood still, and one with one reading."""
    rising, still = paper("2611.90001"), paper("2611.90002")
    for hours, likes in ((0, 60), (3, 120), (6, 250)):
        at = MORNING + timedelta(hours=hours)
        words = [
            mention("rising", rising, reading=Reading("twitter", at, likes=likes)),
            mention("still", still, reading=Reading("twitter", at, likes=90)),
        ]
        ingest_things(session, rules, [rising, still, *words], now=at)
    ingest_things(session, rules, [paper("2611.90003", readings=(Reading("twitter", at, likes=70),))], now=at)
    return items(session)


def row_of(page: str, item_id: int) -> str:
    return page.split(f'id="item-{item_id}"')[1].split("</li>")[0]


def test_a_row_with_three_readings_has_a_line_that_says_what_it_shows(as_editor: FlaskClient, grown) -> None:
    page = as_editor.get(ADDRESS).text
    lines = {item.paper.arxiv_id: LINE.findall(row_of(page, item.id)) for item in grown}
    assert lines == {
        "2611.90001": [("from 60 to 250 in 6 hours", "M2 23l62-6 62-15")],
        "2611.90002": [("from 90 to 90 in 6 hours", "M2 2l62 0 62 0")],
        "2611.90003": [],
    }


def test_only_what_rises_has_the_badge_and_it_names_the_rule(as_editor: FlaskClient, grown) -> None:
    page = as_editor.get(ADDRESS).text
    assert page.count(">rising</span>") == 1
    assert f'title="{RISING_RULE}">rising</span>' in row_of(page, grown[0].id)


def test_a_dropped_row_has_no_line(as_editor: FlaskClient, grown) -> None:
    as_editor.post(f"/items/{grown[0].id}/drop")
    assert '<svg class="spark"' not in row_of(as_editor.get(ADDRESS).text, grown[0].id)


def test_the_details_hold_every_point_and_the_rule(as_editor: FlaskClient, grown) -> None:
    page = as_editor.get(f"/items/{grown[0].id}").text
    trend = page.split('class="more trend"')[1].split("</details>")[0]
    assert "<span>from 60 to 250 in 6 hours</span>" in trend
    assert re.findall(r"<strong>(\d+)</strong></td><td>([^<]*)<", trend) == [
        ("250", "+130"),
        ("120", "+60"),
        ("60", ""),
    ]
    assert RISING_RULE in trend.split("</summary>")[1]


def test_one_reading_makes_no_history(as_editor: FlaskClient, grown) -> None:
    page = as_editor.get(f"/items/{grown[2].id}").text
    assert 'class="more trend"' not in page


def test_the_details_say_how_long_ago_each_number_was_read(as_editor: FlaskClient, grown, clock: Clock) -> None:
    clock.now = MORNING + timedelta(hours=12)
    page = as_editor.get(f"/items/{grown[0].id}").text
    assert '<time datetime="2026-11-18T14:02:11+00:00" title="18 November 2026, 14:02">6 hours ago</time>' in page


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ({"seconds": 20}, "just now"),
        ({"minutes": 10}, "10 minutes ago"),
        ({"minutes": 89}, "89 minutes ago"),
        ({"hours": 1.6}, "2 hours ago"),
        ({"hours": 47}, "47 hours ago"),
        ({"days": 3}, "3 days ago"),
        ({"days": 20}, "18 November, 14:02"),
        ({"hours": -2}, "14:02"),
    ],
)
def test_ages_read_as_near_as_needed(as_editor: FlaskClient, grown, clock: Clock, later: dict, words: str) -> None:
    clock.now = MORNING + timedelta(hours=6) + timedelta(**later)
    assert f">{words}</time></span></th>" in as_editor.get(f"/items/{grown[0].id}").text


# Sources that are behind


@pytest.fixture
def behind(session: Session, rules: Rules, clock: Clock):
    """A paper of two sources; Bluesky could be read in the morning, and not fourteen hours later."""
    named = paper("2611.90001")
    look(
        session,
        rules,
        0,
        arxiv=[named],
        twitter=[said(named, "twitter", 60, 0)],
        bluesky=[said(named, "bluesky", 45, 0)],
    )
    down = ConnectorError("Bluesky answered 502 <three> times; the next run tries again.")
    look(session, rules, 14, arxiv=[named], twitter=[said(named, "twitter", 90, 14)], bluesky=[down])
    clock.now = MORNING + timedelta(hours=15)
    return items(session)[0]


def test_a_failed_source_lowers_nothing(behind) -> None:
    assert (behind.score, [score for _, score in behind.trend]) == (135, [105, 135])


def test_the_head_names_the_source_and_leads_to_the_run(as_editor: FlaskClient, behind) -> None:
    head = as_editor.get(ADDRESS).text.split('id="edition-head"')[1].split("</header>")[0]
    assert ">Bluesky: 14 hours behind, could not be read since</a>" in head
    assert 'href="/runs/2" title="Bluesky answered 502 &lt;three&gt; times; the next run tries again."' in head
    assert "X:" not in head


def test_only_the_number_that_is_behind_has_its_age_in_the_row(as_editor: FlaskClient, behind) -> None:
    row = row_of(as_editor.get(ADDRESS).text, behind.id)
    assert '90 likes on X · 45 likes on Bluesky <span class="age"' in row
    assert row.count('class="age"') == 1
    assert ">14 h behind</span>" in row
    assert (
        "could not be read in the last run: Bluesky answered 502 &lt;three&gt; times; the next run tries again. " in row
    )


def test_the_details_say_why_and_of_when_the_numbers_are(as_editor: FlaskClient, behind) -> None:
    page = as_editor.get(f"/items/{behind.id}").text
    assert (
        '<p class="behind">Bluesky could not be read in the last run: Bluesky answered 502 &lt;three&gt; times; '
        "the next run tries again. These are the numbers of 18 November 2026, 08:02.</p>"
    ) in page
    assert ">15 hours ago</time>" in page
    assert ">60 minutes ago</time>" in page


def test_a_source_without_any_number_is_missing_not_zero(
    as_editor: FlaskClient, session: Session, rules: Rules
) -> None:
    named = paper()
    look(session, rules, 0, twitter=[named, said(named, "twitter", 60, 0)], bluesky=[ConnectorError("It was down.")])
    assert ">Bluesky: could not be read yet</a>" in as_editor.get(ADDRESS).text
    page = as_editor.get(f"/items/{items(session)[0].id}").text
    assert '<p class="behind">Bluesky could not be read in the last run: It was down.</p>' in page


def test_an_unchanged_number_is_as_old_as_the_last_look(
    as_editor: FlaskClient, session: Session, rules: Rules, clock: Clock
) -> None:
    named = paper()
    told = mention("1", named, reading=Reading("twitter", likes=60))
    look(session, rules, 0, arxiv=[named], twitter=[told])
    look(session, rules, 6, arxiv=[], twitter=[told])
    clock.now = MORNING + timedelta(hours=6.5)
    assert ">30 minutes ago</time>" in as_editor.get(f"/items/{items(session)[0].id}").text
    assert 'numbers of <time datetime="2026-11-18T08:02:11+00:00">08:02</time>, checked <time' in (
        as_editor.get(ADDRESS).text
    )


def test_numbers_that_nobody_has_taken_make_no_shown_one_younger(
    as_editor: FlaskClient, session: Session, rules: Rules, behind, clock: Clock
) -> None:
    as_editor.post(f"/items/{behind.id}/text", data={"headline": "Mine", "note": "", "version": behind.version})
    look(session, rules, 20, twitter=[said(behind.paper.arxiv_id, "twitter", 900, 20)])
    clock.now = MORNING + timedelta(hours=21)
    page = as_editor.get(f"/items/{behind.id}").text
    assert ">7 hours ago</time>" in page
    assert "There are newer numbers, which nobody has taken: X." in page


@pytest.fixture
def numbers_wait(as_editor: FlaskClient, session: Session, rules: Rules):
    """Two papers on one of which an editor wrote in the morning; ten hours later X has another number of both."""
    both = [paper("2611.90001"), paper("2611.90002")]
    told = mention("same", *both, source="bluesky", reading=Reading("bluesky", likes=5))

    def look_at(hours: float, *likes: int) -> None:
        at = MORNING + timedelta(hours=hours)
        counted = [Reading("twitter", at, likes=number) for number in likes]
        found = [mention(p.arxiv_id, p, reading=reading) for p, reading in zip(both, counted, strict=True)]
        look(session, rules, hours, arxiv=both, twitter=found, bluesky=[told])

    look_at(0, 90, 60)
    item = items(session)[0]
    as_editor.post(f"/items/{item.id}/text", data={"headline": "Mine", "note": "", "version": item.version})
    look_at(10, 190, 160)
    return items(session)


def test_a_look_that_found_other_numbers_has_not_checked_those_that_are_shown(
    as_editor: FlaskClient, numbers_wait
) -> None:
    page = as_editor.get(ADDRESS).text
    head = page.split('id="edition-head"')[1].split("</header>")[0]
    assert 'numbers of <time datetime="2026-11-18T08:02:11+00:00">08:02</time></span></p>' in head
    assert 'class="age"' not in page


def test_beside_a_number_that_was_taken_one_that_was_not_is_behind(as_editor: FlaskClient, numbers_wait) -> None:
    taken, left = numbers_wait
    as_editor.post(f"{ADDRESS}/waiting/take", data={"up_to": 2, "item": taken.id})
    page = as_editor.get(ADDRESS).text
    assert "190 likes on X" in row_of(page, taken.id)
    assert 'class="age"' not in row_of(page, taken.id)
    row = row_of(page, left.id)
    assert '60 likes on X <span class="age"' in row
    assert "The numbers of X are of 18 November 2026, 08:02, 10 hours before the newest here." in row
    assert row.count('class="age"') == 1
    assert ", checked" not in page


def test_a_published_edition_says_nothing_of_age(as_editor: FlaskClient, session: Session, behind) -> None:
    behind.edition.status = "published"
    session.commit()
    assert 'class="age"' not in as_editor.get(ADDRESS).text
    assert 'class="behind"' not in as_editor.get(ADDRESS).text + as_editor.get(f"/items/{behind.id}").text


# Signals, and posts that are gone


def test_stars_and_citations_are_told_quietly(as_editor: FlaskClient, session: Session, rules: Rules) -> None:
    named = paper(score=60)
    readings = [
        Reading("github", MORNING, stars=472),
        Reading("github", MORNING + timedelta(hours=6), stars=512),
        Reading("semanticscholar", MORNING, citations=1),
    ]
    ingest_things(session, rules, [named, *(FetchedReading(named.arxiv_id, reading) for reading in readings)])
    page = as_editor.get(f"/items/{items(session)[0].id}").text
    assert "★ 512 stars on GitHub, +40 since 18 November · 1 citation (Semantic Scholar)" in page


@pytest.fixture
def gone(session: Session, rules: Rules):
    """A paper of two posts, one of which two runs did not find any more."""
    named = paper()
    ingest_things(session, rules, [named, mention("here", named, likes=40), mention("away", named, likes=60)])
    for hours in (3, 6):
        ingest_things(session, rules, [Gone("twitter", "away")], now=MORNING + timedelta(hours=hours))
    return items(session)[0]


def test_a_post_that_is_gone_says_so_and_counts(as_editor: FlaskClient, session: Session, gone) -> None:
    page = as_editor.get(f"/items/{gone.id}").text
    told = page.split(f'id="mention-{gone.id}-{mention_row(session, "away").id}"')[1].split("</li>")[0]
    assert re.search(r"no longer there, seen gone <time [^>]*>14:02</time>", told)
    assert page.count("no longer there") == 1
    assert gone.score == 100


def test_it_is_not_quoted(as_editor: FlaskClient, session: Session, rules: Rules, gone) -> None:
    record = edition_record(session, gone.edition, now=MORNING, rules=rules)
    assert {told["id"]: told["gone"] for told in record["items"][0]["mentions"]} == {"away": True, "here": False}
    markdown = as_editor.get(f"{ADDRESS}/preview?as=markdown").text
    assert "status/here" in markdown and "status/away" not in markdown
    assert "favorites: 100" in markdown


def test_as_of_a_run_before_it_was_still_there(as_editor: FlaskClient, session: Session, gone) -> None:
    gone.horizon = 2
    session.commit()
    assert "no longer there" not in as_editor.get(f"/items/{gone.id}").text


def test_a_page_whose_rows_tell_other_ages_gets_them_all_anew(
    as_editor: FlaskClient, session: Session, rules: Rules
) -> None:
    first, second = paper(score=90), paper(score=80)
    ingest_things(session, rules, [first, second])
    page = as_editor.get(ADDRESS).text
    seen, ages = (re.search(pattern, page)[1] for pattern in (r'name="seen" value="(\d+)"', r'data-ages="([\w.]+)"'))
    dropped = items(session)[1].id
    form = {"seen": seen, "ages": ages, "up_to": 1}
    answer = press(as_editor, f"/items/{dropped}/drop", htmx=True, **form)
    assert 'hx-target="#picked"' not in answer.text
    ingest_things(session, rules, [paper(first.arxiv_id, score=95)], now=MORNING + timedelta(hours=5))
    form["seen"] = re.search(r'name="seen" value="(\d+)"', answer.text)[1]
    assert 'hx-target="#picked"' in press(as_editor, f"/items/{dropped}/return", htmx=True, **form).text
