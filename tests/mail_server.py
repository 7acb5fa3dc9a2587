"""A real mail server on this machine, which keeps what it takes and refuses what it is told to."""

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from app.targets.mail import MailServer

USER, PASSWORD = "desk", "lanterns and moss"
SENDER, TO = "Hot Papers <desk@example.org>", "papers@lists.example.org"


class Postbox:
    """Takes mails; `refuses` is what it answers instead, by the command's name."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.refuses: dict[str, str] = {}

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        """The recipient, taken or refused."""
        if "RCPT" in self.refuses:
            return self.refuses["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        """The message, taken or refused; `drop` takes it and breaks off without an answer."""
        if self.refuses.get("DATA") == "drop":
            self._take(envelope)
            server.transport.abort()
            return "250 never said"
        if "DATA" in self.refuses:
            return self.refuses["DATA"]
        self._take(envelope)
        return "250 OK queued as 4711"

    def _take(self, envelope: Any) -> None:
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        self.to.append(list(envelope.rcpt_tos))


def _checked(server, session, envelope, mechanism, data) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@contextmanager
def mail_server(box: Postbox, *, tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """The server with a postbox, while it listens; gives its port. With `tls` it speaks it from the first word."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Controller(box, hostname="127.0.0.1", port=port, ssl_context=tls, ready_timeout=20, **options)
    running.start()
    try:
        yield port
    finally:
        running.stop()


def asks_for_password(**options: Any) -> dict[str, Any]:
    """The options of a server that takes mail from nobody who has not signed in."""
    return {"authenticator": _checked, "auth_required": True, "auth_require_tls": False, **options}


def server_at(port: int, **fields: Any) -> MailServer:
    """How the desk reaches that server."""
    settings = {"security": "none", "user": "", "password": "", "sender": SENDER, "to": TO}
    return MailServer("localhost" if fields.get("security") else "127.0.0.1", port, **(settings | fields))


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that nobody else signed, and a server's context that shows it."""
    if not shutil.which("openssl"):
        pytest.skip("certificates need Debian's package openssl")
    key, cert = folder / "key.pem", folder / "cert.pem"
    asked = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    subprocess.run(
        ["openssl", *asked.split(), "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
        timeout=60,
        env={**os.environ},
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context
