"""Repeats on the pages: where a paper ran before, and what an editor makes of it."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.models import Item
from app.queries.editions import edition_on
from app.services.acting import Acting
from app.services.publishing import publish
from tests.factories import DAY, MORNING, ingest_things, items, paper
from tests.web.conftest import Laid, press, region_of, rows_put

BEFORE = DAY - timedelta(days=2)
AGAIN = "2611.90700"
LINE = '<p class="ran">Ran on <a href="/posts/2026-11-16">Mon 16 November 2026</a> at no. 2 · v2 since'


@pytest.fixture
def again(session, rules, editor, clock, laid: Laid) -> Item:
    """A paper of the edition that ran as no. 2 two days before, and has a second version since."""
    first = [paper(score=900, announced_on=BEFORE), paper(AGAIN, score=300, announced_on=BEFORE)]
    ingest_things(session, rules, first, day=BEFORE, now=MORNING - timedelta(days=2))
    publish(session, edition_on(session, BEFORE).id, Acting(editor, clock(), rules), targets=[])
    ingest_things(session, rules, [paper(AGAIN, score=300, version=2)])
    return next(item for item in items(session) if item.paper.arxiv_id == AGAIN)


def test_the_paper_says_where_it_ran_with_ways_to_run_or_drop_it(as_editor: FlaskClient, again: Item) -> None:
    page = as_editor.get(f"/items/{again.id}").text
    assert page.count(LINE) == 1
    assert f'form="desk" formaction="/items/{again.id}/update">Run as an update</button>' in page
    assert f'formaction="/items/{again.id}/drop" name="reason" value="ran before">Drop: ran before</button>' in page
    assert as_editor.get("/posts/2026-11-16").status_code == 200


def test_any_other_paper_says_nothing(as_editor: FlaskClient, again: Item, laid: Laid) -> None:
    other = next(item_id for item_id in laid.ids() if item_id != again.id)
    assert 'class="ran"' not in as_editor.get(f"/items/{other}").text


def test_a_reader_sees_it_without_the_buttons(as_reader: FlaskClient, again: Item, laid: Laid) -> None:
    page = as_reader.get(f"/items/{again.id}").text
    assert LINE in page
    assert "formaction" not in page
    for address in (f"/items/{again.id}/update", f"/items/{again.id}/update/removal"):
        assert press(as_reader, address).status_code == 403
    assert laid.item(again.id).update_of is None


def test_it_runs_as_an_update_and_as_an_ordinary_entry_again(as_editor: FlaskClient, again: Item, laid: Laid) -> None:
    response = press(as_editor, f"/items/{again.id}/update")
    assert (response.status_code, response.location) == (303, f"{laid.address}#item-{again.id}")
    assert laid.item(again.id).update_of == BEFORE
    assert "an update of 2026-11-16." in as_editor.get(laid.address).text
    page = as_editor.get(f"/items/{again.id}").text
    assert 'class="tag">runs as an update<' in page
    assert f'formaction="/items/{again.id}/update/removal">Not as an update</button>' in page
    assert "Run as an update" not in page
    assert press(as_editor, f"/items/{again.id}/update/removal").status_code == 303
    assert (laid.item(again.id).update_of, laid.item(again.id).state) == (None, "picked")


def test_a_dropped_one_is_not_offered_to_be_dropped(as_editor: FlaskClient, again: Item, laid: Laid) -> None:
    press(as_editor, f"/items/{again.id}/drop", reason="ran before")
    assert (laid.item(again.id).state, laid.item(again.id).drop_reason) == ("dropped", "ran before")
    page = as_editor.get(f"/items/{again.id}").text
    assert "Run as an update" in page
    assert "Drop: ran before" not in page


def test_under_htmx_the_lists_come_back_with_an_undo(as_editor: FlaskClient, again: Item, laid: Laid) -> None:
    press(as_editor, f"/items/{again.id}/return")
    response = press(as_editor, f"/items/{again.id}/update", htmx=True, seen=laid.edition.version)
    assert response.status_code == 200
    assert f'id="item-{again.id}"' in rows_put(response, "picked")
    assert "an update of 2026-11-16" in region_of(response, "#toast")
    assert "/undo" in region_of(response, "#toast")
    assert press(as_editor, f"{laid.address}/undo").status_code == 303
    assert (laid.item(again.id).update_of, laid.item(again.id).state) == (None, "candidate")


@pytest.mark.parametrize("htmx", [False, True])
def test_a_paper_that_did_not_run_before_is_refused(as_editor: FlaskClient, laid: Laid, htmx: bool) -> None:
    response = press(as_editor, f"/items/{laid.ids()[0]}/update", htmx=htmx)
    assert response.status_code == 409
    assert "This paper is in no earlier post" in response.text


def test_the_link_of_an_update_leads_from_the_preview_to_the_post(as_editor: FlaskClient, again: Item) -> None:
    press(as_editor, f"/items/{again.id}/update")
    assert "/hot-papers-2026-11-16" in as_editor.get(f"/editions/{DAY}/preview").text
    for address in ("/hot-papers-2026-11-16", "/hot-papers-2026-11-16/"):
        response = as_editor.get(address)
        assert (response.status_code, response.location) == (308, "/hot-papers/2026-11-16")
    for missing in ("/hot-papers-2026-11-17", "/hot-papers-nonsense"):
        assert as_editor.get(missing, follow_redirects=True).status_code == 404


class TestWithoutPublicPages:
    """With PUBLIC_PAGES=no the link leads to the desk, and strangers nowhere."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return settings | {"HOTPAPERS_PUBLIC_PAGES": "no"}

    def test_the_link_of_an_update_leads_to_the_post_on_the_desk(
        self, as_editor: FlaskClient, client: FlaskClient, again: Item
    ) -> None:
        response = as_editor.get("/hot-papers-2026-11-16")
        assert (response.status_code, response.location) == (303, "/posts/2026-11-16")
        assert as_editor.get("/hot-papers-2026-11-17").status_code == 404
        stranger = client.get("/hot-papers-2026-11-16")
        assert (stranger.status_code, stranger.headers["Cache-Control"]) == (404, "no-store")


def test_a_stranger_is_sent_to_the_door(client: FlaskClient, again: Item, laid: Laid) -> None:
    assert press(client, f"/items/{again.id}/update").location.startswith("/sign-in")
    assert laid.item(again.id).update_of is None
