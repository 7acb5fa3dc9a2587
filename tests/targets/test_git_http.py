"""Git over HTTP with a token: it opens its own host, and is seen nowhere but there."""

import base64
import os
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.domain.delivery import DeliveryError
from app.targets import GitTarget
from app.targets.git_store import Access
from tests.fakes.service import PLAIN, Answer, Asked, FakeService
from tests.targets.orders import NAME, order
from tests.targets.repositories import QUIET, bare, git, shown, write

TOKEN = "s3cret/+token"


class GitServer(FakeService):
    """Git's own server over HTTP, behind a name and a token; it looks whether any process shows the token."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.shown_in: list[bytes] = []

    def respond(self, asked: Asked) -> Answer:
        """What git http-backend answers to whoever has the token."""
        for line in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.shown_in += [text for text in [line.read_bytes()] if TOKEN.encode() in text]
            except OSError:
                continue
        wanted = "Basic " + base64.b64encode(f"desk:{TOKEN}".encode()).decode()
        if asked.header("Authorization") != wanted:
            return Answer(b"", 401, {"WWW-Authenticate": 'Basic realm="git"'})
        return self._from_git(asked)

    def _from_git(self, asked: Asked) -> Answer:
        environment = QUIET | {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": asked.method,
            "PATH_INFO": asked.path,
            "QUERY_STRING": urlencode(asked.params),
            "CONTENT_TYPE": asked.header("Content-Type"),
            "CONTENT_LENGTH": str(len(asked.body)),
            "HTTP_CONTENT_ENCODING": asked.header("Content-Encoding"),
            "GIT_PROTOCOL": asked.header("Git-Protocol"),
            "REMOTE_USER": "desk",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=asked.body, env=environment, capture_output=True, timeout=30, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(headers.pop("Status", "200 OK").split()[0])
        return Answer(body, status, content_type=headers.pop("Content-Type", PLAIN))


@pytest.fixture
def server(tmp_path: Path):
    """A server with the repository site.git."""
    if not (Path(git(tmp_path, "--exec-path").strip()) / "git-http-backend").exists():
        pytest.skip("this git has no http-backend")
    write(bare(tmp_path / "served" / "site.git"), {"about.md": b"About.\n"}, "Begin")
    with GitServer(tmp_path / "served") as server:
        yield server


def target(server: FakeService, folder: Path, token: str = TOKEN, path: str = "site.git") -> GitTarget:
    """The repository of a server as a target."""
    return GitTarget(Access(f"{server.url}/{path}", "desk", token), folder)


def test_a_token_opens_the_repository_and_is_seen_nowhere(server, tmp_path):
    site = target(server, tmp_path / "git")
    assert site.check() is None
    receipt = site.deliver(order())
    assert shown(server.root / "site.git", NAME) == order().data
    assert server.shown_in == []
    told = [site.describe(), receipt, git(server.root / "site.git", "log", "main")]
    kept = [path.read_text("utf8", "replace") for path in (tmp_path / "git").rglob("*") if path.is_file()]
    assert kept
    assert not any(TOKEN in text for text in told + kept)


@pytest.mark.parametrize("token", ["", "wr0ng-token"])
def test_a_wrong_token_or_none_is_said_without_it_and_asks_nobody(server, tmp_path, token, monkeypatch):
    asked = tmp_path / "asked"
    program = tmp_path / "askpass"
    program.write_text(f"#!/bin/sh\necho > {asked}\n")
    program.chmod(0o755)
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(program))
    site = target(server, tmp_path / "git", token)
    with pytest.raises(DeliveryError) as refused:
        site.deliver(order())
    for sentence in (str(refused.value), site.check()):
        assert "does not let the desk in; check HOTPAPERS_TARGET_GIT_USER and HOTPAPERS_TARGET_GIT_TOKEN" in sentence
        assert token == "" or token not in sentence
    assert not asked.exists()


def test_a_token_is_not_given_to_whom_the_repository_sends_on(server, tmp_path):
    with GitServer(tmp_path / "served") as stranger:
        server.fault(Answer(b"", 302, {"Location": f"{stranger.url}/site.git/info/refs?service=git-upload-pack"}))
        with pytest.raises(DeliveryError):
            target(server, tmp_path / "git").deliver(order())
        assert {asked.header("Authorization") for asked in stranger.requests} == {""}


def test_a_token_that_a_server_repeats_is_taken_out_of_what_is_said(server, tmp_path):
    server.fault(Answer(f"Oops: {TOKEN}", 500, content_type=PLAIN))
    with pytest.raises(DeliveryError) as refused:
        target(server, tmp_path / "git").deliver(order())
    assert TOKEN not in str(refused.value)
    access = Access("https://site.example/site.git", "desk", TOKEN)
    pair = base64.b64encode(f"desk:{TOKEN}".encode()).decode()
    assert TOKEN not in repr(access)
    assert access.cleaned(f"{TOKEN} s3cret%2F%2Btoken Basic {pair}") == "… … Basic …"


def test_no_helper_of_the_machine_is_given_the_token_to_keep(server, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    monkeypatch.setenv("HOME", str(home))
    target(server, tmp_path / "git").deliver(order())
    assert os.listdir(home) == [".gitconfig"]


def test_a_server_that_is_gone_is_said(tmp_path):
    with FakeService() as gone:
        address = gone.url
    site = GitTarget(Access(f"{address}/site.git", "desk", TOKEN), tmp_path / "git")
    assert site.check() == f"{address.removeprefix('http://')}/site.git cannot be reached."
