"""Pins, the order of the scores and the cut, as forms of the page."""

import pytest
from flask.testing import FlaskClient

from app.services import publishing
from app.services.acting import Acting
from tests.web.conftest import Laid, press, region_of

CUT = "A cut is a number from 0 to 1,000,000,000, such as 50."


def test_pin_order_and_let_go(as_editor: FlaskClient, laid: Laid) -> None:
    ids = laid.ids()
    press(as_editor, f"/items/{ids[4]}/position", position="top")
    pinned = press(as_editor, f"/items/{ids[4]}/pin")
    assert (pinned.status_code, pinned.location) == (303, f"{laid.address}#item-{ids[4]}")
    press(as_editor, f"/items/{ids[0]}/position", position="bottom")
    ordered = press(as_editor, f"{laid.address}/order")
    assert (ordered.status_code, ordered.location) == (303, laid.address)
    assert laid.ids() == [ids[4], *ids[:4]]
    page = as_editor.get(laid.address).text
    assert "Put the list back into the order of the scores: 4 papers moved." in page
    answer = press(as_editor, f"/items/{ids[4]}/pin/removal", htmx=True, seen=laid.edition.version)
    assert laid.ids() == ids
    assert "go to no. 5." in region_of(answer, "#toast")


def test_a_list_in_order_has_nothing_to_change(as_editor: FlaskClient, laid: Laid) -> None:
    answer = press(as_editor, f"{laid.address}/order", htmx=True)
    assert "Nothing had to change." in region_of(answer, "#toast")


def test_only_what_is_picked_is_pinned(as_editor: FlaskClient, laid: Laid) -> None:
    answer = press(as_editor, f"/items/{laid.ids('candidate')[0]}/pin", htmx=True)
    assert answer.status_code == 409
    assert "Only a picked paper has a number to keep; pick it first." in region_of(answer, "#toast")
    assert press(as_editor, "/items/9999/pin").status_code == 404


@pytest.mark.parametrize(
    ("form", "cut", "picked"),
    [
        ({"cut": "30"}, 30, 7),
        ({"cut": " 1,000.5 "}, 1000.5, 0),
        ({"cut": "0"}, 0, 8),
        ({"step": "up"}, 40, 6),
        ({"step": "down"}, 90, 4),
        ({"step": "up", "cut": "900"}, 40, 6),
    ],
)
def test_the_cut_goes_where_it_is_told(
    as_editor: FlaskClient, laid: Laid, form: dict[str, str], cut: float, picked: int
) -> None:
    assert press(as_editor, f"{laid.address}/cut", **form).status_code == 303
    assert (laid.edition.cut, len(laid.ids())) == (cut, picked)


def test_the_cut_goes_below_a_paper_and_the_sentence_says_what_that_did(as_editor: FlaskClient, laid: Laid) -> None:
    second = laid.ids()[1]
    answer = press(as_editor, f"{laid.address}/cut", htmx=True, below=second, cut="50", seen=laid.edition.version)
    assert answer.status_code == 200
    assert (laid.edition.cut, len(laid.ids())) == (500, 2)
    assert "Moved the cut from 50 to 500: 3 fewer picked." in region_of(answer, "#toast")
    assert "500" in region_of(answer, "#cut")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        *(
            ({"cut": typed}, CUT)
            for typed in ("", "-1", "nan", "inf", "1e3", "50,5", "1_000", "0x10", "9" * 40, "99999999999", "٣", "fifty")
        ),
        ({}, CUT),
        ({"step": "sideways"}, "The cut goes one step up or down, or to a number."),
        ({"below": "x"}, "This form names a paper in a way that cannot be read; reload the page."),
        ({"below": "4711"}, "There is no such paper in this edition."),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_no_cut_is_refused_in_one_sentence(
    as_editor: FlaskClient, laid: Laid, form: dict[str, str], sentence: str, htmx: bool
) -> None:
    before = laid.edition.version
    answer = press(as_editor, f"{laid.address}/cut", htmx=htmx, **form)
    assert answer.status_code == 422
    assert sentence in (region_of(answer, "#toast") if htmx else answer.text)
    assert (laid.edition.cut, laid.edition.version) == (50, before)


def test_nothing_of_it_in_a_published_edition(as_editor: FlaskClient, laid: Laid, editor, clock, rules) -> None:
    publishing.publish(laid.session, laid.edition.id, by=Acting(editor, clock(), rules), targets=())
    first = laid.ids()[0]
    for address in (f"{laid.address}/order", f"{laid.address}/cut", f"/items/{first}/pin"):
        answer = press(as_editor, address, cut="10")
        assert answer.status_code == 409
        assert "is published; to change it, correct its post." in answer.text
