"""The waiting list on the pages: told, taken, left, refused, and the question whether anything is new."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.sources import Reading
from app.extensions import db
from app.models import Editor, Presence, Run
from tests.factories import DAY, MORNING, ingest_things, mention, paper
from tests.web.conftest import HTMX, Laid, press, region_of, rows_put, swaps

ABOVE = ["#edition-bar", "#edition-head", "#edition-standing", "#edition-notices", "#waiting", "#news", "#askers"]
TAKE, LEAVE = f"/editions/{DAY}/waiting/take", f"/editions/{DAY}/waiting/leave"


def read_later(laid: Laid, item_id: int, score: int, **fields):
    """A paper of the desk as a later run finds it."""
    readings = (Reading("twitter", MORNING + timedelta(hours=4), reposts=score, likes=0),)
    return paper(laid.item(item_id).paper.arxiv_id, readings=readings, **fields)


@pytest.fixture
def begun(as_editor: FlaskClient, laid: Laid) -> Laid:
    """The edition after its first action: the worst candidate is dropped."""
    press(as_editor, f"/items/{laid.ids('candidate')[-1]}/drop")
    return laid


@pytest.fixture
def run(begun: Laid, session: Session, rules: Rules) -> Run:
    """A second run: the best paper is up, the second one withdrawn, one new paper above the cut, one below."""
    best, second = begun.ids()[:2]
    things = [
        read_later(begun, best, 1200),
        read_later(begun, second, 500, comment="This paper has been <withdrawn> by its author", version=2),
        paper("2611.95001", score=700, title="Moss & Lanterns"),
        paper("2611.95002", score=7),
    ]
    return ingest_things(session, rules, things)


def test_a_page_without_news_says_nothing(as_editor: FlaskClient, begun: Laid) -> None:
    page = as_editor.get(begun.address).text
    assert 'id="waiting"' in page
    assert "New since you began" not in page


def test_the_strip_counts_and_lists_what_waits(as_editor: FlaskClient, begun: Laid, run: Run) -> None:
    page = as_editor.get(begun.address).text
    assert "1 new above the cut, 1 new below the cut, 1 number up, 1 withdrawn." in page
    assert "900 → 1,200 · X +300" in page
    assert "This paper has been &lt;withdrawn&gt; by its author" in page
    assert "Moss &amp; Lanterns" in page
    assert '<span class="tag good">new</span> 700, above the cut · X 700' in page
    assert f'name="up_to" value="{run.id}" form="desk"' in page
    lists = page.split('id="picked"')[1]
    assert "Moss &amp; Lanterns" not in lists


def test_the_preview_stays_to_the_byte_until_something_is_taken(
    as_editor: FlaskClient, begun: Laid, session: Session, rules: Rules
) -> None:
    preview = f"{begun.address}/preview.md"
    before = as_editor.get(preview).data
    ingest_things(session, rules, [read_later(begun, begun.ids()[0], 1200, title="Renamed"), paper(score=700)])
    assert as_editor.get(preview).data == before
    press(as_editor, LEAVE, up_to="2")
    assert as_editor.get(preview).data == before
    press(as_editor, TAKE, up_to="2", item=begun.ids()[0])
    assert b"Renamed" in as_editor.get(preview).data


def test_a_reader_sees_what_waits_and_may_take_nothing(as_reader: FlaskClient, begun: Laid, run: Run) -> None:
    page = as_reader.get(begun.address).text
    assert "1 new above the cut" in page
    assert "Take all" not in page
    assert "waiting/take" not in page
    for address in (TAKE, LEAVE):
        for htmx in (True, False):
            assert press(as_reader, address, htmx=htmx, up_to=run.id).status_code == 403
    assert len(begun.ids("waiting")) == 2


@pytest.mark.parametrize("address", [TAKE, LEAVE])
def test_a_stranger_takes_and_leaves_nothing(client: FlaskClient, begun: Laid, run: Run, address: str) -> None:
    assert press(client, address, up_to=run.id).location.startswith("/sign-in")
    assert press(client, address, htmx=True, up_to=run.id).status_code == 401
    assert client.get(f"{begun.address}/news").location.startswith("/sign-in")
    assert len(begun.ids("waiting")) == 2
    assert {item.left_run_id for item in begun.items("waiting")} == {None}


def test_take_all_without_scripts(as_editor: FlaskClient, begun: Laid, run: Run) -> None:
    response = press(as_editor, TAKE, up_to=run.id)
    assert (response.status_code, response.location) == (303, begun.address)
    page = as_editor.get(begun.address).text
    assert "Took 1 new above the cut, 1 new below the cut, 1 number up, 1 withdrawn." in page
    assert "New since you began" not in page
    assert [item.score for item in begun.items()] == [1200, 700, 500, 200, 90, 60]


def test_take_all_answers_with_the_regions_and_a_toast_with_undo(as_editor: FlaskClient, begun: Laid, run: Run) -> None:
    seen = begun.edition.version
    response = press(as_editor, TAKE, htmx=True, up_to=run.id, seen=seen)
    targets = [target for target, _ in swaps(response)]
    assert targets[: len(ABOVE) + 1] == [*ABOVE, "#cut"]
    assert rows_put(response, "picked").count("<li ") == 3
    assert targets[-3:] == ["#filtered", "#seen", "#toast"]
    assert response.headers["HX-Trigger"] == "editionChanged"
    toast = region_of(response, "#toast")
    assert "Took 1 new above the cut" in toast
    assert f"{begun.address}/undo" in toast
    assert "New since you began" not in region_of(response, "#waiting")
    press(as_editor, f"{begun.address}/undo", htmx=True)
    assert len(begun.ids("waiting")) == 2
    assert "1 new above the cut, 1 new below the cut" in as_editor.get(begun.address).text


def test_one_is_taken_or_left_alone(as_editor: FlaskClient, begun: Laid, run: Run) -> None:
    low, best = begun.ids("waiting")[-1], begun.ids()[0]
    response = press(as_editor, TAKE, htmx=True, up_to=run.id, item=low, seen=begun.edition.version)
    assert f"#candidates > #item-{low}" in [target for target, _ in swaps(response)]
    assert "Took “Lanterns and Moss 2611.95002”." in region_of(response, "#toast")
    response = press(as_editor, LEAVE, htmx=True, up_to=run.id, item=best, seen=begun.edition.version)
    strip = region_of(response, "#waiting")
    assert "1 new above the cut, 1 withdrawn." in strip
    assert "1 paper with news that was left" in strip
    assert begun.items()[0].score == 900


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({}, 422, "does not say up to which run"),
        ({"up_to": "x"}, 422, "does not say up to which run"),
        ({"up_to": "1", "item": "x"}, 422, "cannot be read"),
        ({"up_to": "1", "item": ""}, 422, "cannot be read"),
        ({"up_to": "1", "item": ["1", "x"]}, 422, "cannot be read"),
        ({"up_to": "99999"}, 409, "from a run that is not there"),
        ({"up_to": "0"}, 409, "from a run that is not there"),
        ({"up_to": "2", "item": "99999"}, 409, "no such paper in this edition"),
        ({"up_to": "1"}, 409, "Nothing waits any more."),
    ],
)
@pytest.mark.parametrize("address", [TAKE, LEAVE])
def test_what_cannot_be_is_refused_and_changes_nothing(
    as_editor: FlaskClient, begun: Laid, run: Run, address: str, fields: dict, status: int, sentence: str
) -> None:
    version = begun.edition.version
    for htmx in (True, False):
        response = press(as_editor, address, htmx=htmx, **fields)
        assert response.status_code == status
        assert sentence in response.text
    assert begun.edition.version == version
    assert len(begun.ids("waiting")) == 2


def test_the_second_of_two_editors_is_told_that_nothing_waits(
    as_editor: FlaskClient, as_other_editor: FlaskClient, begun: Laid, run: Run
) -> None:
    press(as_editor, TAKE, htmx=True, up_to=run.id)
    response = press(as_other_editor, TAKE, htmx=True, up_to=run.id)
    assert response.status_code == 409
    assert "Nothing waits any more." in region_of(response, "#toast")
    assert "New since you began" not in region_of(response, "#waiting")


def test_a_published_edition_offers_and_takes_nothing(as_editor: FlaskClient, begun: Laid, run: Run) -> None:
    press(as_editor, f"{begun.address}/publication")
    page = as_editor.get(begun.address).text
    assert "New since you began" not in page
    assert "every 3s" not in page
    response = press(as_editor, TAKE, up_to=run.id)
    assert response.status_code == 409
    assert "is published; to change it, correct its post." in response.text


def test_a_long_list_folds(as_editor: FlaskClient, begun: Laid, session: Session, rules: Rules) -> None:
    ingest_things(session, rules, [paper(f"2611.96{n:03}", score=100 + n) for n in range(53)])
    page = as_editor.get(begun.address).text
    assert "53 new above the cut." in page
    assert page.count('<li class="change"') == 50
    assert "3 more papers with lower scores are not shown here" in page
    assert page.index("2611.96052") < page.index("2611.96051")


def test_the_page_of_a_waiting_paper_shows_it_as_it_would_be_taken(
    as_editor: FlaskClient, as_reader: FlaskClient, begun: Laid, run: Run, session: Session, rules: Rules
) -> None:
    new = begun.ids("waiting")[0]
    told = mention("9", "2611.95001", likes=30, source="bluesky", text="Words of a later run.")
    later = ingest_things(session, rules, [paper("2611.95001", title="Moss, Again", version=2), told])
    page = as_editor.get(f"/items/{new}").text
    assert "This paper came after you began, and is not in the edition yet" in page
    assert "<h1>Moss, Again</h1>" in page
    assert "<strong>730</strong>" in page
    assert "not taken yet" in page
    assert "Words of a later run." in page
    assert f'value="{later.id}"' in page
    assert "/waiting/take" in page and "/waiting/leave" in page
    for address in ("/pick", "/drop", "/text", "/position", "/strike"):
        assert address not in page
    assert "/waiting/take" not in as_reader.get(f"/items/{new}").text


def test_the_page_of_a_paper_in_the_edition_offers_its_news(as_editor: FlaskClient, begun: Laid, run: Run) -> None:
    best = begun.ids()[0]
    page = as_editor.get(f"/items/{best}").text
    assert "900 → 1,200 · X +300" in page
    assert "/pick" not in page and f"/items/{best}/drop" in page
    press(as_editor, TAKE, up_to=run.id, item=best)
    assert "New since you began" not in as_editor.get(f"/items/{best}").text


def test_what_was_left_is_still_within_reach(as_editor: FlaskClient, begun: Laid, run: Run) -> None:
    new = begun.ids("waiting")[0]
    press(as_editor, LEAVE, up_to=run.id)
    page = as_editor.get(begun.address).text
    assert "4 papers with news that were left" in page
    page = as_editor.get(f"/items/{new}").text
    assert "not in the edition yet; it was left" in page
    assert "/waiting/leave" not in page
    press(as_editor, TAKE, up_to=run.id, item=new)
    assert begun.item(new).state == "picked"


@pytest.mark.parametrize("action", ["pick", "drop", "return", "position"])
def test_a_waiting_paper_must_be_taken_before_anything_else(
    as_editor: FlaskClient, begun: Laid, run: Run, action: str
) -> None:
    new = begun.ids("waiting")[0]
    fields = {"position": "1"} if action == "position" else {}
    for htmx in (True, False):
        response = press(as_editor, f"/items/{new}/{action}", htmx=htmx, **fields)
        assert response.status_code in (409, 422)
        assert "take it first" in response.text
    assert begun.item(new).state == "waiting"


def ask(client: FlaskClient, laid: Laid, **seen):
    """What the page asks every few seconds."""
    return client.get(f"{laid.address}/news", query_string=seen, headers=HTMX)


def here(client: FlaskClient, laid: Laid) -> str:
    """What the page shows of the others, as it says so itself."""
    return re.search(r'data-here="(\w+)"', client.get(laid.address).text)[1]


def test_when_nothing_is_new_the_answer_is_empty(as_editor: FlaskClient, begun: Laid, run: Run) -> None:
    seen = {"seen": begun.edition.version, "here": here(as_editor, begun)}
    response = ask(as_editor, begun, run=run.id, **seen)
    assert (response.status_code, response.data) == (204, b"")


def test_when_only_data_came_no_list_moves(as_editor: FlaskClient, begun: Laid, run: Run) -> None:
    response = ask(as_editor, begun, seen=begun.edition.version, run=run.id - 1)
    assert [target for target, _ in swaps(response)] == ABOVE
    assert "HX-Trigger" not in response.headers
    assert "1 new above the cut" in region_of(response, "#waiting")
    assert f"seen={begun.edition.version}&amp;run={run.id}" in region_of(response, "#news")


def test_a_run_that_goes_on_is_no_news(as_editor: FlaskClient, begun: Laid, session: Session) -> None:
    session.add(Run(day=DAY, started_at=MORNING, status="running"))
    session.commit()
    seen = {"seen": begun.edition.version, "here": here(as_editor, begun)}
    assert ask(as_editor, begun, run=1, **seen).status_code == 204


def test_when_others_acted_only_what_they_reached_comes(
    as_editor: FlaskClient, as_other_editor: FlaskClient, begun: Laid, run: Run, clock
) -> None:
    clock.tick()
    seen = begun.edition.version
    first, second = begun.ids()[:2]
    candidate = begun.ids("candidate")[0]
    press(as_other_editor, f"/items/{first}/position", position="down")
    press(as_other_editor, f"/items/{candidate}/drop")
    response = ask(as_editor, begun, seen=seen, run=run.id, up_to=run.id, open=first)
    targets = [target for target, _ in swaps(response)]
    assert not {"#picked", "#candidates", "#waiting"} & set(targets)
    assert {f"#picked > #item-{first}", f"#candidates > #item-{candidate}", f"#details-{first}"} <= set(targets)
    assert f'id="item-{first}"' in rows_put(response, "picked")
    assert f'id="item-{second}"' not in response.text
    assert f'id="item-{candidate}"' in rows_put(response, "dropped")
    assert region_of(response, "#seen").count(f'value="{begun.edition.version}"') == 1
    assert response.headers["HX-Trigger"] == "editionChanged"
    assert response.headers["Edition-Version"] == str(begun.edition.version)


@pytest.mark.parametrize("seen", ["", "0", "x", "-1", "999", "9" * 30])
def test_a_page_that_has_seen_what_the_log_does_not_tell_gets_everything(
    as_editor: FlaskClient, begun: Laid, run: Run, seen: str
) -> None:
    response = ask(as_editor, begun, seen=seen, run=run.id)
    targets = [target for target, _ in swaps(response)]
    lists = ["#picked", "#cut", "#candidates", "#held", "#dropped"]
    assert targets == [*ABOVE, *lists, "#introduction", "#closing", "#filtered", "#seen"]


def test_whoever_is_signed_out_is_told_once(client: FlaskClient, begun: Laid) -> None:
    response = ask(client, begun, seen=1, run=1)
    assert response.status_code == 401
    assert swaps(response) == [("#toast", "innerHTML")]


@pytest.mark.parametrize("change", [{"disabled_at": MORNING}, {"password_hash": "of another password"}])
def test_whoever_was_signed_out_meanwhile_hears_no_news(
    as_editor: FlaskClient, begun: Laid, session: Session, change: dict
) -> None:
    seen = {"seen": begun.edition.version, "run": 1, "here": here(as_editor, begun)}
    assert ask(as_editor, begun, **seen).status_code == 204
    session.execute(update(Editor).where(Editor.name == "Ana").values(**change))
    session.commit()
    assert ask(as_editor, begun, **seen).status_code == 401


def test_where_nothing_is_new_one_statement_is_asked(
    as_editor: FlaskClient, as_other_editor: FlaskClient, begun: Laid, session: Session, clock
) -> None:
    as_other_editor.get(begun.address)
    seen = {"seen": begun.edition.version, "run": 1, "here": here(as_editor, begun)}
    asked: list[str] = []
    event.listen(db.engine, "checkout", lambda driver, *_more: driver.set_trace_callback(asked.append))
    for _ in range(3):
        clock.tick(seconds=3)
        assert ask(as_editor, begun, **seen).status_code == 204
    assert [statement.split()[0] for statement in asked] == ["SELECT"] * 3
    clock.tick(seconds=1)
    assert ask(as_editor, begun, **seen).status_code == 204
    assert session.scalars(select(Presence.seen_at).order_by(Presence.seen_at.desc())).first() == clock()


@pytest.mark.parametrize(
    ("address", "says", "headers", "seconds"),
    [
        ("18", {}, HTMX, 3),
        ("18", {}, HTMX, 10),
        ("18", {}, HTMX, 60),
        ("18", {"active": "yes"}, HTMX, 3),
        ("18", {"looked": "1"}, HTMX, 3),
        ("18", {"seen": "1"}, HTMX, 3),
        ("18", {"run": "0"}, HTMX, 3),
        ("18", {"run": ""}, HTMX, 3),
        ("18", {"here": "another"}, HTMX, 3),
        ("18", {}, {}, 3),
        ("18", {}, HTMX | {"HX-History-Restore-Request": "true"}, 3),
        ("17", {}, HTMX, 3),
        ("99", {}, HTMX, 3),
    ],
)
def test_what_is_answered_before_the_desk_is_asked_is_what_the_desk_says(
    app: Flask,
    as_editor: FlaskClient,
    as_other_editor: FlaskClient,
    begun: Laid,
    clock,
    address: str,
    says: dict,
    headers: dict,
    seconds: int,
) -> None:
    as_other_editor.get(begun.address)
    seen = {"seen": begun.edition.version, "run": 1, "here": here(as_editor, begun)} | says
    clock.tick(seconds=seconds)
    asked = {"query_string": seen, "headers": headers}
    answers = [as_editor.get(f"/editions/2026-11-{address}/news", **asked)]
    app.wsgi_app = app.wsgi_app.desk
    answers.append(as_editor.get(f"/editions/2026-11-{address}/news", **asked))
    first, second = [(answer.status, sorted(answer.headers), answer.data) for answer in answers]
    assert first == second


def test_without_htmx_the_news_are_the_page(as_editor: FlaskClient, begun: Laid) -> None:
    assert as_editor.get(f"{begun.address}/news").location == begun.address
    assert ask(as_editor, Laid(begun.session, "/editions/2026-11-17")).status_code == 404
