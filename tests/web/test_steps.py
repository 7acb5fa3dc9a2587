"""What an action on a known page is answered with: what it changed, read in few statements however long the lists."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.extensions import db
from app.models import Run
from app.services import curation
from app.services.acting import Acting
from tests.factories import DAY, MORNING, edition_of_scores, ingest_things, items, paper
from tests.web.browser_page import Page, read
from tests.web.conftest import HTMX, Laid, press, region_of, swaps

ALWAYS = ["#undoing", "#news"]
# Who asks, the claim, the paper with its place, its row and the event; then the edition, the events and the row again.
MOVE = 11
# The counts beside these; of a drop the reasons, and whether a mention names others too.
PICK, DROP = MOVE + 1, MOVE + 3


@pytest.fixture
def begun(as_editor: FlaskClient, laid: Laid) -> Laid:
    """The edition after its first action, by the person of the page."""
    press(as_editor, f"/items/{laid.ids()[-1]}/pin")
    return laid


def opened(client: FlaskClient, address: str = f"/editions/{DAY}") -> Page:
    """The page as a browser has just opened it."""
    return Page(read(client.get(address).text))


def acted(client: FlaskClient, page: Page, address: str, **fields: str) -> tuple[list[str], object]:
    """The targets of the answer to a press on a known page, and the answer."""
    response = client.post(address, data={**page.known(), **fields}, headers=HTMX)
    return [target for target, _ in swaps(response)], response


def test_a_move_brings_its_row_and_what_can_be_undone(as_editor: FlaskClient, begun: Laid) -> None:
    first, second, third, *_ = begun.ids()
    targets, response = acted(as_editor, opened(as_editor), f"/items/{third}/position", position="1")
    rows = [f"#candidates > #item-{third}", f"#picked > #item-{third}", f"#picked > #item-{first}"]
    assert targets == [*ALWAYS, *rows, "#seen", "#toast"]
    assert 'title="Undo: moved' in region_of(response, "#undoing")
    assert response.headers["Edition-Version"] == str(begun.edition.version)
    assert begun.ids()[:3] == [third, first, second]


def test_a_pick_brings_the_counts_too_and_a_drop_why(as_editor: FlaskClient, begun: Laid) -> None:
    candidate, page = begun.ids("candidate")[0], opened(as_editor)
    targets, response = acted(as_editor, page, f"/items/{candidate}/pick")
    assert [*targets[:5], targets[-1]] == ["#undoing", "#publish", "#counts", "#news", "#cut-said", "#toast"]
    assert "6 picked, 2 candidates" in region_of(response, "#counts")
    assert 'data-picked="6"' in region_of(response, "#publish")
    page.take(response.text)
    targets, response = acted(as_editor, page, f"/items/{candidate}/drop", reason="off topic")
    assert "1 dropped: off topic" in region_of(response, "#dropped-said")
    assert {"#publish", "#counts", "#dropped > ul"} <= set(targets)
    assert "#edition-notices" in targets, "a mention that names three papers names one less now"
    assert not {"#edition-head", "#waiting", "#picked", "#candidates"} & set(targets)


def test_whoever_does_not_hold_the_baton_is_told_who_publishes(
    as_editor: FlaskClient, as_other_editor: FlaskClient, begun: Laid
) -> None:
    targets, response = acted(as_other_editor, opened(as_other_editor), f"/items/{begun.ids()[0]}/drop")
    assert targets[0] == "#edition-bar"
    assert "Ana</bdi> publishes" in region_of(response, "#edition-bar")
    targets, _ = acted(as_other_editor, opened(as_other_editor), f"/items/{begun.ids()[0]}/position", position="down")
    assert targets[0] == "#undoing"


def test_what_others_did_comes_by_the_same_way(
    as_editor: FlaskClient, other_editor, begun: Laid, rules, clock, session: Session
) -> None:
    page = opened(as_editor)
    curation.move(session, begun.ids()[2], Acting(other_editor, clock.tick(), rules), to="top")
    response = as_editor.get(page.question(), headers=HTMX)
    assert [target for target, _ in swaps(response)][0] == "#news"
    assert "#undoing" not in response.text
    page.take(response.text)
    assert page.rows("picked") == begun.ids()


@pytest.mark.parametrize("unknown", ["ages", "up_to"])
def test_a_page_of_other_data_is_shown_what_that_changed(as_editor: FlaskClient, begun: Laid, unknown: str) -> None:
    page = opened(as_editor)
    targets, _ = acted(as_editor, page, f"/items/{begun.ids()[1]}/position", position="1", **{unknown: "7"})
    assert {"#edition-head", "#waiting"} <= set(targets)


def test_ages_of_before_what_the_page_has_seen_are_not_believed(
    as_editor: FlaskClient, begun: Laid, session: Session, rules: Rules
) -> None:
    page, paper_id = opened(as_editor), begun.items()[0].paper.arxiv_id
    before = page.known()["ages"]
    ingest_things(session, rules, [paper(paper_id, score=900)], now=MORNING + timedelta(hours=5))
    page.take(as_editor.get(page.question(), headers=HTMX).text)
    _, response = acted(as_editor, page, f"/editions/{DAY}/waiting/take")
    page.take(response.text)
    assert page.known()["ages"] != before
    # An action that was pressed before this answer and sent after it.
    targets, response = acted(as_editor, page, f"/items/{begun.ids()[2]}/position", position="1", ages=before)
    page.take(response.text)
    assert "#picked" in targets, "the ages in all rows are others"
    assert page.known()["ages"].partition(".")[0] == opened(as_editor).known()["ages"].partition(".")[0]
    why = [each.written(set()) for each in page.find("#picked").all() if each.attributes.get("class") == "why"]
    fresh = opened(as_editor).find("#picked")
    assert why == [each.written(set()) for each in fresh.all() if each.attributes.get("class") == "why"]
    assert "5 h behind" in "".join(why)


def test_while_a_run_goes_on_the_data_is_looked_at_anew(as_editor: FlaskClient, begun: Laid, session: Session) -> None:
    page = opened(as_editor)
    session.add(Run(day=DAY, started_at=MORNING, status="running"))
    session.commit()
    targets, _ = acted(as_editor, page, f"/items/{begun.ids()[1]}/position", position="1")
    assert "#edition-head" in targets


def test_how_an_edition_with_a_time_stands_is_told_with_every_answer(
    as_editor: FlaskClient, begun: Laid, session: Session, clock
) -> None:
    begun.edition.publish_at = clock.tick(minutes=30)
    session.commit()
    _, response = acted(as_editor, opened(as_editor), f"/items/{begun.ids()[1]}/position", position="1")
    assert "To be published" in region_of(response, "#edition-standing")


@pytest.mark.parametrize("length", [12, 120])
def test_an_action_costs_few_statements_however_long_the_lists(
    as_editor: FlaskClient, session: Session, rules, length: int
) -> None:
    edition_of_scores(session, rules, [*range(60, 60 + length), *range(10, 10 + length // 4)])
    as_editor.post(f"/items/{items(session)[0].id}/position", data={"position": "2"})
    page, asked = opened(as_editor), list[str]()
    picked, candidate = items(session)[length // 2].id, items(session, "candidate")[0].id
    presses = (("position", {"position": "3"}, picked, MOVE), ("pick", {}, candidate, PICK), ("drop", {}, picked, DROP))
    event.listen(db.engine, "checkout", lambda driver, *_more: driver.set_trace_callback(asked.append))
    for what, fields, item_id, most in presses:
        asked.clear()
        _, response = acted(as_editor, page, f"/items/{item_id}/{what}", **fields)
        sent = [statement for statement in asked if re.match("SELECT|UPDATE|INSERT", statement)]
        assert len(sent) <= most, sent
        page.take(response.text)
    assert page.rows("picked") == [item.id for item in items(session)]
