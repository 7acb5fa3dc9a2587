"""Mailing: the list gets a post once, whoever presses how often; only what readers have is sent."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.extensions import db
from app.models import AuditEvent, Edition, Post
from app.queries.mailing import mails_of
from app.services.acting import Acting
from app.services.mailing import address_of, elsewhere, send, sent_of, why_not
from app.services.publishing import publish
from tests.databases import on_sqlite_alone
from tests.factories import DAY, edition_of_scores
from tests.mail_server import TO, Postbox, mail_server, server_at


@pytest.fixture
def box() -> Postbox:
    """What was taken."""
    return Postbox()


@pytest.fixture
def server(box):
    """A mail server, and how the desk reaches it."""
    with mail_server(box) as port:
        yield server_at(port)


@pytest.fixture
def edition(session, rules) -> Edition:
    """Two picked papers."""
    return edition_of_scores(session, rules, [100, 90])


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, now."""
    return Acting(editor, clock(), rules)


@pytest.fixture
def post(session, edition, by) -> Post:
    """Their post."""
    return publish(session, edition.id, by, targets=[]).post


def revise(session, edition, post, now) -> Post:
    """A second revision, as readers have it."""
    fields = {"edition_id": edition.id, "revision": 2, "file_name": post.file_name, "markdown": b"other"}
    record = post.record | {"closing": "Corrected."}
    second = Post(**fields, sha256="cd" * 32, record=record, published_at=now, note="Corrected.")
    session.add(second)
    session.flush()
    session.get_one(Edition, edition.id).post_id = second.id
    session.commit()
    return second


def test_the_list_gets_a_post_and_the_log_says_so(session, edition, post, by, server, box):
    version = session.get_one(Edition, edition.id, populate_existing=True).version
    sending = send(session, edition.id, by, server=server)
    assert sending.is_new
    assert box.to == [[TO]]
    assert box.taken[0]["Subject"] == f"Hot Papers {DAY}"
    assert post.sha256[:32] in box.taken[0]["Message-ID"]
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.kind, event.editor_id, event.version) == ("mail.sent", by.editor_id, version + 1)
    assert event.summary == f"sent the mail of revision 1 to {TO}"
    assert event.changes[0]["mail"]["sha256"] == post.sha256
    assert event.changes[0]["mail"]["receipt"] == "OK queued as 4711"


def test_pressed_twice_it_is_sent_once(session, edition, post, by, server, box):
    first = send(session, edition.id, by, server=server)
    second = send(session, edition.id, by, server=server)
    assert not second.is_new
    assert second.mail == first.mail
    assert len(box.taken) == len(mails_of(session, edition.id)) == 1


def test_pressed_by_two_at_once_it_is_sent_once(app, session, edition, post, by, server, box):
    edition_id, editor_id, start = edition.id, by.editor_id, threading.Barrier(2, timeout=30)
    came = []
    session.rollback()

    def press() -> None:
        with app.app_context():
            person = db.session.get_one(type(by.editor), editor_id)
            start.wait()
            try:
                came.append(send(db.session, edition_id, replace(by, editor=person), server=server).is_new)
            except NotAllowed as busy:
                came.append(str(busy))
            db.session.remove()

    threads = [threading.Thread(target=press, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(box.taken) == 1
    assert came.count(True) == 1
    assert all(one in (True, False) or "being sent at this moment" in one for one in came)


@on_sqlite_alone
def test_what_the_server_refuses_is_no_mail_and_can_be_sent_again(session, edition, post, by, server, box):
    box.refuses = {"RCPT": "550 No such list"}
    with pytest.raises(NotAllowed, match="does not take mail for"):
        send(session, edition.id, by, server=server)
    assert mails_of(session, edition.id) == []
    box.refuses = {}
    assert send(session, edition.id, by, server=server).is_new


@on_sqlite_alone
def test_where_nobody_can_know_it_is_sent_again_under_the_same_id(session, edition, post, by, server, box):
    box.refuses = {"DATA": "drop"}
    with pytest.raises(NotAllowed, match="before you send it again"):
        send(session, edition.id, by, server=server)
    box.refuses = {}
    send(session, edition.id, by, server=server)
    first, second = box.taken
    assert first["Message-ID"] == second["Message-ID"]


def test_a_correction_is_sent_too_and_answers_the_first_mail(session, edition, post, by, server, box):
    send(session, edition.id, by, server=server)
    revise(session, edition, post, by.now)
    assert send(session, edition.id, by, server=server).is_new
    first, second = box.taken
    assert second["In-Reply-To"].strip() == first["Message-ID"].strip() != second["Message-ID"].strip()
    assert [mail.revision for mail in mails_of(session, edition.id)] == [2, 1]


@on_sqlite_alone
def test_only_what_readers_have_is_sent(session, edition, by, server, box):
    told = elsewhere(session, edition, by)
    assert "is a draft" in why_not(told, server, by.now)
    with pytest.raises(NotAllowed, match="publish it first"):
        send(session, edition.id, by, server=server)
    publish(session, edition.id, by, targets=[], grace=timedelta(minutes=10))
    with pytest.raises(NotAllowed, match="can still be taken back"):
        send(session, edition.id, by, server=server)
    later = replace(by, now=by.now + timedelta(minutes=11))
    session.get_one(Edition, edition.id).retracted_at = by.now
    session.commit()
    with pytest.raises(NotAllowed, match="withdrawn"):
        send(session, edition.id, later, server=server)
    assert not box.taken
    session.get_one(Edition, edition.id).retracted_at = None
    session.commit()
    assert send(session, edition.id, later, server=server).is_new


@on_sqlite_alone
def test_without_a_server_it_says_which_settings_are_missing(session, edition, post, by):
    bare = replace(server_at(25), host="", to="")
    with pytest.raises(NotAllowed, match="HOTPAPERS_SMTP_HOST and HOTPAPERS_MAIL_TO are set"):
        send(session, edition.id, by, server=bare)


@on_sqlite_alone
def test_another_list_has_not_got_it_yet(session, edition, post, by, server):
    send(session, edition.id, by, server=server)
    told = elsewhere(session, edition, by)
    assert sent_of(session, told, server) is not None
    assert sent_of(session, told, replace(server, to="others@lists.example.org")) is None


@on_sqlite_alone
def test_a_post_is_found_on_the_site_else_on_the_desks_pages_else_nowhere(session, edition, by):
    document = elsewhere(session, edition, by).document

    def at(site_url: str, pages: str) -> str:
        return address_of(document, DAY, site_url=site_url, pages=pages)

    assert at("https://blog.example", "https://desk.example/hot-papers") == f"https://blog.example/hot-papers-{DAY}"
    assert at("", "https://desk.example/hot-papers") == f"https://desk.example/hot-papers/{DAY}"
    assert at("", "") == ""
