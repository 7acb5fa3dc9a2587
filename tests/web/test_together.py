"""Working together on the pages: who is here, who publishes, what is handed over, and what readers may not do."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import Edition, Glance, Presence
from tests.web.conftest import HTMX, Laid, press, region_of, swaps

BATON = "/editions/2026-11-18/baton"


def news(client: FlaskClient, laid: Laid, **says):
    """What a page asks every few seconds that has seen everything but who is here."""
    seen = {"seen": laid.edition.version, "run": 1}
    return client.get(f"{laid.address}/news", query_string=seen | says, headers=HTMX)


def here_of(response) -> str:
    """What a page shows of the others, as it says so itself."""
    return re.search(r'data-here="(\w+)"', response.text)[1]


@pytest.fixture
def begun(as_editor: FlaskClient, laid: Laid) -> Laid:
    """The edition after Ana's first action: she holds the baton."""
    press(as_editor, f"/items/{laid.ids()[-1]}/drop")
    return laid


def test_others_are_shown_with_the_paper_and_the_text_they_are_at(
    as_editor: FlaskClient, as_other_editor: FlaskClient, begun: Laid
) -> None:
    first = begun.ids()[0]
    before = here_of(as_editor.get(begun.address))
    news(as_other_editor, begun, on=first, field="note", active="yes", looked=begun.ids())
    response = news(as_editor, begun, here=before)
    assert [target for target, _ in swaps(response)] == ["#edition-bar", "#news", "#askers"]
    bar = region_of(response, "#edition-bar")
    assert f'data-person="Jo" data-on="{first}" data-field="note"' in bar
    assert "Here too: Jo" in bar
    assert "Ana" not in re.search(r'<a class="company".*?</a>', bar, re.DOTALL)[0]
    assert news(as_editor, begun, here=here_of(response)).status_code == 204
    assert set(begun.session.scalars(select(Glance.item_id))) == set(begun.ids())
    told = as_editor.get(BATON).text
    assert "Jo, writes the note of “Lanterns and Moss" in told


def test_what_a_page_says_of_its_person_is_believed_only_as_far_as_it_makes_sense(
    as_other_editor: FlaskClient, begun: Laid
) -> None:
    for nonsense in ({"on": "x"}, {"on": 99999}, {"field": "<script>"}, {"looked": ["x", "99999"]}):
        assert news(as_other_editor, begun, active="yes", **nonsense).status_code in (200, 204)
    found = begun.session.scalars(select(Presence).where(Presence.item_id.is_not(None))).all()
    assert not found and not begun.session.scalars(select(Glance)).all()
    assert {presence.field for presence in begun.session.scalars(select(Presence))} == {None}


def test_who_is_not_heard_of_any_more_is_gone(
    as_editor: FlaskClient, as_other_editor: FlaskClient, begun: Laid, clock
) -> None:
    news(as_other_editor, begun)
    assert 'data-person="Jo"' in as_editor.get(begun.address).text
    clock.tick(seconds=21)
    assert 'data-person="Jo"' not in as_editor.get(begun.address).text


def test_a_reader_is_here_too_and_may_not_touch_the_baton(
    as_editor: FlaskClient, as_reader: FlaskClient, begun: Laid
) -> None:
    news(as_reader, begun, active="yes")
    assert 'data-person="Rui"' in as_editor.get(begun.address).text
    assert "(reads)" in as_editor.get(BATON).text
    page = as_reader.get(BATON)
    assert (
        "Ana publishes this edition" in page.text
        and "<button" not in page.text.split('id="question"')[1].split("</section>")[0]
    )
    for address in (BATON, f"{BATON}/lay-down", f"{BATON}/request"):
        assert press(as_reader, address).status_code == 403
    assert begun.edition.baton_editor.name == "Ana"


@pytest.mark.parametrize("address", [BATON, f"{BATON}/lay-down", f"{BATON}/request"])
def test_a_stranger_touches_no_baton(client: FlaskClient, begun: Laid, address: str) -> None:
    assert press(client, address).location.startswith("/sign-in")
    assert client.get(BATON).location.startswith("/sign-in")
    assert begun.edition.baton_editor.name == "Ana"


def test_another_than_the_holder_is_told_who_publishes_and_reads_the_handover(
    as_editor: FlaskClient, as_other_editor: FlaskClient, begun: Laid
) -> None:
    assert "Publish<span" in as_editor.get(begun.address).text
    page = as_other_editor.get(begun.address).text
    assert "<bdi>Ana</bdi> publishes" in page and "Publish<span" not in page
    for address in (BATON, f"{begun.address}/publication"):
        told = as_other_editor.get(address).text
        assert "Ana publishes this edition" in told
        assert re.search(r"Since <time[^>]*>08:30</time> Ana: 1 dropped; no paper looked at\.", told)
        assert "Ask Ana for it" in told and "Take over" not in told


@pytest.mark.parametrize("htmx", [False, True])
def test_publishing_without_the_baton_is_refused_in_a_sentence(
    as_other_editor: FlaskClient, begun: Laid, htmx: bool
) -> None:
    response = press(as_other_editor, f"{begun.address}/publication", htmx=htmx)
    assert response.status_code == 409
    assert "Ana holds the baton of this edition and publishes it; take it over first." in response.text
    assert begun.edition.status == "draft"


def test_a_busy_holder_is_not_relieved_and_an_idle_one_is_with_one_click(
    as_editor: FlaskClient, as_other_editor: FlaskClient, begun: Laid, clock
) -> None:
    for htmx in (False, True):
        response = press(as_other_editor, BATON, htmx=htmx)
        assert response.status_code == 409
        assert "Ana holds the baton and is at work; ask Ana for it." in response.text
    before = here_of(as_other_editor.get(begun.address))
    clock.tick(minutes=5)
    bar = region_of(news(as_other_editor, begun, here=before), "#edition-bar")
    assert f'formaction="{BATON}"' in bar and "Take over" in bar
    response = press(as_other_editor, BATON, htmx=True, seen=begun.edition.version)
    assert "Took the baton from Ana." in region_of(response, "#toast")
    assert "undo" not in region_of(response, "#toast").lower().replace("undone", "")
    handed = region_of(response, "#handover")
    assert "You hold the baton now, and publish this edition." in handed and "1 dropped" in handed
    assert "Publish<span" in region_of(response, "#edition-bar")
    assert not {"#picked", "#candidates"} & {target for target, _ in swaps(response)}
    assert "1 dropped" in as_other_editor.get(begun.address).text.split('id="handover"')[1].split('id="news"')[0]
    clock.tick(minutes=15)
    assert "You hold the baton now" not in as_other_editor.get(begun.address).text
    assert press(as_other_editor, f"{begun.address}/publication").status_code == 303


def test_the_baton_is_asked_for_and_passed_on(
    as_editor: FlaskClient, as_other_editor: FlaskClient, begun: Laid
) -> None:
    before = here_of(as_editor.get(begun.address))
    asked = press(as_other_editor, f"{BATON}/request", htmx=True, asks="yes")
    assert "data-asks" in region_of(asked, "#edition-bar")
    notice = region_of(news(as_editor, begun, here=before), "#askers")
    jo = begun.session.scalar(select(Presence.editor_id).where(Presence.field == "baton"))
    assert "Jo asks for the baton" in notice and f'name="to" value="{jo}"' in notice
    assert "Jo asks for the baton" not in as_other_editor.get(begun.address).text
    press(as_other_editor, f"{BATON}/request", asks="no")
    assert "Jo asks for the baton" not in as_editor.get(begun.address).text
    response = press(as_editor, f"{BATON}/lay-down", to=jo)
    assert (response.status_code, response.location) == (303, begun.address)
    assert "Passed the baton to Jo." in as_editor.get(begun.address).text
    assert begun.edition.baton_editor.name == "Jo"
    before = begun.edition.version - 1
    told = region_of(news(as_other_editor, begun, seen=before), "#handover")
    assert "You hold the baton now" in told and "1 dropped" in told
    assert "You hold the baton now" not in region_of(news(as_editor, begun, seen=before), "#handover")
    assert "#handover" not in dict(swaps(news(as_other_editor, begun, here="")))
    # An action's answer brings the page up to the newest version, so it tells this too.
    acted = press(as_other_editor, f"/items/{begun.ids()[0]}/pin", htmx=True, seen=before)
    assert "You hold the baton now" in region_of(acted, "#handover")
    page = as_other_editor.get(begun.address).text
    assert "You hold the baton now" in page and "Publish<span" in page
    assert press(as_editor, f"{BATON}/lay-down").status_code == 409
    press(as_other_editor, f"{BATON}/lay-down")
    assert "Nobody holds the baton yet" in as_editor.get(BATON).text
    press(as_editor, BATON)
    assert begun.edition.baton_editor.name == "Ana"


def test_a_published_edition_goes_to_its_post(as_editor: FlaskClient, begun: Laid) -> None:
    press(as_editor, f"{begun.address}/publication")
    assert as_editor.get(BATON).location == "/posts/2026-11-18"
    assert press(as_editor, BATON).status_code == 409
    assert 'id="presence"' not in as_editor.get(begun.address).text
    assert begun.session.scalars(select(Edition.status)).all() == ["published"]


def test_details_say_as_of_which_version_they_are(as_editor: FlaskClient, begun: Laid) -> None:
    first = begun.ids()[0]
    response = as_editor.get(f"/items/{first}", headers=HTMX)
    assert response.headers["Edition-Version"] == str(begun.edition.version)
    response = press(as_editor, f"/items/{first}/drop", htmx=True, seen=begun.edition.version)
    assert response.headers["Edition-Version"] == str(begun.edition.version)
