"""Editions: the page of a date, days without one, the way between dates, and undo several deep."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from tests.factories import DAY, edition_of_scores
from tests.web.conftest import Laid, press, region_of, swaps


def test_the_first_page_is_the_newest_edition(as_editor: FlaskClient, laid: Laid) -> None:
    assert as_editor.get("/").location == laid.address


def test_an_empty_desk_says_how_to_fill_it(as_editor: FlaskClient) -> None:
    page = as_editor.get("/").text
    assert "The desk is empty." in page
    assert "flask demo" in page


def test_the_page_shows_every_list(as_editor: FlaskClient, laid: Laid) -> None:
    press(as_editor, f"/items/{laid.ids('candidate')[0]}/drop", reason="off topic")
    page = as_editor.get(laid.address).text
    assert "5 picked, 2 candidates, 1 dropped" in page
    assert 'name="cut" inputmode="decimal" autocomplete="off" required value="50"' in page
    assert (
        page.index('id="picked"') < page.index('id="cut"') < page.index('id="candidates"') < page.index('id="dropped"')
    )
    assert "900 reposts, 0 likes on X" in page


def test_no_form_stands_around_a_list(as_editor: FlaskClient, laid: Laid) -> None:
    lists = as_editor.get(laid.address).text.split('id="picked"')[1].split('<div id="closing"')[0]
    assert "<form" not in lists
    assert 'form="desk"' in lists


@pytest.mark.parametrize(
    "day", ["2021-02-30", "2021-13-01", "0000-01-01", "today", "2021-3-4", "20210324", "2021-W12-3"]
)
def test_a_date_that_does_not_exist_is_told_in_one_sentence(as_editor: FlaskClient, day: str) -> None:
    response = as_editor.get(f"/editions/{day}")
    assert response.status_code == 404
    assert f"There is no date {day}; write dates as 2021-03-24." in response.text


@pytest.mark.parametrize(
    ("day", "sentences"),
    [
        ("2026-11-21", ["No papers were collected for Saturday 21 November 2026.", "no listing on Saturdays"]),
        ("2026-11-22", ["No papers were collected for Sunday 22 November 2026.", "no listing on Sundays"]),
        ("2026-11-26", ["No papers were collected for Thursday 26 November 2026.", "holiday"]),
        ("2026-11-17", ["No papers were collected for Tuesday 17 November 2026.", "flask ingest --date 2026-11-17"]),
        ("2026-11-19", ["No papers were collected for Thursday 19 November 2026.", "has not come yet"]),
    ],
)
def test_an_empty_day_is_said_plainly(as_editor: FlaskClient, laid: Laid, day: str, sentences: list[str]) -> None:
    response = as_editor.get(f"/editions/{day}")
    assert response.status_code == 200
    for sentence in sentences:
        assert sentence in response.text
    assert f'href="{laid.address}"' in response.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar(as_editor: FlaskClient, laid: Laid, day: str) -> None:
    assert as_editor.get(f"/editions/{day}").status_code == 200


def test_dates_are_one_click_apart(as_editor: FlaskClient, laid: Laid, session: Session, rules: Rules) -> None:
    monday = DAY.replace(day=16)
    edition_of_scores(session, rules, [70], day=monday)
    page = as_editor.get(f"/editions/{monday}").text
    # The Friday before, over the weekend, and the Tuesday after.
    assert 'href="/editions/2026-11-13"' in page
    assert 'href="/editions/2026-11-17"' in page
    assert f'href="/editions/{DAY}"' in page


def test_jump_to_a_typed_date(as_editor: FlaskClient, laid: Laid) -> None:
    assert as_editor.get("/editions?date=2026-11-16").location == "/editions/2026-11-16"


@pytest.mark.parametrize("address", ["/editions", "/editions?date="])
def test_a_jump_without_a_date_leads_to_the_newest(as_editor: FlaskClient, laid: Laid, address: str) -> None:
    response = as_editor.get(address)
    assert (response.status_code, response.location) == (303, "/")


@pytest.mark.parametrize("typed", ["2026-02-30", "tomorrow", "<b>"])
def test_jump_refuses_what_is_no_date(as_editor: FlaskClient, typed: str) -> None:
    response = as_editor.get("/editions", query_string={"date": typed})
    assert response.status_code == 422
    assert "write dates as 2021-03-24" in response.text
    assert "<b>" not in response.text.split("<main")[1].split("Undo")[0].replace("<b>Papers", "")


def test_undo_goes_back_several_steps(as_editor: FlaskClient, laid: Laid) -> None:
    before = (laid.ids(), laid.ids("candidate"))
    item = laid.items()[1]
    press(as_editor, f"/items/{laid.ids('candidate')[0]}/pick")
    press(as_editor, f"/items/{laid.ids()[0]}/drop")
    press(as_editor, f"/items/{item.id}/position", position="bottom")
    press(as_editor, f"/items/{item.id}/text", headline="Mine", note="", version=laid.item(item.id).version)
    press(as_editor, f"/mentions/{laid.mention.id}/strike", date=DAY)
    for _ in range(5):
        assert press(as_editor, f"{laid.address}/undo").status_code == 303
    assert (laid.ids(), laid.ids("candidate")) == before
    assert laid.item(item.id).headline is None


def test_the_undo_button_says_what_it_takes_back(as_editor: FlaskClient, laid: Laid) -> None:
    assert "There is nothing of yours to undo" in as_editor.get(laid.address).text
    press(as_editor, f"/items/{laid.ids()[0]}/drop")
    assert 'title="Undo: dropped “' in as_editor.get(laid.address).text


def test_undo_answers_the_page_under_htmx(as_editor: FlaskClient, laid: Laid) -> None:
    candidate = laid.ids("candidate")[0]
    press(as_editor, f"/items/{candidate}/drop")
    response = press(as_editor, f"{laid.address}/undo", htmx=True, seen=laid.edition.version)
    assert "Undid: dropped" in region_of(response, "#toast")
    assert (f"#candidates > #item-{laid.ids('candidate')[1]}", "beforebegin") in swaps(response)
    assert "disabled" in region_of(response, "#edition-bar")


@pytest.mark.parametrize("htmx", [False, True])
def test_undo_of_nothing_is_one_sentence(as_editor: FlaskClient, laid: Laid, htmx: bool) -> None:
    response = press(as_editor, f"{laid.address}/undo", htmx=htmx)
    assert response.status_code == 409
    assert "There is nothing of yours to undo" in response.text


def test_undo_takes_back_ones_own_actions_only(
    as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid
) -> None:
    press(as_editor, f"/items/{laid.ids()[0]}/drop")
    assert press(as_other_editor, f"{laid.address}/undo", htmx=True).status_code == 409
    assert len(laid.ids()) == 4


def test_undo_where_there_is_no_edition(as_editor: FlaskClient) -> None:
    assert press(as_editor, "/editions/2026-11-18/undo").status_code == 404
    assert press(as_editor, "/editions/2026-02-30/undo", htmx=True).status_code == 404
