"""Secret addresses in the logs: whatever writes one down, the part that opens something is masked."""

import logging
import re

from flask import Flask

# A reading link and a link to sign in; whoever has one needs no password.
_SECRET = re.compile(r"(/(?:read|sign-in)/)[^\s\"'?#&]+")
# Who writes addresses down: the server of `flask run`, gunicorn, and the pages' own log of errors.
_WRITERS = ("werkzeug", "gunicorn.access", "gunicorn.error", "app.web.errors")


class MaskSecrets(logging.Filter):
    """Takes the secret out of every line of a log before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through, masked."""
        line = record.getMessage()
        if (masked_line := masked(line)) != line:
            record.msg, record.args = masked_line, ()
        return True


def masked(text: str) -> str:
    """A text with … in place of the secret of every address in it."""
    return _SECRET.sub(r"\1…", text)


def register(app: Flask) -> None:
    """Mask what the loggers of addresses write; once, however many apps a process makes."""
    for name in _WRITERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, MaskSecrets) for known in logger.filters):
            logger.addFilter(MaskSecrets())
