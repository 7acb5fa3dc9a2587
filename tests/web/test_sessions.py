"""The session's cookie: checked once, and still worth nothing when it is forged, too old, or from before the secret."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSession
from flask.testing import FlaskClient

from tests.web.conftest import press


@pytest.fixture
def cookie(app: Flask, as_editor: FlaskClient) -> str:
    """The cookie of somebody signed in, which the desk has seen before."""
    assert as_editor.get("/settings").status_code == 200
    held = as_editor.get_cookie("hotpapers")
    return held.value


def opened(app: Flask, cookie: str) -> SecureCookieSession:
    """The session that a request with a cookie has."""
    with app.test_request_context(headers={"Cookie": f"hotpapers={cookie}"}) as context:
        return app.session_interface.open_session(app, context.request)


def test_every_request_has_the_session_for_itself(app: Flask, cookie: str) -> None:
    first = opened(app, cookie)
    assert first["_user_id"]
    first["_user_id"] = "1-of another"
    first.setdefault("_flashes", []).append(("done", "said to one request"))
    second = opened(app, cookie)
    assert second["_user_id"] != "1-of another" and "_flashes" not in second


@pytest.mark.parametrize("place", [5, -5])
def test_a_forged_cookie_is_no_session(app: Flask, cookie: str, place: int) -> None:
    assert opened(app, cookie)
    changed = "A" if cookie[place] != "A" else "B"
    place %= len(cookie)
    assert not opened(app, cookie[:place] + changed + cookie[place + 1 :])
    assert not opened(app, "nonsense") and not opened(app, "")


def test_a_cookie_that_is_too_old_is_no_session_however_often_it_was_seen(app: Flask, cookie: str) -> None:
    assert opened(app, cookie)
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=-1)
    assert not opened(app, cookie)


def test_another_secret_ends_all_sessions(app: Flask, cookie: str) -> None:
    assert opened(app, cookie)
    app.secret_key = "another one"
    assert not opened(app, cookie)


def test_a_session_that_is_as_it_came_is_not_sent_again(as_editor: FlaskClient, cookie: str) -> None:
    answer = as_editor.get("/settings")
    assert "Set-Cookie" not in answer.headers and "Cookie" in answer.headers["Vary"]
    assert "Set-Cookie" in press(as_editor, "/password", password="a longer word than that").headers
