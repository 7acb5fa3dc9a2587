"""What is selected: picked, dropped, held and put back as one action, with and without htmx, and undone as one."""

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Laid, press, region_of, rows_put, swaps


def selected(client: FlaskClient, laid: Laid, do: str, ids: list[int], *, htmx: bool = False, **fields: str):
    """Send the form of the selected papers."""
    return press(client, f"{laid.address}/selected", htmx=htmx, do=do, selected=ids, **fields)


def test_many_are_dropped_with_a_reason_and_taken_back_at_once(as_editor: FlaskClient, laid: Laid) -> None:
    ids = laid.ids()[:3]
    response = selected(as_editor, laid, "drop", ids, reason=" off  topic ")
    assert (response.status_code, response.location) == (303, laid.address)
    assert {item.drop_reason for item in laid.items("dropped")} == {"off topic"}
    assert "Dropped 3 papers (off topic)." in as_editor.get(laid.address).text
    press(as_editor, f"{laid.address}/undo")
    assert laid.ids()[:3] == ids


@pytest.mark.parametrize(
    ("do", "start", "end"),
    [("pick", "candidate", "picked"), ("hold", "picked", "held"), ("return", "picked", "candidate")],
)
def test_many_are_done_with_under_htmx(as_editor: FlaskClient, laid: Laid, do: str, start: str, end: str) -> None:
    ids = laid.ids(start)[:2]
    response = selected(as_editor, laid, do, ids, htmx=True, seen=str(laid.edition.version), reason="not for this")
    assert response.status_code == 200
    assert [laid.item(item_id).state for item_id in ids] == [end, end]
    assert "2 papers" in region_of(response, "#toast")
    if end in ("picked", "candidate"):
        assert rows_put(response, end.removesuffix("s") + "s" * (end == "candidate")).count("<li ") == 2
    assert (f"#{'picked' if start == 'picked' else 'candidates'} > #item-{ids[0]}", "delete") in swaps(response)
    assert [item.drop_reason for item in laid.items(end)] == [None] * len(laid.items(end))


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("do", "ids", "sentence"),
    [
        ("drop", [], "No paper is selected"),
        ("drop", ["1", "one"], "names a paper in a way that cannot be read"),
        ("drop", ["1", "9" * 30], "names a paper in a way that cannot be read"),
        ("burn", ["1"], "does not say what to do"),
        ("", ["1"], "does not say what to do"),
    ],
)
def test_what_cannot_be_read_changes_nothing(
    as_editor: FlaskClient, laid: Laid, do: str, ids: list[str], sentence: str, htmx: bool
) -> None:
    response = selected(as_editor, laid, do, ids, htmx=htmx)
    assert response.status_code == 422
    assert sentence in response.text
    assert len(laid.ids()) == 5


def test_a_paper_that_is_not_there_stops_all_of_them(as_editor: FlaskClient, laid: Laid) -> None:
    response = selected(as_editor, laid, "drop", [laid.ids()[0], 4711])
    assert response.status_code == 409
    assert "There is no such paper in this edition." in response.text
    assert len(laid.ids()) == 5


def test_a_reason_that_is_too_long_is_refused(as_editor: FlaskClient, laid: Laid) -> None:
    response = selected(as_editor, laid, "drop", laid.ids(), reason="because " * 30)
    assert response.status_code == 422
    assert "shorten it" in response.text


def test_of_a_thousand_selected_none_is_lost(as_editor: FlaskClient, laid: Laid) -> None:
    ids = [*laid.ids(), *laid.ids("candidate")]
    response = selected(as_editor, laid, "drop", [*range(100_000, 101_500), *ids])
    assert "There is no such paper in this edition." in response.text
    assert len(laid.ids()) == 5


def test_nobody_selects_in_a_published_edition(as_editor: FlaskClient, laid: Laid, session) -> None:
    ids = laid.ids()
    laid.edition.status = "published"
    session.commit()
    response = selected(as_editor, laid, "drop", ids)
    assert response.status_code == 409
    assert "is published" in response.text
