"""Look back: an edition by what became of its papers, all editions by month; looking changes nothing."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.domain.sources import Reading
from app.models import AuditEvent, Edition, Item, Post
from app.services.acting import Acting
from app.services.archive import import_post
from app.services.publishing import publish
from tests.factories import DAY, MORNING, edition_of_scores, ingest_things, paper
from tests.web.conftest import Laid, press

ADDRESS = f"/editions/{DAY}/look-back"
WEEK = timedelta(days=7)


@pytest.fixture
def published(as_editor: FlaskClient, laid: Laid) -> Laid:
    """Papers of 900, 500, 200, 90 and 60, picked, and of 40, 30 and 20, passed; published."""
    press(as_editor, f"{laid.address}/publication")
    return laid


def read_again(laid: Laid, rules, scores: Sequence[int | None]) -> None:
    """What a run reads a week later, for the papers in the order of their first scores; None is not read again."""
    listed = [*laid.items(), *laid.items("candidate")]
    things = [
        paper(item.paper.arxiv_id, readings=(Reading("twitter", MORNING + WEEK, reposts=score),))
        for item, score in zip(listed, scores, strict=True)
        if score is not None
    ]
    ingest_things(laid.session, rules, things, now=MORNING + WEEK)


@pytest.fixture
def grown(published: Laid, rules) -> Laid:
    """A week later: the first candidate has overtaken two of the picked papers."""
    read_again(published, rules, (950, 510, 200, 95, 60, 700, 31, None))
    return published


def words(page: str) -> str:
    """The text of a page, as it is read."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_the_verdict_is_a_sentence(as_editor: FlaskClient, grown: Laid) -> None:
    said = words(as_editor.get(ADDRESS).text)
    title = grown.items("candidate")[0].paper.title
    assert (
        "Of 5 picked papers, 4 are among the 5 that stand highest now; plain score order would have had as many" in said
    )
    assert f"The passed paper that grew most is {title} : 40 at publishing, 700 now, no. 2 of all." in said
    assert "The editors’ order had the higher one first in 10 of 10 such pairs, plain score order in 10 ." in said


def test_every_paper_is_told_then_and_now(as_editor: FlaskClient, grown: Laid) -> None:
    page = as_editor.get(ADDRESS).text
    rows = [words(row) for row in re.findall(r"<tr>(.*?)</tr>", page[page.index('id="papers"') :], re.DOTALL)]
    titles = [item.paper.title for item in [*grown.items(), *grown.items("candidate")]]
    assert rows[1] == f"1 {titles[0]} 900 950 +50 1 → 1"
    assert f"{titles[5]} 40 700 +660 6 → 2" in rows
    assert f"{titles[7]} 20 not read since 8 → 8" in rows
    assert sum(title in row for title in titles for row in rows) == 8


def test_the_plots_have_names_and_tables(as_editor: FlaskClient, grown: Laid) -> None:
    page = as_editor.get(ADDRESS).text
    names = re.findall(r'<svg class="plot \w+" role="img" aria-label="([^"]*)"', page)
    assert len(names) == 2 and "Slope chart of three orders" in names[0] and "Scores of 7 papers" in names[1]
    assert page.count("<caption") == 3
    slope = page[page.index('class="plot slope"') : page.index("</svg>", page.index('class="plot slope"'))]
    assert slope.count('<line class="missed"') == 2
    assert slope.count('<line class="hit"') + slope.count('<line class="fell"') == 10
    assert "1 paper that was not read again is left out" in words(page)


def test_where_nothing_was_read_after_publishing_it_says_so(as_editor: FlaskClient, published: Laid) -> None:
    page = as_editor.get(ADDRESS).text
    assert "Nothing was read of these papers after publishing, so what became of them is not known." in page
    assert "Their numbers are read again for a week." in page
    assert 'class="plot' not in page
    assert "not read since" in as_editor.get("/look-backs").text


def test_before_a_week_has_passed_it_says_so(as_editor: FlaskClient, grown: Laid, clock) -> None:
    assert "The week is not over yet" in as_editor.get(ADDRESS).text
    clock.tick(days=8)
    assert "The week is not over yet" not in as_editor.get(ADDRESS).text


def test_of_the_archive_it_says_what_is_known(as_editor: FlaskClient, session, editor, clock, rules, corpus) -> None:
    file = corpus / "posts" / "2021-03-24---Hot-Papers.md"
    import_post(session, file.name, file.read_bytes(), Acting(editor, clock(), rules))
    said = words(as_editor.get("/editions/2021-03-24/look-back").text)
    assert "of its papers the printed totals are known, of those that were passed nothing" in said
    assert "Nothing was read after publishing" in said
    assert "read in from a file" in words(as_editor.get("/look-backs?month=2021-03").text)


def test_passed_papers_that_nobody_talked_of_are_shown_when_asked_for(as_editor: FlaskClient, session, rules) -> None:
    edition_of_scores(session, rules, [90, *range(1, 26)])
    press(as_editor, f"/editions/{DAY}/publication")
    assert "Show 5 more passed papers" in as_editor.get(ADDRESS).text
    whole = as_editor.get(f"{ADDRESS}?passed=all").text
    assert "more passed paper" not in whole
    assert whole.count('scope="row"') == 26


def test_an_edition_without_picked_papers_is_looked_back_on(as_editor: FlaskClient, laid: Laid, rules) -> None:
    for item_id in laid.ids():
        press(as_editor, f"/items/{item_id}/drop", reason="off topic")
    press(as_editor, f"{laid.address}/publication", empty_confirmed="yes")
    listed = laid.items("dropped")
    ingest_things(
        laid.session,
        rules,
        [paper(listed[0].paper.arxiv_id, readings=(Reading("twitter", MORNING + WEEK, reposts=2000),))],
        now=MORNING + WEEK,
    )
    page = as_editor.get(ADDRESS)
    assert page.status_code == 200
    assert "Nothing was picked, so there are no picks to look back on." in page.text
    assert "dropped: off topic" in words(page.text)


def test_titles_from_outside_are_escaped(as_editor: FlaskClient, session, rules) -> None:
    hostile = '<script>alert(1)</script> " onload=1 $\\text{<b>x</b>}$'
    ingest_things(session, rules, [paper("2611.70001", title=hostile, score=90), paper("2611.70002", score=60)])
    press(as_editor, f"/editions/{DAY}/publication")
    later = paper("2611.70001", title=hostile, readings=(Reading("twitter", MORNING + WEEK, reposts=99),))
    ingest_things(session, rules, [later], now=MORNING + WEEK)
    page = as_editor.get(ADDRESS).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page and "<b>x" not in page and '" onload' not in page


def test_a_month_tells_of_each_edition(as_editor: FlaskClient, grown: Laid) -> None:
    page = as_editor.get("/look-backs").text
    said = words(page)
    assert "Look back: November 2026" in said
    assert "Of 5 picked papers in 1 edition, 5 stood at the top of their edition by score" in said
    title = grown.items("candidate")[0].paper.title
    assert f"Wed 18 5 5 4 {title} 40 → 700" in said
    assert 'aria-label="Not in the top now: no. 5"' in page
    assert f'href="{ADDRESS}"' in page


def test_months_lead_to_those_with_posts(as_editor: FlaskClient, session, editor, clock, rules) -> None:
    for day in (date(2026, 8, 31), date(2026, 11, 18)):
        edition = edition_of_scores(session, rules, [90], day=day)
        publish(session, edition.id, Acting(editor, clock(), rules), targets=[])
    assert 'href="/look-backs?month=2026-08"' in as_editor.get("/look-backs").text
    assert 'href="/look-backs?month=2026-11"' in as_editor.get("/look-backs?month=2026-08").text
    assert "No edition of this month was published." in as_editor.get("/look-backs?month=2026-09").text


@pytest.mark.parametrize(
    "address",
    ["/look-backs?month=2026", "/look-backs?month=2026-13", "/look-backs?month=x", "/editions/2026-11-17/look-back"],
)
def test_what_is_not_there(as_editor: FlaskClient, laid: Laid, address: str) -> None:
    assert as_editor.get(address).status_code == 404


def test_a_draft_is_not_looked_back_on(as_editor: FlaskClient, laid: Laid) -> None:
    response = as_editor.get(ADDRESS)
    assert response.status_code == 404
    assert "is not published yet, so there is nothing to look back on" in response.text
    assert "look-back" not in as_editor.get(laid.address).text


def test_before_the_first_post_it_says_what_will_be_there(as_editor: FlaskClient) -> None:
    assert "Some days after an edition is published" in as_editor.get("/look-backs").text


def test_a_published_edition_and_its_post_lead_to_it(as_editor: FlaskClient, published: Laid) -> None:
    for address in (published.address, f"/posts/{DAY}"):
        assert f'href="{ADDRESS}">Look back</a>' in as_editor.get(address).text
    assert 'href="/look-backs">Look back</a>' in as_editor.get("/posts").text


def test_a_reader_may_look_and_a_stranger_may_not(client: FlaskClient, as_reader: FlaskClient, published: Laid) -> None:
    for address in (ADDRESS, "/look-backs"):
        assert as_reader.get(address).status_code == 200
        assert client.get(address).status_code == 303


def test_looking_back_leaves_every_row_as_it_is(as_editor: FlaskClient, grown: Laid) -> None:
    def stored() -> list[list[tuple]]:
        grown.session.rollback()
        tables = (Post, Edition, Item, AuditEvent)
        return [[tuple(row) for row in grown.session.execute(select(t.__table__).order_by(t.id))] for t in tables]

    before = stored()
    for address in (ADDRESS, f"{ADDRESS}?passed=all", "/look-backs", "/look-backs?month=2026-11"):
        assert as_editor.get(address).status_code == 200
    assert stored() == before
