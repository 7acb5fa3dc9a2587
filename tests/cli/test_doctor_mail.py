"""`flask doctor` on the mail server: off where none is set, to be mended where half of it is, asked where all is."""

import pytest

from tests.mail_server import SENDER, TO, Postbox, mail_server


def test_no_mail_server_is_nothing_to_mend(runner) -> None:
    lines = runner.invoke(args=["doctor", "--offline"]).output.splitlines()
    said = "HOTPAPERS_SMTP_HOST and HOTPAPERS_MAIL_FROM and HOTPAPERS_MAIL_TO would be needed."
    assert f"off No mail is sent; {said}" in lines


class TestHalfSet:
    """A server without anybody to send to."""

    @pytest.fixture
    def settings(self, settings):
        """Its name alone."""
        return settings | {"HOTPAPERS_SMTP_HOST": "smtp.example.org"}

    def test_half_of_the_settings_is_to_be_mended(self, runner) -> None:
        output = runner.invoke(args=["doctor", "--offline"]).output
        assert "fix No mail is sent; HOTPAPERS_MAIL_FROM and HOTPAPERS_MAIL_TO would be needed." in output


class TestSet:
    """A server that listens, and does not speak TLS as the desk would have it."""

    @pytest.fixture
    def box(self):
        """What was taken."""
        return Postbox()

    @pytest.fixture
    def settings(self, settings, box):
        """All that is needed."""
        with mail_server(box) as port:
            given = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "MAIL_FROM": SENDER, "MAIL_TO": TO}
            yield settings | {f"HOTPAPERS_{name}": value for name, value in given.items()}

    def test_the_server_is_asked_and_nothing_is_sent(self, app, runner, box) -> None:
        mail = app.extensions["mail_server"]
        assert "offers no encryption" in (mail.check() or "")
        output = runner.invoke(args=["doctor", "--offline"]).output
        assert f"ok  Mails go to {TO} through 127.0.0.1." in output
        assert not box.taken
