"""What a desk answered, as it can be compared: all of it but what is random by nature."""

import difflib
import gzip
import re
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.test import TestResponse

# The name of the token in a session, and what Flask-WTF signs tokens with.
CSRF, SALT = "csrf_token", "wtf-csrf-token"
# A signed token: what was signed, when, and the signature.
TOKEN = re.compile(r"[\w-]{8,}\.[\w-]{6}\.[\w-]{27}")
# Reading links are secrets: made twice, they are two.
LINK = re.compile(r"/read/[\w.-]+")
# A draft would be published now; a panel that has the rest of it is not made anew for that.
NOW = re.compile(r"^date: [0-9T:.-]+Z$", re.MULTILINE)
# Of the headers those that change what a browser shows. What else there is are dates and lengths.
HEADERS = ("Content-Type", "Location", "Cache-Control", "Last-Modified", "HX-Redirect", "HX-Trigger", "HX-Location")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, the headers that count, and the text; `tag` is its name, by which it can be confirmed."""

    status: int
    headers: tuple[tuple[str, str], ...]
    text: str
    tag: str

    def same_as(self, other: "Answer") -> bool:
        """Whether a browser would show the same."""
        return (self.status, self.headers, self.text) == (other.status, other.headers, other.text)

    def difference(self, expected: "Answer") -> str:
        """What differs from what a desk just started answers, as lines."""
        lines = [[f"{answer.status} {answer.headers}", *answer.text.split("\n")] for answer in (expected, self)]
        return "\n".join(difflib.unified_diff(*lines, "just started", "running", lineterm="", n=1))[:4000]


def plain(response: TestResponse, secret: str, *, is_secret_new: bool) -> Answer:
    """An answer without what is another one each time by nature.

    Form tokens are signed with the time, and so are others each second: each becomes the name of the session that it
    was made for, so that somebody else's token is seen. A secret address is another one each time it is made, and a
    draft says that it would be published at the very second.
    """
    data = response.get_data()
    text = (gzip.decompress(data) if response.content_encoding == "gzip" else data).decode("latin-1")
    text = TOKEN.sub(lambda found: _session_of(found[0], secret), text)
    text = LINK.sub("/read/…", text) if is_secret_new else text
    text = NOW.sub("date: now", text) if "/preview" in response.request.path else text
    headers = tuple((name, response.headers[name]) for name in HEADERS if name in response.headers)
    return Answer(response.status_code, headers, text, response.headers.get("ETag", ""))


def _session_of(token: str, secret: str) -> str:
    try:
        return f"a token of {URLSafeTimedSerializer(secret, salt=SALT).loads(token)}"
    except BadData:
        return token
