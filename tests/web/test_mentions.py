"""Mentions: the banner, a strike that rescores every paper it names at once, and the strike taken back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from tests.factories import DAY, ingest_things, mention, mention_row, paper
from tests.web.conftest import HTMX, Laid, press, region_of, rows_put


def banner(client: FlaskClient) -> str:
    return client.get(f"/editions/{DAY}").text.split('<div id="edition-notices">')[1].split("<h2")[0]


def test_one_banner_tells_of_a_mention_that_carries_three_papers(as_editor: FlaskClient, loud: Laid) -> None:
    text = banner(as_editor)
    assert text.count('class="notice evidence loud"') == 1
    assert "One mention is counted for 3 papers" in text
    assert "@northpop" in text
    assert f"/mentions/{loud.mention.id}/strike" in text


def test_no_banner_for_a_mention_of_two_papers(as_editor: FlaskClient, session: Session, rules: Rules) -> None:
    papers = [paper() for _ in range(2)]
    ingest_things(session, rules, [*papers, mention("quiet", *papers, reposts=99)])
    assert "One mention" not in banner(as_editor)


def test_strike_rescores_every_paper_and_takes_the_banner_away(as_editor: FlaskClient, loud: Laid) -> None:
    assert [item.score for item in loud.items()] == [5106.0] * 3
    response = press(as_editor, f"/mentions/{loud.mention.id}/strike", date=DAY)
    assert response.status_code == 303
    assert response.location == loud.address
    assert not [item for state in ("picked", "candidate") for item in loud.items(state) if item.score]
    assert "One mention" not in banner(as_editor)


def test_strike_answers_every_region_at_once_under_htmx(as_editor: FlaskClient, loud: Laid) -> None:
    named = loud.ids()
    response = press(
        as_editor,
        f"/mentions/{loud.mention.id}/strike",
        htmx=True,
        date=DAY,
        seen=loud.edition.version,
        open=named[0],
    )
    assert response.status_code == 200
    assert "evidence" not in region_of(response, "#edition-notices")
    assert "Struck the mention by @northpop." in region_of(response, "#toast")
    assert "struck" in region_of(response, f"#details-{named[0]}")
    shown = rows_put(response, "picked") + rows_put(response, "candidates")
    assert "5,106" not in shown
    for item_id in named:
        assert shown.count(f'id="item-{item_id}"') == 1


def test_strike_from_an_item_goes_back_to_it(as_editor: FlaskClient, laid: Laid) -> None:
    first = laid.ids()[0]
    response = press(as_editor, f"/mentions/{laid.mention.id}/strike", date=DAY, item=first)
    assert response.location == f"{laid.address}#item-{first}"


def test_unstrike_lets_it_count_again(as_editor: FlaskClient, loud: Laid) -> None:
    press(as_editor, f"/mentions/{loud.mention.id}/strike", date=DAY)
    item = (loud.ids() + loud.ids("candidate"))[0]
    details = as_editor.get(f"/items/{item}", headers=HTMX).text
    assert "struck by Ana, <time" in details
    assert "Unstrike…" in details
    assert f"/mentions/{loud.mention.id}/strike/removal?date={DAY}&amp;item={item}" in details
    assert press(as_editor, f"/mentions/{loud.mention.id}/strike/removal", date=DAY).status_code == 303
    assert "One mention" in banner(as_editor)


def test_striking_twice_changes_nothing_the_second_time(as_editor: FlaskClient, loud: Laid) -> None:
    press(as_editor, f"/mentions/{loud.mention.id}/strike", date=DAY)
    before = loud.edition.version
    response = press(as_editor, f"/mentions/{loud.mention.id}/strike", htmx=True, date=DAY)
    assert response.status_code == 200
    assert "Nothing had to change." in region_of(response, "#toast")
    assert loud.edition.version == before


def question(client: FlaskClient, laid: Laid, *, undo: bool = False, htmx: bool = False, **query: Any) -> Any:
    address = f"/mentions/{laid.mention.id}/strike{'/removal' if undo else ''}"
    return client.get(address, query_string={"date": str(DAY)} | query, headers=HTMX if htmx else {})


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_question_says_who_said_what_and_what_a_strike_would_do(as_editor: FlaskClient, loud: Laid) -> None:
    before = loud.edition.version
    first = loud.ids()[0]
    page = question(as_editor, loud, item=first)
    assert page.status_code == 200
    assert page.text.count('id="question"') == page.text.count("<h1") == 1
    said = words(page.text)
    assert "Strike the mention by @northpop?" in said
    assert "A lower bound that people had waited ten years for." in said
    assert "2,107 reposts, 2,999 likes" in said
    assert said.count("5,106 , then → 0 no.") == 3
    assert "no. 2 , then → not picked falls below the cut" in said
    assert f'<input type="hidden" name="item" value="{first}">' in page.text
    for reason in ("advert", "off topic", "automated", "names the wrong paper"):
        assert f'<option value="{reason}">' in page.text
    assert ">Strike it</button>" in page.text
    assert loud.edition.version == before


def test_the_question_of_a_strike_that_is_taken_back(as_editor: FlaskClient, loud: Laid) -> None:
    press(as_editor, f"/mentions/{loud.mention.id}/strike", date=DAY)
    said = words(question(as_editor, loud, undo=True).text)
    assert "Let the mention by @northpop count again?" in said
    assert said.count("comes in") == 3
    assert "Reason" not in said
    again = question(as_editor, loud).text
    assert "It is struck already, by Ana" in again
    assert ">Strike it</button>" not in again


def test_the_question_comes_as_a_fragment_into_the_dialog(as_editor: FlaskClient, loud: Laid) -> None:
    fragment = question(as_editor, loud, htmx=True).text
    assert '<h2 id="question">' in fragment
    assert "<html" not in fragment
    assert 'hx-boost="true"' in fragment


def test_a_reader_may_look_at_the_question_and_gets_no_button(as_reader: FlaskClient, loud: Laid) -> None:
    page = question(as_reader, loud)
    assert "falls below the cut" in page.text
    main = page.text.split("<main")[1]
    assert "<button" not in main.split("</main>")[0]
    assert 'name="reason"' not in main


def test_the_question_tells_of_other_drafts(as_editor: FlaskClient, loud: Laid, rules: Rules) -> None:
    later = DAY + timedelta(days=1)
    other = paper(announced_on=later)
    ingest_things(loud.session, rules, [other, mention("loud", other)], day=later)
    assert "It counts in other drafts too: 1 paper of Thu 19 November 2026." in words(question(as_editor, loud).text)


def test_the_question_shows_hostile_words_as_words(as_editor: FlaskClient, session: Session, rules: Rules) -> None:
    found = paper(score=80, title="<b>Moss</b>")
    said = mention("bad", found, likes=3, text="<img src=x onerror=y>", author_handle="", author_name="<i>Ada</i>")
    ingest_things(session, rules, [found, said])
    laid = Laid(session)
    mention_id = mention_row(session, "bad").id
    for address in (f"/mentions/{mention_id}/strike?date={DAY}", f"/items/{laid.ids('candidate')[0]}/mentions"):
        text = as_editor.get(address).text
        assert "<img" not in text and "<i>Ada" not in text and "<b>Moss" not in text


@pytest.mark.parametrize("query", ["", "?date=2019-01-01", "?date=x"])
def test_the_question_needs_the_edition_that_it_is_asked_on(as_editor: FlaskClient, loud: Laid, query: str) -> None:
    assert as_editor.get(f"/mentions/{loud.mention.id}/strike{query}").status_code == 404
    assert as_editor.get(f"/mentions/9999/strike?date={DAY}").status_code == 404


def test_a_reason_that_is_too_long_comes_back_with_the_question(as_editor: FlaskClient, loud: Laid) -> None:
    reason = "x" * 201
    page = press(as_editor, f"/mentions/{loud.mention.id}/strike", date=DAY, reason=reason)
    assert page.status_code == 422
    assert "The reason has 201 characters; shorten it to 200 or fewer." in page.text
    assert f'value="{reason}"' in page.text
    answer = press(as_editor, f"/mentions/{loud.mention.id}/strike", htmx=True, date=DAY, reason=reason)
    assert answer.status_code == 422
    assert reason in region_of(answer, "#dialog-body")
    assert [item.score for item in loud.items()] == [5106.0] * 3


def test_the_reason_stands_with_the_struck_mention(as_editor: FlaskClient, loud: Laid) -> None:
    press(as_editor, f"/mentions/{loud.mention.id}/strike", date=DAY, reason="advert")
    details = words(as_editor.get(f"/items/{loud.ids('candidate')[0]}").text)
    assert re.search(r"struck by Ana, [^·]*08:30 , advert", details)


def test_the_mentions_of_a_paper_stand_loudest_first_with_their_share(
    as_editor: FlaskClient, session: Session, rules: Rules
) -> None:
    found = paper()
    loudest = mention("m1", found, likes=75, author_handle="northpop")
    softer = mention("m2", found, likes=25, author_handle="paperbird")
    silent = mention("m3", found, author_handle="silent")
    ingest_things(session, rules, [found, silent, softer, loudest])
    item = Laid(session).ids()[0]
    page = as_editor.get(f"/items/{item}/mentions")
    said = words(page.text)
    assert re.search(r"@northpop.*75 likes · 75 % of the score.*@paperbird.*25 %.*@silent.*not counted", said)
    for name in ("m1", "m2", "m3"):
        assert f"/mentions/{mention_row(session, name).id}/strike?date={DAY}&amp;item={item}" in page.text
    fragment = as_editor.get(f"/items/{item}/mentions", headers=HTMX).text
    assert '<h2 id="question">' in fragment and "<html" not in fragment
    assert as_editor.get("/items/9999/mentions").status_code == 404


@pytest.mark.parametrize("date", ["", "2021-02-30", "2019-01-01", "x"])
def test_strike_needs_the_edition_that_it_was_made_on(as_editor: FlaskClient, loud: Laid, date: str) -> None:
    assert press(as_editor, f"/mentions/{loud.mention.id}/strike", date=date).status_code == 404
    assert [item.score for item in loud.items()] == [5106.0] * 3


def test_a_mention_that_is_not_there(as_editor: FlaskClient, loud: Laid) -> None:
    response = press(as_editor, "/mentions/9999/strike", htmx=True, date=DAY)
    assert response.status_code == 409
    assert "There is no such mention." in region_of(response, "#toast")


def test_an_address_that_is_no_address_is_not_linked(as_editor: FlaskClient, session: Session, rules: Rules) -> None:
    found = paper(score=80)
    ingest_things(
        session, rules, [found, mention("bad", found, url="javascript:alert(1)", text="<img src=x onerror=y>")]
    )
    details = as_editor.get(f"/items/{Laid(session).ids()[0]}").text
    assert "javascript:" not in details
    assert "<img" not in details
