"""A mail server as a way out: one message to one address, within a time limit, its password never said in the clear."""

import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from threading import Timer
from typing import Any

from app.domain.delivery import DeliveryError
from app.domain.markup import collapsed, shortened

# Seconds without an answer, and for the whole of a message.
PATIENCE, LIMIT = 10.0, 30.0
NEEDED = ("SMTP_HOST", "MAIL_FROM", "MAIL_TO")
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server of the settings, whom its messages are from, and the one address that they go to."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    sender: str
    to: str
    limit: float = LIMIT

    @property
    def missing(self) -> list[str]:
        """The settings without which nothing can be sent, by name."""
        values = (self.host, self.sender, self.to)
        return [name for name, value in zip(NEEDED, values, strict=True) if not value]

    def describe(self) -> str:
        """Where it goes and by which server, in words for the editor."""
        return f"{self.to} through {self.host}"

    def send(self, message: EmailMessage) -> str:
        """Hand the message over and return what the server said; raises DeliveryError with one plain sentence."""
        with self._talking() as server:
            self._expect(server.mail(parseaddr(self.sender)[1]), f"does not take mail from {self.sender}")
            self._expect(server.rcpt(self.to), f"does not take mail for {self.to}")
            try:
                code, said = server.data(message.as_bytes())
            except (OSError, smtplib.SMTPServerDisconnected) as error:
                # The one moment at which nobody can know: the message may have been taken.
                raise DeliveryError(
                    f"The mail server {self.host} broke off before it said whether it took the mail; "
                    f"look whether it came to {self.to} before you send it again."
                ) from error
            self._expect((code, said), "did not take the mail")
            return self._said(said)

    def check(self) -> str | None:
        """Why no mail could be sent, in one sentence, or None; signs in and sends nothing."""
        try:
            with self._talking():
                return None
        except DeliveryError as error:
            return str(error)

    @contextmanager
    def _talking(self) -> Iterator[smtplib.SMTP]:
        """A connection that is safe and signed in, and that ends within the limit whatever the server does."""
        self._refuse_secrets_in_the_clear()
        server = self._unconnected()
        watch = Timer(self.limit, _hang_up, [server])
        watch.daemon = True
        watch.start()
        try:
            self._connect(server)
            self._sign_in(server)
            yield server
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        except smtplib.SMTPResponseException as error:
            said = self._said(error.smtp_error)
            raise DeliveryError(f"The mail server {self.host} refused: {error.smtp_code} {said}.") from error
        except (OSError, smtplib.SMTPException) as error:
            reason = _reason(error)
            raise DeliveryError(f"The mail server {self.host} did not answer as it should ({reason}).") from error
        finally:
            watch.cancel()
            server.close()

    def _refuse_secrets_in_the_clear(self) -> None:
        if self.password and self.security == "none" and self.host not in _HERE:
            raise DeliveryError(
                "HOTPAPERS_SMTP_PASSWORD is not sent unencrypted; set HOTPAPERS_SMTP_SECURITY to starttls or ssl."
            )

    def _unconnected(self) -> smtplib.SMTP:
        is_ssl = self.security == "ssl"
        server = (
            smtplib.SMTP_SSL(timeout=PATIENCE, context=ssl.create_default_context())
            if is_ssl
            else smtplib.SMTP(timeout=PATIENCE)
        )
        # The name that certificates are checked against; smtplib notes it only where it connects while it is made,
        # when nothing could end a greeting that never ends.
        server._host = self.host
        return server

    def _connect(self, server: smtplib.SMTP) -> None:
        try:
            code, said = server.connect(self.host, self.port)
        except ssl.SSLError as error:
            raise self._unsafe(error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(
                f"The mail server {self.host} cannot be reached at port {self.port} ({_reason(error)}); "
                "check HOTPAPERS_SMTP_HOST, HOTPAPERS_SMTP_PORT and HOTPAPERS_SMTP_SECURITY."
            ) from error
        self._expect((code, said), "takes nobody in")

    def _sign_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self.security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except ssl.SSLError as error:
                raise self._unsafe(error) from error
            except smtplib.SMTPNotSupportedError as error:
                raise DeliveryError(
                    f"The mail server {self.host} offers no encryption; nothing was sent. HOTPAPERS_SMTP_SECURITY may "
                    "be ssl, or none where the server is in your own network."
                ) from error
        if self.user:
            try:
                server.login(self.user, self.password)
            except smtplib.SMTPAuthenticationError as error:
                # What the server says of it may repeat what it was told.
                raise DeliveryError(
                    f"The mail server {self.host} did not accept the name and password; check HOTPAPERS_SMTP_USER and "
                    "HOTPAPERS_SMTP_PASSWORD."
                ) from error
            except smtplib.SMTPNotSupportedError as error:
                raise DeliveryError(
                    f"The mail server {self.host} takes no password in a way that is known here."
                ) from error

    def _unsafe(self, error: ssl.SSLError) -> DeliveryError:
        reason = getattr(error, "verify_message", "") or error.reason or "no TLS"
        return DeliveryError(f"The mail server {self.host} is not the one it should be ({reason}); nothing was sent.")

    def _expect(self, answer: tuple[int, bytes], refusal: str) -> None:
        code, said = answer
        if not 200 <= code < 300:
            raise DeliveryError(f"The mail server {self.host} {refusal}: {code} {self._said(said)}.")

    def _said(self, raw: bytes | str) -> str:
        """What the server said, on one line, short, and without the password should it be in it."""
        text = raw.decode("utf8", "replace") if isinstance(raw, bytes) else raw
        text = text.replace(self.password, "…") if self.password else text
        return shortened(collapsed(text), 200).rstrip(".")


def mail_server_from(settings: Mapping[str, Any]) -> MailServer:
    """The mail server of the settings; whether they say all that is needed, its `missing` tells."""
    return MailServer(
        host=settings["SMTP_HOST"],
        port=settings["SMTP_PORT"],
        security=settings["SMTP_SECURITY"],
        user=settings["SMTP_USER"],
        password=settings["SMTP_PASSWORD"],
        sender=settings["MAIL_FROM"],
        to=settings["MAIL_TO"],
    )


def _hang_up(server: smtplib.SMTP) -> None:
    with suppress(OSError):
        if server.sock:
            server.sock.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return shortened(collapsed(text), 120).lower().rstrip(".")
