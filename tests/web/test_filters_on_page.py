"""Filters, lens and looks on the edition page, and in what every action answers."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain.editions import Rules
from tests.factories import MORNING, ingest_things, mention, paper
from tests.web.conftest import HTMX, Laid, press, region_of, swaps


@pytest.fixture
def mixed(session: Session, rules: Rules) -> Laid:
    """Three picked papers and three candidates; @northpop carries the second picked one."""
    named = [("Ring Formers", 900, "cs.CL"), ("Moss at Dusk", None, "cs.LG"), ("Quiet Rings", 200, "cs.LG")]
    named += [("Low Rings", 40, "cs.CL"), ("Lone Moss", 30, "cs.LG"), ("Last Lantern", 20, "cs.CL")]
    papers = [paper(score=score, title=title, categories=(category,)) for title, score, category in named]
    heard = mention("loud", papers[1], reposts=700, author_handle="northpop", source="bluesky")
    ingest_things(session, rules, [*papers, heard])
    return Laid(session)


def ask(client: FlaskClient, laid: Laid, query: str = "", **fields: object) -> TestResponse:
    """What htmx asks where the filters change."""
    address = f"{laid.address}?{query}"
    return client.get(address, headers=HTMX, query_string={"seen": laid.edition.version, **fields} if fields else None)


def lists(page: str) -> str:
    """The lists of a page."""
    return page.split('<ol id="picked"')[1].split("<aside")[0]


def test_the_page_shows_what_the_filters_let_through(as_editor: FlaskClient, mixed: Laid) -> None:
    page = as_editor.get(f"{mixed.address}?q=rings&category=cs.LG&page=9&state=none").text
    assert "Quiet Rings" in lists(page)
    assert 'data-number="3"' in lists(page)
    for title in ("Ring Formers", "Moss at Dusk", "Low Rings", "Lone Moss"):
        assert title not in lists(page)
    assert "1 of 6 shown" in page
    assert "3 picked, 3 candidates" in page
    assert 'type="search" id="search" name="q" value="rings"' in page
    assert '<input type="hidden" name="category" value="cs.LG" form="desk">' in page


def test_each_filter_is_a_chip_that_leads_to_the_page_without_it(as_editor: FlaskClient, mixed: Laid) -> None:
    page = unescape(as_editor.get(f"{mixed.address}?q=rings&category=cs.LG&source=bluesky&state=picked&new=yes").text)
    for rest in (
        "category=cs.LG&source=bluesky&state=picked&new=yes",
        "q=rings&source=bluesky&state=picked&new=yes",
        "q=rings&category=cs.LG&state=picked&new=yes",
        "q=rings&category=cs.LG&source=bluesky&new=yes",
        "q=rings&category=cs.LG&source=bluesky&state=picked",
    ):
        assert f'class="chip" href="{mixed.address}?{rest}"' in page
    assert f'class="clear" href="{mixed.address}"' in page


def test_where_nothing_fits_the_page_says_how_to_clear(as_editor: FlaskClient, mixed: Laid) -> None:
    page = as_editor.get(f"{mixed.address}?q=zebra").text
    assert "No paper of this edition fits." in page
    assert f'<a href="{mixed.address}" data-shown>clear them all</a>' in page
    assert "No paper of this edition fits." not in as_editor.get(mixed.address).text


def test_a_hostile_text_stays_a_text(as_editor: FlaskClient, mixed: Laid) -> None:
    page = as_editor.get(mixed.address, query_string={"q": '"><script>', "category": "<b>", "without": "<i>"}).text
    assert "<script>" not in page.split("</head>")[1].split("<script src")[0]
    assert 'name="category" value="<b>"' not in page


def test_under_htmx_the_lists_come_and_what_is_said_of_them(as_editor: FlaskClient, mixed: Laid) -> None:
    response = ask(as_editor, mixed, q="moss", without="")
    targets = [target for target, _ in swaps(response)]
    assert targets == [
        *("#edition-head", "#picked", "#cut", "#candidates", "#held", "#dropped", "#filtered", "#seen"),
        *("#shown", "#views"),
    ]
    assert "Moss at Dusk" in region_of(response, "#picked")
    assert "Ring Formers" not in response.text
    assert f'data-address="{mixed.address}?q=moss"' in region_of(response, "#shown")
    assert "2 of 6 shown" in region_of(response, "#filtered")
    assert "Save view" in region_of(response, "#views")


def test_a_page_that_missed_a_change_gets_all_of_it_with_other_filters(as_editor: FlaskClient, mixed: Laid) -> None:
    press(as_editor, f"/items/{mixed.ids()[0]}/drop")
    targets = [target for target, _ in swaps(ask(as_editor, mixed, q="moss", seen=1))]
    assert {"#edition-bar", "#waiting", "#news", "#picked", "#shown"} <= set(targets)


def test_a_link_brings_the_choices_as_it_sets_them(as_editor: FlaskClient, mixed: Laid) -> None:
    choices = region_of(ask(as_editor, mixed, category="hep-th", form="anew"), "#choices")
    assert 'name="category" value="hep-th" checked' in choices
    assert 'name="category" value="cs.CL">' in choices
    assert "#choices" not in [target for target, _ in swaps(ask(as_editor, mixed, category="cs.CL"))]


def test_an_action_answers_with_what_the_page_shows(as_editor: FlaskClient, mixed: Laid) -> None:
    low, lone, last = mixed.ids("candidate")
    seen = mixed.edition.version
    response = press(as_editor, f"/items/{lone}/pick", htmx=True, seen=seen, category="cs.LG")
    picked = region_of(response, "#picked")
    assert "Moss at Dusk" in picked
    assert "Lone Moss" in picked
    assert "Ring Formers" not in picked
    assert (f"#candidates > #item-{lone}", "delete") in swaps(response)
    assert "3 of 6 shown" in region_of(response, "#filtered")


def test_a_row_that_fails_the_filter_by_an_action_leaves(as_editor: FlaskClient, mixed: Laid) -> None:
    low, lone, last = mixed.ids("candidate")
    fields = {"seen": mixed.edition.version, "state": "candidate"}
    response = press(as_editor, f"/items/{low}/drop", htmx=True, **fields)
    assert (f"#candidates > #item-{low}", "delete") in swaps(response)
    assert "Low Rings" not in response.text.replace(region_of(response, "#toast"), "").split('id="edition-head"')[1]


def test_a_row_comes_back_before_its_neighbour_that_is_shown(as_editor: FlaskClient, mixed: Laid) -> None:
    low, lone, last = mixed.ids("candidate")
    press(as_editor, f"/items/{low}/drop")
    fields = {"seen": mixed.edition.version, "category": "cs.CL"}
    response = press(as_editor, f"/items/{low}/return", htmx=True, **fields)
    assert "Low Rings" in region_of(response, f"#candidates > #item-{last}")
    assert (f"#candidates > #item-{last}", "beforebegin") in swaps(response)


def test_an_action_brings_no_more_than_it_reached(as_editor: FlaskClient, mixed: Laid, clock) -> None:
    low, lone, last = mixed.ids("candidate")
    press(as_editor, f"/items/{last}/drop")
    clock.tick()
    fields = {"seen": mixed.edition.version, "up_to": 1}
    targets = [target for target, _ in swaps(press(as_editor, f"/items/{low}/drop", htmx=True, **fields))]
    assert "#picked" not in targets
    assert "#waiting" not in targets
    assert f"#dropped > ul > #item-{last}" in targets
    assert "#dropped-said" in targets


def test_a_text_with_a_version_of_its_own_is_answered_row_by_row(as_editor: FlaskClient, mixed: Laid) -> None:
    low = mixed.ids("candidate")[0]
    fields = {"headline": "Mine", "note": "", "version": mixed.item(low).version}
    response = press(as_editor, f"/items/{low}/text", htmx=True, seen=["a" * 16, mixed.edition.version], **fields)
    assert (f"#candidates > #item-{low}", "delete") in swaps(response)
    assert "#candidates" not in [target for target, _ in swaps(response)]


def test_without_scripts_an_action_goes_back_to_the_page_as_it_was_looked_at(
    as_editor: FlaskClient, mixed: Laid
) -> None:
    low = mixed.ids("candidate")[0]
    response = press(as_editor, f"/items/{low}/pick", q="ring", category=["cs.CL", "cs.LG"], without="source:bluesky")
    query = "q=ring&category=cs.CL&category=cs.LG&without=source%3Abluesky"
    assert response.location == f"{mixed.address}?{query}#item-{low}"


def test_news_come_for_what_the_page_shows(as_editor: FlaskClient, as_other_editor: FlaskClient, mixed: Laid) -> None:
    seen = mixed.edition.version
    page = as_editor.get(mixed.address).text
    here, ages = (re.search(rf'data-{name}="([\w.]+)"', page)[1] for name in ("here", "ages"))
    asked = {"seen": seen, "run": 1, "category": "cs.CL", "here": here, "ages": ages}
    assert as_editor.get(f"{mixed.address}/news", query_string=asked, headers=HTMX).status_code == 204
    press(as_other_editor, f"/items/{mixed.ids()[0]}/drop")
    response = as_editor.get(f"{mixed.address}/news", query_string=asked, headers=HTMX)
    assert "Moss at Dusk" not in region_of(response, "#picked")
    assert "Ring Formers" in region_of(response, "#dropped > ul")


def test_a_lens_says_what_would_become_of_the_page(as_editor: FlaskClient, mixed: Laid) -> None:
    page = as_editor.get(f"{mixed.address}?without=account:bluesky:northpop").text
    assert "Looking as though <b>@northpop on Bluesky</b> had not spoken: 1 paper would fall out." in page
    assert "700 → 0" in page
    assert "would fall out</span>" in page
    assert '<ol id="picked" class="list picked" role="list"' in page
    assert page.count(" data-lens>") == 3
    titles = [lists(page).index(title) for title in ("Ring Formers", "Quiet Rings", "Moss at Dusk", "Low Rings")]
    assert titles == sorted(titles)
    assert mixed.item(mixed.ids()[1]).score == 700


def test_the_lens_menu_lists_sources_and_accounts_and_keeps_the_filters(as_editor: FlaskClient, mixed: Laid) -> None:
    page = unescape(as_editor.get(f"{mixed.address}?q=moss").text)
    address = f"{mixed.address}?q=moss&without="
    assert f'href="{address}account%3Abluesky%3Anorthpop" data-shown data-without="account:bluesky:northpop"' in page
    assert f'href="{address}source%3Atwitter"' in page
    assert "700 for 1 paper" in page


def test_under_a_lens_an_action_works_on_the_real_order(as_editor: FlaskClient, mixed: Laid) -> None:
    ring, moss, quiet = mixed.ids()
    press(as_editor, f"/items/{quiet}/position", position="up", without="account:bluesky:northpop")
    assert mixed.ids() == [ring, quiet, moss]


def test_what_is_new_since_the_last_look_is_counted_linked_and_marked(
    as_editor: FlaskClient, as_reader: FlaskClient, mixed: Laid, session: Session, rules: Rules, clock
) -> None:
    assert "since your last look" not in as_editor.get(mixed.address).text.split("<aside")[0].split("Filters")[0]
    ingest_things(session, rules, [paper(score=700, title="Late")], now=MORNING + timedelta(hours=1))
    clock.tick(hours=5)
    for number in range(2):
        page = as_editor.get(mixed.address).text
        assert f'href="{mixed.address}?new=yes" data-shown>1 new since your last look, 08:30</a>' in page, number
        clock.tick(minutes=10)
    page = lists(as_editor.get(f"{mixed.address}?new=yes").text)
    assert page.count('class="item"') == 1
    assert '<span class="tag good">new</span>' in page
    assert "new since your last look" not in as_reader.get(mixed.address).text
    clock.tick(hours=12)
    assert "new since your last look," not in as_editor.get(mixed.address).text


def test_a_look_of_yesterday_says_so(
    as_reader: FlaskClient, mixed: Laid, session: Session, rules: Rules, clock
) -> None:
    as_reader.get(mixed.address)
    ingest_things(session, rules, [paper(score=700)], now=MORNING + timedelta(hours=1))
    clock.tick(days=1)
    assert "1 new since your last look, yesterday 08:30" in as_reader.get(mixed.address).text
    assert mixed.edition.acted_at is None
