"""The session's cookie: its signature is checked once for each cookie, its age with every request."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin, session_json_serializer
from itsdangerous import BadSignature

from app.keeping import Keep

# Characters of sessions that are kept: those of some thousand people.
ROOM = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Checked:
    """What a cookie that this desk signed holds, and when it was signed."""

    text: str
    signed_at: datetime

    def __len__(self) -> int:
        return len(self.text)


class Sessions(SecureCookieSessionInterface):
    """Sessions as Flask has them, in a signed cookie. What a cookie holds is kept under the cookie and the secret."""

    def __init__(self) -> None:
        self._checked = Keep(ROOM)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """The session that the request's cookie holds; an empty one where it has none, or one that does not count."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        try:
            found = self._checked.get((app.secret_key, cookie), lambda: self._check(app, cookie))
        except BadSignature:
            return self.session_class()
        age = (datetime.now(UTC) - found.signed_at).total_seconds()
        if not 0 <= age <= app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        return self.session_class(session_json_serializer.loads(found.text))

    def _check(self, app: Flask, cookie: str) -> _Checked:
        """What a cookie holds. Raises BadSignature where this desk did not sign it."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            raise BadSignature("a desk without a secret signs nothing")
        held, signed_at = serializer.loads(cookie, return_timestamp=True)
        return _Checked(session_json_serializer.dumps(held), signed_at)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie where the session is another one now; one that is as it came needs no other cookie."""
        if session.modified or session.permanent:
            super().save_session(app, session, response)
        elif session.accessed and "Cookie" not in response.headers.get("Vary", ""):
            response.vary.add("Cookie")
