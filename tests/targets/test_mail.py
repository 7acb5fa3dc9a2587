"""A mail server as a way out: one message, with TLS and a password or without, and one sentence where it is refused."""

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from app.domain.delivery import DeliveryError
from app.domain.mail import mail_of, message_of
from app.targets.mail import MailServer, mail_server_from
from tests.domain.test_mail import HEADING, document
from tests.mail_server import (
    PASSWORD,
    SENDER,
    TO,
    USER,
    Postbox,
    asks_for_password,
    certificate,
    mail_server,
    server_at,
)

# A server that asks for a password over a plain line is what one of the tests is about.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory):
    """A certificate of our own, made once."""
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def box() -> Postbox:
    """What was taken."""
    return Postbox()


def message() -> EmailMessage:
    """The mail of a small post."""
    at = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    return message_of(mail_of(document(), HEADING), sender=SENDER, to=TO, message_id="<1@example.org>", at=at)


def refusal(server: MailServer) -> str:
    """What is said where the message is not taken."""
    with pytest.raises(DeliveryError) as caught:
        server.send(message())
    return str(caught.value)


def test_a_message_arrives_once_and_as_it_was_written(box: Postbox) -> None:
    with mail_server(box) as port:
        assert server_at(port).send(message()) == "OK queued as 4711"
    assert box.to == [[TO]]
    assert box.taken[0].get_body(("plain",)).get_content().replace("\r\n", "\n") == mail_of(document(), HEADING).text
    assert box.taken[0].get_body(("html",)).get_content().replace("\r\n", "\n") == mail_of(document(), HEADING).html


def test_it_signs_in_with_name_and_password(box: Postbox) -> None:
    with mail_server(box, **asks_for_password()) as port:
        server = server_at(port, user=USER, password=PASSWORD)
        assert server.check() is None
        server.send(message())
    assert len(box.taken) == 1


def test_a_wrong_password_is_said_and_never_repeated(box: Postbox) -> None:
    with mail_server(box, **asks_for_password()) as port:
        server = server_at(port, user=USER, password="hunter-two")
        said = refusal(server)
        assert server.check() == said
    assert "HOTPAPERS_SMTP_PASSWORD" in said
    assert "hunter-two" not in said + repr(server)
    assert not box.taken


def test_starttls_is_used_and_its_certificate_checked(box: Postbox, tls, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, context = tls
    with mail_server(box, **asks_for_password(tls_context=context, require_starttls=True)) as port:
        server = server_at(port, security="starttls", user=USER, password=PASSWORD)
        assert "is not the one it should be" in refusal(server)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        server.send(message())
    assert len(box.taken) == 1


def test_tls_from_the_first_word(box: Postbox, tls, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, context = tls
    with mail_server(box, tls=context) as port:
        assert "is not the one it should be" in refusal(server_at(port, security="ssl"))
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        server_at(port, security="ssl").send(message())
    assert len(box.taken) == 1


def test_nothing_is_sent_where_encryption_is_asked_for_and_not_offered(box: Postbox) -> None:
    with mail_server(box) as port:
        assert "offers no encryption; nothing was sent" in refusal(server_at(port, security="starttls"))
    assert not box.taken


def test_a_password_never_leaves_this_machine_unencrypted() -> None:
    far = replace(server_at(25, user=USER, password=PASSWORD), host="smtp.example.org")
    assert refusal(far).startswith("HOTPAPERS_SMTP_PASSWORD is not sent unencrypted")


@pytest.mark.parametrize(
    ("command", "answer", "said"),
    [
        ("RCPT", "550 5.1.1 No such list", f"does not take mail for {TO}: 550 5.1.1 No such list."),
        ("DATA", "552 Too big", "did not take the mail: 552 Too big."),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(box: Postbox, command: str, answer: str, said: str) -> None:
    box.refuses = {command: answer}
    with mail_server(box) as port:
        assert refusal(server_at(port)) == f"The mail server 127.0.0.1 {said}"


def test_a_server_that_breaks_off_after_the_message_leaves_it_open(box: Postbox) -> None:
    box.refuses = {"DATA": "drop"}
    with mail_server(box) as port:
        assert f"look whether it came to {TO} before you send it again" in refusal(server_at(port))


def test_a_server_that_is_not_there_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert "cannot be reached at port" in refusal(server_at(free.getsockname()[1]))


@pytest.mark.parametrize("greeting", [b"220 here\r\n", b""])
def test_a_server_that_only_drips_is_left_at_the_limit(greeting: bytes) -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(greeting)
                while not done.wait(0.05):
                    try:
                        connection.sendall(b"250-more\r\n" if greeting else b"220-more\r\n")
                    except OSError:
                        return

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        said = refusal(replace(server_at(listening.getsockname()[1]), limit=0.5))
        done.set()
        dripping.join(10)
    assert ("did not answer as it should" if greeting else "cannot be reached") in said


def test_the_settings_say_what_is_missing() -> None:
    given = {"SMTP_HOST": "smtp.example.org", "SMTP_PORT": 587, "SMTP_SECURITY": "starttls", "SMTP_USER": ""}
    server = mail_server_from(given | {"SMTP_PASSWORD": "", "MAIL_FROM": "", "MAIL_TO": ""})
    assert server.missing == ["MAIL_FROM", "MAIL_TO"]
    assert replace(server, sender=SENDER, to=TO).missing == []
