"""Items: each action without htmx and with it, bad input, and stale texts."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.factories import ingest_things, paper
from tests.web.conftest import HTMX, Laid, press, region_of, rows_put, swaps

REGIONS = ["#edition-bar", "#edition-head", "#edition-standing", "#waiting", "#news", "#askers", "#cut"]


def seen(laid: Laid) -> int:
    return laid.edition.version


def test_pick_goes_back_to_the_paper_without_htmx(as_editor: FlaskClient, laid: Laid) -> None:
    candidate = laid.ids("candidate")[0]
    response = press(as_editor, f"/items/{candidate}/pick")
    assert response.status_code == 303
    assert response.location == f"{laid.address}#item-{candidate}"
    assert laid.ids()[-1] == candidate
    assert "Picked “" in as_editor.get(laid.address).text


def test_pick_changes_only_what_it_touched_under_htmx(as_editor: FlaskClient, laid: Laid) -> None:
    candidate = laid.ids("candidate")[1]
    response = press(as_editor, f"/items/{candidate}/pick", htmx=True, seen=seen(laid))
    assert response.status_code == 200
    assert [target for target, _ in swaps(response)] == [
        *REGIONS,
        f"#candidates > #item-{candidate}",
        f"#picked > #item-{candidate}",
        "#picked",
        "#filtered",
        "#seen",
        "#toast",
    ]
    assert (f"#candidates > #item-{candidate}", "delete") in swaps(response)
    assert rows_put(response, "picked").count("<li ") == 1
    assert f'id="item-{candidate}"' in rows_put(response, "picked")
    assert "6 picked, 2 candidates" in region_of(response, "#edition-head")
    assert "Publish" in region_of(response, "#edition-bar")
    assert response.headers["HX-Trigger"] == "editionChanged"


def test_pick_takes_a_typed_place(as_editor: FlaskClient, laid: Laid) -> None:
    candidate = laid.ids("candidate")[2]
    press(as_editor, f"/items/{candidate}/pick", position=2)
    assert laid.ids()[1] == candidate


def test_drop_keeps_the_reason(as_editor: FlaskClient, laid: Laid) -> None:
    first = laid.ids()[0]
    response = press(as_editor, f"/items/{first}/drop", reason="off topic")
    assert response.status_code == 303
    assert laid.item(first).state == "dropped"
    assert "1 dropped: off topic" in as_editor.get(laid.address).text


def test_drop_of_a_candidate_takes_its_row_away_under_htmx(as_editor: FlaskClient, laid: Laid) -> None:
    candidate = laid.ids("candidate")[0]
    response = press(as_editor, f"/items/{candidate}/drop", htmx=True, seen=seen(laid))
    assert (f"#candidates > #item-{candidate}", "delete") in swaps(response)
    assert f'id="item-{candidate}"' in region_of(response, "#dropped > ul")
    assert "1 dropped" in region_of(response, "#dropped-said")
    assert "/undo" in region_of(response, "#toast")


def test_put_back_inserts_the_row_before_its_next_neighbour(as_editor: FlaskClient, laid: Laid) -> None:
    first, second, _ = laid.ids("candidate")
    press(as_editor, f"/items/{first}/drop")
    response = press(as_editor, f"/items/{first}/return", htmx=True, seen=seen(laid))
    assert laid.item(first).state == "candidate"
    assert (f"#candidates > #item-{second}", "beforebegin") in swaps(response)
    assert f'id="item-{first}"' in region_of(response, f"#candidates > #item-{second}")


def test_put_back_of_the_last_one_goes_to_the_end(as_editor: FlaskClient, laid: Laid) -> None:
    last = laid.ids("candidate")[-1]
    press(as_editor, f"/items/{last}/drop")
    response = press(as_editor, f"/items/{last}/return", htmx=True, seen=seen(laid))
    assert ("#candidates", "beforeend") in swaps(response)


def test_put_back_takes_a_picked_paper_out(as_editor: FlaskClient, laid: Laid) -> None:
    first = laid.ids()[0]
    assert press(as_editor, f"/items/{first}/return").status_code == 303
    assert laid.ids("candidate")[0] == first


def test_a_page_that_missed_a_change_gets_the_whole_lists(as_editor: FlaskClient, laid: Laid) -> None:
    candidate = laid.ids("candidate")[0]
    response = press(as_editor, f"/items/{candidate}/pick", htmx=True, seen=seen(laid) - 1)
    assert ("#candidates", "outerMorph") in swaps(response)
    assert (f"#candidates > #item-{candidate}", "delete") not in swaps(response)


@pytest.mark.parametrize(
    ("to", "place"), [("up", 1), ("down", 3), ("top", 0), ("bottom", 4), ("4", 3), ("1", 0), ("5", 4)]
)
def test_move_by_word_and_by_number(as_editor: FlaskClient, laid: Laid, to: str, place: int) -> None:
    third = laid.ids()[2]
    assert press(as_editor, f"/items/{third}/position", position=to).status_code == 303
    assert laid.ids()[place] == third


@pytest.mark.parametrize("beside", ["before", "after"])
def test_a_paper_comes_to_stand_beside_another_however_the_list_has_changed(
    as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid, beside: str
) -> None:
    first, _, third, fourth, _ = laid.ids()
    candidate = laid.ids("candidate")[0]
    press(as_other_editor, f"/items/{fourth}/position", position="top")
    for moved, address in ((first, "position"), (candidate, "pick")):
        response = press(as_editor, f"/items/{moved}/{address}", **{beside: third})
        assert response.status_code == 303
        order = laid.ids()
        assert order.index(moved) - order.index(third) == {"before": -1, "after": 1}[beside]
    assert laid.ids()[0] == fourth


@pytest.mark.parametrize("htmx", [False, True])
def test_a_neighbour_that_is_not_picked_any_more_is_told(as_editor: FlaskClient, laid: Laid, htmx: bool) -> None:
    first, second, *_ = laid.ids()
    candidate = laid.ids("candidate")[0]
    press(as_editor, f"/items/{second}/drop")
    for address in (f"/items/{first}/position", f"/items/{candidate}/pick"):
        response = press(as_editor, address, htmx=htmx, before=second)
        assert response.status_code == 409
        assert "The paper beside it is not picked any more" in response.text
    assert laid.ids()[0] == first


@pytest.mark.parametrize("fields", [{"before": "one"}, {"after": "9" * 30}, {"before": "1", "after": "2"}])
def test_a_neighbour_that_cannot_be_read_is_refused(as_editor: FlaskClient, laid: Laid, fields: dict[str, str]) -> None:
    before = laid.ids()
    for address in (f"/items/{before[2]}/position", f"/items/{laid.ids('candidate')[0]}/pick"):
        assert press(as_editor, address, **fields).status_code == 422
    assert laid.ids() == before


def test_hold_takes_a_paper_out_of_the_lists_and_return_brings_it_back(as_editor: FlaskClient, laid: Laid) -> None:
    first = laid.ids()[0]
    response = press(as_editor, f"/items/{first}/hold")
    assert (response.status_code, laid.item(first).state) == (303, "held")
    assert "for the next edition." in as_editor.get(laid.address).text
    response = press(as_editor, f"/items/{first}/return", htmx=True, seen=seen(laid))
    assert (response.status_code, laid.item(first).state) == (200, "candidate")


def test_everything_below_goes_at_once_and_comes_back_at_once(as_editor: FlaskClient, laid: Laid) -> None:
    picked, candidates = laid.ids(), laid.ids("candidate")
    response = press(as_editor, f"/items/{picked[3]}/below", htmx=True, seen=seen(laid))
    assert (laid.ids(), laid.ids("dropped")) == (picked[:4], [picked[4], *candidates])
    assert "Dropped 4 papers below" in region_of(response, "#toast")
    assert press(as_editor, f"{laid.address}/undo").status_code == 303
    assert (laid.ids(), laid.ids("candidate")) == (picked, candidates)
    assert press(as_editor, f"/items/{candidates[0]}/below", category="cs.CV").status_code == 409
    assert press(as_editor, f"/items/{candidates[0]}/below", category="cs.LG").status_code == 303
    assert laid.ids("candidate") == candidates[:1]


def test_the_undo_of_the_sentence_takes_back_what_the_sentence_says(as_editor: FlaskClient, laid: Laid) -> None:
    first, second = laid.ids()[:2]
    said = region_of(press(as_editor, f"/items/{first}/drop", htmx=True), "#toast")
    address = unescape(said.split('formaction="')[1].split('"')[0])
    press(as_editor, f"/items/{second}/drop")
    response = press(as_editor, address, htmx=True)
    assert response.status_code == 409
    assert "You have done something else since" in region_of(response, "#toast")
    press(as_editor, f"{laid.address}/undo")
    assert press(as_editor, address).status_code == 303
    assert laid.ids("dropped") == []
    assert press(as_editor, f"{laid.address}/undo", event="first").status_code == 422


def test_redo_does_again_what_was_undone_and_offers_to_undo_it(as_editor: FlaskClient, laid: Laid) -> None:
    first = laid.ids()[0]
    press(as_editor, f"/items/{first}/drop")
    press(as_editor, f"{laid.address}/undo")
    response = press(as_editor, f"{laid.address}/redo", htmx=True)
    assert laid.ids("dropped") == [first]
    assert "Did again: dropped" in region_of(response, "#toast")
    assert "/undo?event=" in region_of(response, "#toast")
    response = press(as_editor, f"{laid.address}/redo")
    assert response.status_code == 409
    assert "nothing of yours to do again" in response.text


def test_a_move_sends_the_row_alone_under_htmx(as_editor: FlaskClient, laid: Laid) -> None:
    third = laid.ids()[2]
    response = press(as_editor, f"/items/{third}/position", htmx=True, position="top", seen=seen(laid))
    first = laid.ids()[1]
    assert (f"#picked > #item-{first}", "beforebegin") in swaps(response)
    assert rows_put(response, "picked").count("<li ") == 1
    assert f'id="item-{third}"' in rows_put(response, "picked")
    assert not rows_put(response, "candidates")


@pytest.mark.parametrize("position", ["0", "10000", "-1", "two", "", "1.5", "9" * 400, "٣x"])
@pytest.mark.parametrize("htmx", [False, True])
def test_move_refuses_a_position_there_is_not(as_editor: FlaskClient, laid: Laid, position: str, htmx: bool) -> None:
    before = laid.ids()
    response = press(as_editor, f"/items/{before[2]}/position", htmx=htmx, position=position)
    assert response.status_code == 422
    assert "position" in response.text
    assert laid.ids() == before
    if not htmx and 0 < len(position) < 10:
        assert f'value="{position}"' in response.text


def test_the_answer_to_a_bad_position_names_the_good_ones(as_editor: FlaskClient, laid: Laid) -> None:
    response = press(as_editor, f"/items/{laid.ids()[0]}/position", htmx=True, position="10000")
    assert "There is no position 10,000; choose a number from 1 to 5." in region_of(response, "#toast")


def test_drop_refuses_a_reason_that_is_too_long_and_keeps_it(as_editor: FlaskClient, laid: Laid) -> None:
    reason = "because " * 30
    response = press(as_editor, f"/items/{laid.ids()[0]}/drop", reason=reason)
    assert response.status_code == 422
    assert reason.strip() in response.text
    assert len(laid.ids()) == 5


def test_text_is_saved_and_shown(as_editor: FlaskClient, laid: Laid) -> None:
    item = laid.items()[0]
    response = press(
        as_editor,
        f"/items/{item.id}/text",
        headline="Lanterns, lit",
        note="Read *this*.\r\nTwice.",
        version=item.version,
    )
    assert response.status_code == 303
    assert (laid.item(item.id).headline, laid.item(item.id).note) == ("Lanterns, lit", "Read *this*.\nTwice.")
    page = as_editor.get(laid.address).text
    assert "Lanterns, lit" in page
    assert "Read *this*." in page


def test_a_note_of_a_megabyte_is_refused_and_still_in_the_form(as_editor: FlaskClient, laid: Laid) -> None:
    item, note = laid.items()[0], "lantern " * 131_072
    response = press(as_editor, f"/items/{item.id}/text", headline="Kept", note=note, version=item.version)
    assert response.status_code == 422
    assert "The note has 1,048,576 characters; shorten it to 20,000 or fewer." in response.text
    assert note in response.text
    assert 'value="Kept"' in response.text
    assert laid.item(item.id).note is None


def test_a_note_of_20000_characters_is_taken(as_editor: FlaskClient, laid: Laid) -> None:
    item = laid.items()[0]
    response = press(as_editor, f"/items/{item.id}/text", headline="", note="x" * 20_000, version=item.version)
    assert response.status_code == 303


@pytest.mark.parametrize("headline", ["x" * 301, "two\nlines"])
def test_a_bad_headline_is_refused_and_still_in_the_form(as_editor: FlaskClient, laid: Laid, headline: str) -> None:
    item = laid.items()[0]
    response = press(as_editor, f"/items/{item.id}/text", headline=headline, note="My note", version=item.version)
    assert response.status_code == 422
    assert "My note" in response.text
    assert headline.split("\n")[0] in response.text


def test_a_stale_text_shows_both(as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid) -> None:
    item = laid.items()[0]
    old = item.version
    press(as_other_editor, f"/items/{item.id}/text", headline="", note="Jo was faster", version=old)
    response = press(as_editor, f"/items/{item.id}/text", headline="", note="Ana typed this", version=old)
    assert response.status_code == 409
    assert "Jo was faster" in response.text
    assert "Ana typed this" in response.text
    assert laid.item(item.id).note == "Jo was faster"
    assert f'name="version" value="{laid.item(item.id).version}"' in response.text


def test_another_action_on_the_item_does_not_make_its_text_stale(as_editor: FlaskClient, laid: Laid) -> None:
    item = laid.items()[0]
    form = as_editor.get(f"/items/{item.id}", headers=HTMX).text
    seen_texts = dict(re.findall(r'name="(seen-\w+)" value="([^"]*)"', form))
    old = item.version
    press(as_editor, f"/items/{item.id}/position", position="down")
    assert laid.item(item.id).version > old
    response = press(as_editor, f"/items/{item.id}/text", headline="", note="Mine", version=old, **seen_texts)
    assert response.status_code == 303
    assert laid.item(item.id).note == "Mine"


@pytest.mark.parametrize("version", ["", "one"])
def test_text_without_a_version_is_refused_with_its_text(as_editor: FlaskClient, laid: Laid, version: str) -> None:
    response = press(as_editor, f"/items/{laid.ids()[0]}/text", headline="", note="Long thought", version=version)
    assert response.status_code == 422
    assert "Long thought" in response.text


def test_characters_that_no_database_keeps_do_no_harm(as_editor: FlaskClient, laid: Laid) -> None:
    item = laid.items()[0]
    response = press(as_editor, f"/items/{item.id}/text", headline="a\0b", note="\0", version=item.version)
    assert response.status_code == 303
    assert laid.item(item.id).headline == "ab"


def test_details_are_a_fragment_under_htmx_and_a_page_without(as_editor: FlaskClient, laid: Laid) -> None:
    item = laid.items()[0]
    fragment, page = as_editor.get(f"/items/{item.id}", headers=HTMX).text, as_editor.get(f"/items/{item.id}").text
    assert "<html" not in fragment
    assert "<html" in page
    for text in (fragment, page):
        assert "We study imaginary lanterns." in text
        assert "New single out Friday!" in text
    assert "hx-boost" in fragment
    assert "hx-boost" not in page


@pytest.mark.parametrize("state", ["picked", "candidate", "dropped"])
def test_details_offer_what_can_be_done_in_each_state(as_editor: FlaskClient, laid: Laid, state: str) -> None:
    press(as_editor, f"/items/{laid.ids('candidate')[-1]}/drop")
    item_id = laid.ids(state)[0]
    details = as_editor.get(f"/items/{item_id}", headers=HTMX).text
    actions = {action for action in ("pick", "drop", "return", "position") if f"/items/{item_id}/{action}" in details}
    assert (
        actions
        == {
            "picked": {"drop", "return", "position"},
            "candidate": {"pick", "drop"},
            "dropped": {"pick", "return"},
        }[state]
    )


def test_rows_carry_neither_abstracts_nor_mentions(as_editor: FlaskClient, laid: Laid) -> None:
    page = as_editor.get(laid.address).text
    assert "We study imaginary lanterns." not in page.split("<aside")[0]
    row = page.split('<ol id="candidates"')[1].split("</li>")[0]
    assert len(row) < 1_400


@pytest.mark.parametrize("address", ["/items/9999", "/items/99999999999999999999", "/items/0", "/items/x"])
def test_an_item_that_is_not_there(as_editor: FlaskClient, laid: Laid, address: str) -> None:
    assert as_editor.get(address).status_code == 404
    assert press(as_editor, f"{address}/drop").status_code == 404


def test_what_a_source_says_is_text(as_editor: FlaskClient, session, rules) -> None:
    title = "<script>alert(1)</script> & <hx-partial hx-target=body>x</hx-partial>"
    ingest_things(session, rules, [paper(score=99, title=title, authors=("<b>Eve</b>",), categories=("<i>cs</i>",))])
    laid = Laid(session)
    page = as_editor.get(laid.address).text
    assert "<script>alert" not in page
    assert "<hx-partial" not in page
    assert "<b>Eve" not in page
    assert "<i>cs" not in page
