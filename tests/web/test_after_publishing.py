"""After publishing, on the pages: corrected, retracted, restored, taken back, and published at a time."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.editions import Rules
from app.models import Post
from app.queries.posts import revisions_of
from tests.factories import DAY, edition_of_scores
from tests.web.conftest import Laid, press, region_of

POST, EDITION = f"/posts/{DAY}", f"/editions/{DAY}"
PUBLICATION, SCHEDULE, CORRECTION = f"{EDITION}/publication", f"{EDITION}/schedule", f"{POST}/correction"
NOTE = "The first paper was called by the wrong name."


@pytest.fixture
def published(as_editor: FlaskClient, laid: Laid) -> Laid:
    """An edition that Ana published."""
    press(as_editor, PUBLICATION)
    return laid


@pytest.fixture
def opened(as_editor: FlaskClient, published: Laid) -> Laid:
    """The same, opened again by Ana, with another headline for its first paper."""
    press(as_editor, CORRECTION)
    first = published.items()[0]
    press(as_editor, f"/items/{first.id}/text", headline="The right name", version=first.version)
    return published


def revisions(laid: Laid) -> list[int]:
    """The numbers of all revisions, the newest first."""
    return [post.revision for post in revisions_of(laid.session, laid.edition.id)]


def test_a_correction_goes_from_the_post_to_its_edition_and_back(as_editor: FlaskClient, published: Laid) -> None:
    begun = press(as_editor, CORRECTION)
    assert (begun.status_code, begun.location) == (303, EDITION)
    desk = as_editor.get(EDITION).text
    assert "Being corrected." in desk and "Revision 1 is out since" in desk
    first = published.items()[0]
    press(as_editor, f"/items/{first.id}/text", headline="The right name", version=first.version)
    asked = as_editor.get(PUBLICATION).text
    assert "Publish the correction of" in asked and 'name="note"' in asked
    assert "differs from revision 1" in asked
    assert "right name" in asked
    done = press(as_editor, PUBLICATION, note=NOTE)
    assert (done.status_code, done.location) == (303, POST)
    page = as_editor.get(POST).text
    assert "Published as revision 2." in page and NOTE in page
    assert f'href="{POST}/revisions/1"' in page
    assert revisions(published) == [2, 1]


def test_a_correction_without_a_note_is_asked_again(as_editor: FlaskClient, opened: Laid) -> None:
    for htmx in (False, True):
        response = press(as_editor, PUBLICATION, htmx=htmx, note=" ")
        assert response.status_code == 422
        assert "printed with a note for its readers" in response.text
    assert revisions(opened) == [1]


def test_a_note_that_is_too_long_is_shown_again(as_editor: FlaskClient, opened: Laid) -> None:
    response = press(as_editor, PUBLICATION, note="moss " * 200)
    assert response.status_code == 422
    assert "shorten it to 600" in response.text and "moss moss" in response.text


def test_a_correction_of_nothing_cannot_be_published(as_editor: FlaskClient, published: Laid) -> None:
    press(as_editor, CORRECTION)
    asked = as_editor.get(PUBLICATION).text
    assert "Nothing differs from what readers have" in asked
    assert 'class="primary"' not in asked and 'class="rehearsal"' not in asked
    assert press(as_editor, PUBLICATION, note=NOTE).status_code == 422
    assert revisions(published) == [1]


def test_giving_up_is_offered_beside_what_differs(as_editor: FlaskClient, opened: Laid) -> None:
    page = as_editor.get(CORRECTION).text
    assert "The right name" in page.replace("<ins>", "").replace("</ins>", "")
    assert "Give it up" in page
    assert press(as_editor, f"{CORRECTION}/give-up").location == POST
    assert opened.edition.status == "published"
    assert opened.items()[0].headline is None
    assert as_editor.get(CORRECTION).location == POST


def test_whoever_is_second_is_told_who_corrects(
    as_editor: FlaskClient, as_other_editor: FlaskClient, opened: Laid
) -> None:
    assert press(as_other_editor, CORRECTION).status_code == 409
    assert "being corrected already" in press(as_other_editor, CORRECTION).text
    assert "Ana holds the baton" in press(as_other_editor, f"{CORRECTION}/give-up").text
    assert "Being corrected by Ana" in as_other_editor.get(POST).text


def test_each_revision_has_its_page_its_bytes_and_what_it_changed(as_editor: FlaskClient, opened: Laid) -> None:
    press(as_editor, PUBLICATION, note=NOTE)
    posts = {post.revision: post for post in opened.session.query(Post)}
    for number, post in posts.items():
        assert as_editor.get(f"{POST}/revisions/{number}.md").data == post.markdown
        assert post.sha256 in as_editor.get(f"{POST}/revisions/{number}").text
    assert as_editor.get(f"{POST}.md").data == posts[2].markdown
    second = as_editor.get(f"{POST}/revisions/2").text
    assert "What it changed of" in second and NOTE in second and 'class="line come"' in second
    assert "What it changed of" not in as_editor.get(f"{POST}/revisions/1").text
    assert as_editor.get(f"{POST}/revisions/3").status_code == 404
    assert as_editor.get("/posts/2026-11-17/revisions/1").status_code == 404


def test_retracting_asks_why_and_the_archive_says_so(as_editor: FlaskClient, published: Laid) -> None:
    assert "will be removed from" in as_editor.get(f"{POST}/retraction").text
    refused = press(as_editor, f"{POST}/retraction", reason=" ")
    assert refused.status_code == 422 and "Say in a few words why" in refused.text
    done = press(as_editor, f"{POST}/retraction", reason="Its papers were <b>invented</b>.")
    assert done.location == POST
    page = as_editor.get(POST).text
    assert "Retracted. The deliveries say" in page and "Its papers were &lt;b&gt;invented&lt;/b&gt;." in page
    assert "retracted" in as_editor.get("/posts").text
    assert "is retracted since" in as_editor.get(EDITION).text
    assert as_editor.get(f"{POST}/retraction").location == POST
    assert press(as_editor, f"{POST}/retraction", reason="Twice.").location == POST
    assert "retracted already" in as_editor.get(POST).text
    assert press(as_editor, f"{POST}/restoration").location == POST
    assert "Retract…" in as_editor.get(POST).text
    assert press(as_editor, f"{POST}/restoration").status_code == 409


def test_whoever_publishes_is_asked_again_where_that_would_end_a_retraction(
    as_editor: FlaskClient, as_other_editor: FlaskClient, opened: Laid, app: Flask
) -> None:
    app.config["GRACE"] = 5
    asked = dict(re.findall(r'name="(version|digest)" value="([^"]*)"', as_editor.get(PUBLICATION).text))
    press(as_other_editor, f"{POST}/retraction", reason="It names the wrong person.")
    again = press(as_editor, PUBLICATION, note=NOTE, **asked)
    assert again.status_code == 409 and NOTE in again.text
    assert "Jo retracted" in again.text and "gives the retracted post back to its readers" in again.text
    asked = dict(re.findall(r'name="(version|digest)" value="([^"]*)"', again.text))
    assert press(as_editor, PUBLICATION, note=NOTE, **asked).status_code == 303
    page = as_editor.get(POST).text
    assert "and readers have nothing." in page and "as readers see it" not in page


@pytest.fixture
def in_grace(app: Flask, as_editor: FlaskClient, laid: Laid) -> Laid:
    """An edition that Ana has just published, with five minutes to take it back."""
    app.config["GRACE"] = 5
    assert "It goes out after 5 minutes" in as_editor.get(PUBLICATION).text
    press(as_editor, PUBLICATION)
    return laid


@pytest.mark.parametrize("htmx", [False, True])
def test_a_post_is_taken_back_on_its_page_and_on_the_desk(
    as_editor: FlaskClient, in_grace: Laid, app: Flask, htmx: bool
) -> None:
    assert list(app.config["TARGET_DIR"].glob("*")) == []
    for address in (POST, EDITION):
        page = as_editor.get(address).text
        assert 'data-left="300">5 min 0 s</span>' in page and "Take it back" in page
    assert "Retract…" not in as_editor.get(POST).text
    assert "as readers see it" not in as_editor.get(POST).text
    done = press(as_editor, f"{POST}/take-back", htmx=htmx)
    assert (done.headers["HX-Redirect"] if htmx else done.location) == EDITION
    assert "Taken back before it went out" in as_editor.get(EDITION).text
    assert in_grace.edition.status == "draft"
    assert as_editor.get(POST).status_code == 404
    assert "Revision 1" in as_editor.get(f"{POST}/revisions/1").text


def test_what_has_gone_out_is_not_taken_back(as_editor: FlaskClient, in_grace: Laid, clock) -> None:
    clock.tick(minutes=6)
    assert "Take it back" not in as_editor.get(POST).text and "as readers see it" in as_editor.get(POST).text
    refused = press(as_editor, f"{POST}/take-back")
    assert refused.status_code == 409 and "gone out by now" in refused.text
    assert press(as_editor, f"{POST}/take-back", htmx=True).headers["HX-Redirect"] == POST


def test_a_time_is_set_in_the_desks_zone_and_shown_with_it(
    as_editor: FlaskClient, app: Flask, laid: Laid, rules: Rules
) -> None:
    app.config["TIMEZONE"] = ZoneInfo("Europe/Vienna")
    app.extensions["rules"] = replace(rules, timezone=app.config["TIMEZONE"])
    page = as_editor.get(SCHEDULE).text
    assert "By the clocks of Europe/Vienna, UTC+1 today." in page
    assert 'name="day" value="2026-11-18"' in page and 'name="time" value="10:00"' in page
    done = press(as_editor, SCHEDULE, day="2026-11-19", time="07:15")
    assert (done.status_code, done.location) == (303, EDITION)
    assert laid.edition.publish_at.isoformat() == "2026-11-19T06:15:00+00:00"
    assert "Thu 19 November 2026, 07:15 (Europe/Vienna, UTC+1)" in as_editor.get(EDITION).text
    assert 'name="time" value="07:15"' in as_editor.get(SCHEDULE).text
    gap = press(as_editor, SCHEDULE, day="2027-03-28", time="02:30")
    assert gap.status_code == 422 and "There is no 02:30 on Sun 28 March 2027" in gap.text
    assert 'value="2027-03-28"' in gap.text
    twice = press(as_editor, SCHEDULE, day="2027-10-31", time="02:30")
    assert twice.status_code == 422 and "the first, UTC+2" in twice.text and "the second, UTC+1" in twice.text
    press(as_editor, SCHEDULE, day="2027-10-31", time="02:30", which="second")
    assert laid.edition.publish_at.isoformat() == "2027-10-31T01:30:00+00:00"
    assert "Europe/Vienna, UTC+1" in as_editor.get(EDITION).text
    press(as_editor, f"{SCHEDULE}/off")
    assert laid.edition.publish_at is None and "To be published" not in as_editor.get(EDITION).text


def test_a_time_is_set_in_the_dialog_and_told_on_the_page(as_editor: FlaskClient, laid: Laid) -> None:
    assert "data-dialog" in as_editor.get(PUBLICATION).text
    done = press(as_editor, SCHEDULE, htmx=True, day="2026-11-19", time="07:15")
    assert done.status_code == 200
    assert "Thu 19 November 2026, 07:15 (UTC)" in region_of(done, "#edition-standing")
    refused = press(as_editor, SCHEDULE, htmx=True, day="2026-11-18", time="07:15")
    assert refused.status_code == 422
    assert "is over already" in region_of(refused, "#dialog-body")
    off = press(as_editor, f"{SCHEDULE}/off", htmx=True)
    assert "To be published" not in region_of(off, "#edition-standing")


def test_what_is_no_time_is_asked_again(as_editor: FlaskClient, laid: Laid) -> None:
    for day, time, said in (
        ("", "07:15", "Choose the day"),
        ("2026-02-30", "07:15", "Choose the day"),
        ("9999-12-31", "23:59", "Choose the day"),
        ("2026-11-19", "", "Choose the time"),
        ("2026-11-19", "24:00", "Choose the time"),
        ("2026-11-19", "١٢:٠٠", "Choose the time"),
        ("2199-11-19", "07:15", "more than a year away"),
    ):
        response = press(as_editor, SCHEDULE, day=day, time=time)
        assert response.status_code == 422 and said in response.text, (day, time)
    assert laid.edition.publish_at is None


def test_one_that_is_overdue_is_said_loudly_on_every_edition(as_editor: FlaskClient, laid: Laid, clock, rules) -> None:
    edition_of_scores(laid.session, rules, [80], day=DAY + timedelta(days=1))
    press(as_editor, SCHEDULE, day="2026-11-18", time="09:00")
    clock.tick(minutes=40)
    here = as_editor.get(EDITION).text
    assert "Not published at its time." in here and "No worker is running" in here and "Publish it now…" in here
    there = as_editor.get(f"/editions/{DAY + timedelta(days=1)}").text
    assert "The edition of Wed 18 November 2026 was to be published" in there
    press(as_editor, PUBLICATION)
    assert "was to be published" not in as_editor.get(f"/editions/{DAY + timedelta(days=1)}").text


def test_whoever_takes_the_baton_is_told_that_the_time_is_anothers(
    as_editor: FlaskClient, as_other_editor: FlaskClient, laid: Laid, clock
) -> None:
    press(as_editor, SCHEDULE, day="2026-11-18", time="12:00")
    clock.tick(minutes=30)
    press(as_other_editor, f"{EDITION}/baton")
    assert "Jo holds the baton now, so nothing would happen then" in as_other_editor.get(EDITION).text
    for address in (SCHEDULE, PUBLICATION):
        typed = {"day": "2026-11-18", "time": "12:00", "note": NOTE, "reason": "The moss said so."}
        refused = press(as_editor, address, **typed)
        assert refused.status_code == 409 and "Jo holds the baton" in refused.text
        assert NOTE in refused.text and "The moss said so." in refused.text
    press(as_other_editor, SCHEDULE, day="2026-11-18", time="12:00")
    assert "nothing would happen then" not in as_other_editor.get(EDITION).text


def test_a_red_rehearsal_asks_for_a_reason_and_keeps_it(as_editor: FlaskClient, laid: Laid) -> None:
    first = laid.items()[0]
    press(as_editor, f"/items/{first.id}/text", note="An open $x_{1$ formula.", version=first.version)
    asked = as_editor.get(PUBLICATION).text
    assert 'name="reason"' in asked
    refused = press(as_editor, PUBLICATION)
    assert refused.status_code == 422 and "The rehearsal is not good" in refused.text
    assert laid.edition.status == "draft"
    press(as_editor, PUBLICATION, reason="The authors write it so.")
    assert laid.edition.status == "published"


READING = (POST, f"{POST}/revisions/1", f"{POST}/revisions/1.md", CORRECTION, f"{POST}/retraction")
CHANGING = (
    CORRECTION,
    f"{CORRECTION}/give-up",
    f"{POST}/retraction",
    f"{POST}/restoration",
    f"{POST}/take-back",
    SCHEDULE,
    f"{SCHEDULE}/off",
)


def test_a_reader_may_look_at_all_of_it_and_change_nothing(as_reader: FlaskClient, opened: Laid) -> None:
    for address in READING:
        response = as_reader.get(address)
        assert response.status_code == 200
        assert "formaction" not in response.text and 'class="primary"' not in response.text
    for address in CHANGING:
        assert press(as_reader, address, reason="No", day="2026-11-19", time="07:15").status_code == 403
    assert opened.edition.status == "draft" and opened.edition.is_out and opened.edition.publish_at is None


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, published: Laid) -> None:
    for address in READING:
        assert "/sign-in" in client.get(address).location
