"""The pages of an edition elsewhere: looked at by everybody, sent by editors, after one question."""

from email import message_from_bytes
from email.policy import default
from html import unescape

import pytest

from app.services.acting import Acting
from app.services.publishing import publish
from tests.factories import DAY, ingest_things, items, mention, paper
from tests.mail_server import SENDER, TO, Postbox, mail_server
from tests.web.conftest import Laid, press

PAGE = f"/posts/{DAY}/elsewhere"
SEND = f"/posts/{DAY}/mailing"


@pytest.fixture
def box() -> Postbox:
    """What was taken."""
    return Postbox()


@pytest.fixture
def settings(settings, box):
    """A desk that knows a mail server."""
    with mail_server(box) as port:
        yield settings | {
            "HOTPAPERS_SMTP_HOST": "127.0.0.1",
            "HOTPAPERS_SMTP_PORT": str(port),
            "HOTPAPERS_SMTP_SECURITY": "none",
            "HOTPAPERS_MAIL_FROM": SENDER,
            "HOTPAPERS_MAIL_TO": TO,
            "HOTPAPERS_SITE_URL": "https://blog.example",
        }


@pytest.fixture
def published(laid: Laid, session, rules, editor, clock) -> Laid:
    """The edition that lies on the desk, published."""
    publish(session, laid.edition.id, Acting(editor, clock(), rules), targets=[])
    return laid


def test_the_mail_is_shown_with_its_ways_out(published, as_editor):
    page = as_editor.get(PAGE)
    assert page.status_code == 200
    assert f'value="Hot Papers {DAY}"' in page.text
    assert f"Send to {TO}" in page.text
    assert f"Read it on the web: https://blog.example/hot-papers-{DAY}" in page.text
    assert f'src="{PAGE}/mail.html"' in page.text
    assert page.headers["Content-Security-Policy"].endswith("; frame-src 'self'")


def test_the_mail_by_itself_may_have_styles_and_nothing_else(published, as_editor):
    mail = as_editor.get(f"{PAGE}/mail.html")
    policy = mail.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert mail.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert mail.text.count("<h2") == 5


def test_it_can_be_downloaded_as_a_message(published, as_reader):
    answer = as_reader.get(f"{PAGE}/mail.eml")
    got = message_from_bytes(answer.data, policy=default)
    assert answer.headers["Content-Disposition"] == f"attachment; filename=hot-papers-{DAY}.eml"
    assert (got["Subject"], got["To"], got["X-Unsent"]) == (f"Hot Papers {DAY}", TO, "1")
    assert "Lanterns and Moss" in got.get_body(("plain",)).get_content()


def test_a_thread_has_a_draft_for_each_paper_with_its_count(published, as_reader):
    for place, limit in (("bluesky", 300), ("mastodon", 500)):
        page = as_reader.get(f"{PAGE}/{place}").text
        assert page.count('class="draft-text"') == 6
        assert page.count(f"/ {limit}</span>") == 6
        assert "6/6" in page
        assert "900 retweets" in page


def test_there_are_threads_for_known_networks_only(published, as_editor):
    assert as_editor.get(f"{PAGE}/orkut").status_code == 404


def test_sending_asks_once_and_sends_once(published, as_editor, as_other_editor, box):
    assert f"It goes to <b>{TO}</b>" in as_editor.get(SEND).text
    assert not box.taken
    sent = press(as_editor, SEND)
    assert (sent.status_code, sent.headers["Location"]) == (303, PAGE)
    page = as_editor.get(PAGE).text
    assert f"Sent to {TO}." in page
    assert f"Send to {TO}" not in page
    assert len(box.taken) == 1
    press(as_other_editor, SEND)
    assert "already, on 18 November at 08:30 by Ana; it is not sent twice." in as_other_editor.get(PAGE).text
    assert as_editor.get(SEND).headers["Location"] == PAGE
    assert len(box.taken) == 1


def test_a_refusal_is_told_in_one_sentence(published, as_editor, box):
    box.refuses = {"RCPT": "550 No such list"}
    press(as_editor, SEND)
    page = unescape(as_editor.get(PAGE).text)
    assert f"The mail server 127.0.0.1 does not take mail for {TO}: 550 No such list." in page
    assert f"Send to {TO}" in page


def test_a_reader_looks_and_sends_nothing(published, as_reader, box):
    assert f"Send to {TO}" not in as_reader.get(PAGE).text
    assert as_reader.get(SEND).status_code == 403
    assert press(as_reader, SEND).status_code == 403
    assert not box.taken


def test_strangers_see_nothing(published, client, box):
    for address in (PAGE, f"{PAGE}/bluesky", f"{PAGE}/mail.html", f"{PAGE}/mail.eml", SEND):
        assert client.get(address).status_code == 303
    assert press(client, SEND).status_code == 303
    assert not box.taken


def test_a_draft_is_marked_and_not_sent(laid, as_editor, box):
    page = as_editor.get(PAGE).text
    assert "Made of the draft as it is now." in page
    assert f'value="Draft: Hot Papers {DAY}"' in page
    assert "publish it first" in page
    assert "Made of the draft" in as_editor.get(f"{PAGE}/mastodon").text
    press(as_editor, SEND)
    assert not box.taken


def test_titles_from_outside_stay_text(session, rules, editor, clock, as_editor):
    title = r"<script>x</script> \emph{So} $\alpha$ </pre> & {{ 7*7 }}"
    ingest_things(session, rules, [paper(score=900, title=title), mention("one", "2611.00001", text="x")])
    edition = items(session)[0].edition
    publish(session, edition.id, Acting(editor, clock(), rules), targets=[])
    for address in (PAGE, f"{PAGE}/bluesky", f"{PAGE}/mastodon"):
        page = as_editor.get(address).text
        assert "<script>x" not in page
        assert "&lt;script&gt;x&lt;/script&gt; So α &lt;/pre&gt; &amp; {{ 7*7 }}" in page
    assert "<script" not in as_editor.get(f"{PAGE}/mail.html").text
