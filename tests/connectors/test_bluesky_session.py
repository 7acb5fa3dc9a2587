"""Sessions: made seldom, kept for their owner only, refreshed when stale, and never told to anybody."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.connectors.bluesky_hosts import Refused
from app.connectors.bluesky_session import Session
from app.connectors.http import HttpClient
from app.domain.sources import ConnectorError
from tests.fakes.bluesky import CREATE, HANDLE, PASSWORD, REFRESH, SEARCH, FakeBluesky
from tests.fakes.service import Answer

QUERY = {"q": "arxiv.org"}


@pytest.fixture
def bluesky() -> Iterator[FakeBluesky]:
    with FakeBluesky() as fake:
        yield fake


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "sessions" / "bluesky.json"


@pytest.fixture
def session(client: HttpClient, bluesky: FakeBluesky, kept: Path) -> Session:
    return Session(client, bluesky.url, HANDLE, PASSWORD, kept)


def methods(bluesky: FakeBluesky) -> list[str]:
    return [asked.path.removeprefix("/xrpc/") for asked in bluesky.requests]


def test_a_session_is_made_once_for_many_questions(session: Session, bluesky: FakeBluesky) -> None:
    session.get(SEARCH, QUERY)
    session.get(SEARCH, QUERY)
    assert methods(bluesky) == [CREATE, SEARCH, SEARCH]
    assert bluesky.requests[0].json == {"identifier": HANDLE, "password": PASSWORD}


def test_a_session_outlives_the_run_in_a_file_for_its_owner(
    session: Session, client: HttpClient, bluesky: FakeBluesky, kept: Path
) -> None:
    session.get(SEARCH, QUERY)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert PASSWORD not in kept.read_text()
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    Session(client, bluesky.url, HANDLE, PASSWORD, kept).get(SEARCH, QUERY)
    assert methods(bluesky) == [CREATE, SEARCH, SEARCH]


def test_the_session_of_another_account_is_not_used(
    session: Session, client: HttpClient, bluesky: FakeBluesky, kept: Path
) -> None:
    session.get(SEARCH, QUERY)
    bluesky.accounts["other.moss.example"] = "efgh-efgh-efgh-efgh"
    Session(client, bluesky.url, "other.moss.example", "efgh-efgh-efgh-efgh", kept).get(SEARCH, QUERY)
    assert methods(bluesky) == [CREATE, SEARCH, CREATE, SEARCH]
    assert json.loads(kept.read_text())["handle"] == "other.moss.example"


def test_the_session_of_another_server_is_not_used(
    session: Session, client: HttpClient, bluesky: FakeBluesky, kept: Path
) -> None:
    session.get(SEARCH, QUERY)
    with FakeBluesky() as other:
        Session(client, other.url, HANDLE, PASSWORD, kept).get(SEARCH, QUERY)
        assert methods(other) == [CREATE, SEARCH]


def test_a_stale_token_is_refreshed_without_a_body(session: Session, bluesky: FakeBluesky, kept: Path) -> None:
    session.get(SEARCH, QUERY)
    bluesky.expire()
    session.get(SEARCH, QUERY)
    assert methods(bluesky) == [CREATE, SEARCH, SEARCH, REFRESH, SEARCH]
    refresh = bluesky.asked(REFRESH)[0]
    assert refresh.body == b"" and refresh.header("Authorization") == "Bearer refresh-token-1"
    assert json.loads(kept.read_text())["accessJwt"] == "access-token-2"


def test_where_a_refresh_is_refused_a_session_is_made(session: Session, bluesky: FakeBluesky) -> None:
    session.get(SEARCH, QUERY)
    bluesky.revoke()
    session.get(SEARCH, QUERY)
    assert methods(bluesky) == [CREATE, SEARCH, SEARCH, REFRESH, CREATE, SEARCH]


def test_a_server_that_takes_none_of_its_sessions_is_given_up(session: Session, bluesky: FakeBluesky) -> None:
    bluesky.fault(Answer({"error": "ExpiredToken", "message": "Token has expired"}, 400), only="searchPosts")
    with pytest.raises(Refused, match=r"^127\.0\.0\.1 does not take the session that it gave; the next run"):
        session.get(SEARCH, QUERY)
    assert methods(bluesky) == [CREATE, SEARCH]
    with pytest.raises(Refused):
        session.get(SEARCH, QUERY)
    assert methods(bluesky)[2:] == [SEARCH, REFRESH, SEARCH, CREATE, SEARCH]


def test_a_wrong_password_is_told_in_a_sentence_without_it(
    client: HttpClient, bluesky: FakeBluesky, kept: Path
) -> None:
    session = Session(client, bluesky.url, HANDLE, "wrong-pass-word-here", kept)
    with pytest.raises(Refused) as raised:
        session.get(SEARCH, QUERY)
    assert raised.value.permanent
    assert "HOTPAPERS_BLUESKY_APP_PASSWORD" in str(raised.value) and "wrong-pass" not in str(raised.value)
    assert methods(bluesky) == [CREATE] and not kept.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        "[" * 100_000,
        '{"pds": "URL", "handle": "desk.moss.example"}',
        '{"pds": "URL", "handle": "desk.moss.example", "accessJwt": 7, "refreshJwt": null}',
        '{"pds": "URL", "handle": "desk.moss.example", "accessJwt": "a\\nb: c", "refreshJwt": "x"}',
        '{"pds": "URL", "handle": "desk.moss.example", "accessJwt": "old", "refreshJwt": "old"}',
    ],
)
def test_a_file_that_is_no_good_is_written_anew(text: str, session: Session, bluesky: FakeBluesky, kept: Path) -> None:
    kept.parent.mkdir()
    kept.write_text(text.replace("URL", bluesky.url))
    session.get(SEARCH, QUERY)
    assert json.loads(kept.read_text())["accessJwt"] == "access-token-1"


def test_a_folder_that_cannot_be_written_is_no_hindrance(session: Session, bluesky: FakeBluesky, kept: Path) -> None:
    kept.parent.write_text("a file where the folder should be")
    session.get(SEARCH, QUERY)
    session.get(SEARCH, QUERY)
    assert methods(bluesky) == [CREATE, SEARCH, SEARCH]


@pytest.mark.parametrize("answer", [{}, [], {"accessJwt": "a b", "refreshJwt": "c"}, {"accessJwt": None}, b"{"])
def test_a_session_without_tokens_is_none(answer: object, session: Session, bluesky: FakeBluesky, kept: Path) -> None:
    bluesky.fault(Answer(answer), only="createSession")
    with pytest.raises(ConnectorError) as raised:
        session.get(SEARCH, QUERY)
    assert "127.0.0.1" in str(raised.value) and not kept.exists()


def test_too_many_sessions_are_refused_and_waited_for(client: HttpClient, bluesky: FakeBluesky, tmp_path: Path) -> None:
    for number in range(30):
        Session(client, bluesky.url, HANDLE, PASSWORD, tmp_path / f"{number}.json").get(SEARCH, QUERY)
    with pytest.raises(ConnectorError, match="too many requests"):
        Session(client, bluesky.url, HANDLE, PASSWORD, tmp_path / "one-more.json").get(SEARCH, QUERY)


def test_no_error_has_a_token_or_the_password(session: Session, bluesky: FakeBluesky) -> None:
    session.get(SEARCH, QUERY)
    for fault in ("401", "403-html", "500", "429-long", "not-json", "away"):
        bluesky.mend()
        bluesky.fault(fault)
        with pytest.raises(ConnectorError) as raised:
            session.get(SEARCH, QUERY)
        told = str(raised.value)
        assert "token-" not in told and PASSWORD not in told and "xrpc" not in told and HANDLE not in told
