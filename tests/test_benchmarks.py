"""What `make bench` rests on: a floor with the desk's very rows, days copied whole, ratios, and the table."""

import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.extensions import db
from app.models import Edition, Post
from app.services.acting import Acting
from app.services.archive import verify_stored
from app.services.ingestion import ingest
from app.services.publishing import publish
from benchmarks import floor, floor_rows
from benchmarks.invented import DAY, MORNING, Listing, a_day, picked_only
from benchmarks.measure import Rounds, in_turns
from benchmarks.servers import Crowd
from benchmarks.table import Figure, at_least, at_most, misses, rate_at_least, rendered
from benchmarks.years import Day, marks, settle


def lay(session: Session, rules: Rules, day: date = DAY) -> Edition:
    """An invented day of nine papers, three of them picked."""
    ingest(session, [Listing(a_day(day, 3, 6))], day=day, clock=lambda: MORNING, rules=rules)
    return session.query(Edition).filter_by(date=day).one()


def test_the_floor_prints_the_very_rows_of_the_desk(
    session: Session, rules: Rules, as_editor: FlaskClient, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    lay(session, rules)
    page = as_editor.get(f"/editions/{DAY}").text
    address = str(tmp_path / "floor.db")
    floor_rows.fill(address, floor_rows.rows_of(page))
    monkeypatch.setenv(floor.ADDRESS, address)
    bare = floor.app.test_client().get("/rows").text
    assert floor_rows.ITEM.findall(bare) == floor_rows.ITEM.findall(page)
    assert floor_rows.check_same(page, bare) == 1


def test_a_floor_with_other_rows_is_refused(session: Session, rules: Rules, as_editor: FlaskClient):
    lay(session, rules)
    page = as_editor.get(f"/editions/{DAY}").text
    with pytest.raises(ValueError, match="nothing can be compared"):
        floor_rows.check_same(page, "".join(floor_rows.ITEM.findall(page)[1:]))


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_copied_day_is_as_good_as_the_day_itself(session: Session, rules: Rules, editor):
    before, other = marks(session.connection()), date(2024, 2, 29)
    edition = lay(session, rules)
    publish(session, edition.id, Acting(editor, MORNING, rules), targets=[])
    Day(session.connection(), DAY, before).copy(session.connection(), [other])
    settle(session.connection())
    session.commit()
    assert [checked.problem for checked in verify_stored(session)] == [None, None]
    copied = session.query(Edition).filter_by(date=other).one()
    post = db.session.get_one(Post, copied.post_id)
    assert (copied.status, post.edition_id, post.file_name[:10]) == ("published", copied.id, "2024-02-29")
    assert b"2402.29000" in post.markdown and b"2611.18" not in post.markdown


def test_all_papers_of_a_list_that_is_put_in_order_are_picked_and_have_ids_of_their_own():
    papers = picked_only(DAY, 2500)[1:]
    assert len({paper.arxiv_id for paper in papers}) == 2500
    assert min(paper.readings[0].reposts for paper in papers) >= 50


def test_a_ratio_is_that_of_medians_and_its_range_that_of_blocks():
    rounds = Rounds({"desk": [2.0, 2.0, 2.0, 4.0, 9.0], "floor": [1.0, 1.0, 1.0, 1.0, 1.0]})
    ratio = rounds.ratio("desk", "floor")
    assert (ratio.value, ratio.low, ratio.high) == (2, 2, 9)
    assert (ratio.inverse.value, ratio.inverse.low, ratio.inverse.high) == (1 / 2, 1 / 9, 1 / 2)


def test_sides_take_turns_in_going_first_and_the_warming_up_does_not_count():
    asked: list[str] = []

    def side(name: str, seconds: float):
        return lambda number: asked.append(f"{name}{number}") or seconds

    rounds = in_turns(2, {"a": side("a", 1.0), "b": side("b", 2.0)}, warm=1)
    assert asked == ["a0", "b0", "b1", "a1", "a2", "b2"]
    assert rounds.taken == {"a": [1.0, 1.0], "b": [2.0, 2.0]}


class Page(BaseHTTPRequestHandler):
    """Answers every request with a page, and keeps the connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"moss" * 30_000
        self.server.paths.append(self.path)
        self.send_response(200 if self.path == "/moss" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def pages() -> Iterator[ThreadingHTTPServer]:
    """A server of pages."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        # A connection that is let go of in the midst of it is nothing to tell of.
        server.paths, server.handle_error = [], lambda *about: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_crowd_asks_as_often_as_it_is_told_and_waits_for_every_answer(pages: ThreadingHTTPServer):
    crowd = Crowd(pages.server_port, "/moss")
    assert crowd.ask(10) > 0
    assert crowd.ask(3) > 0
    assert pages.paths == ["/moss"] * 13


def test_a_crowd_that_is_refused_measures_nothing(pages: ThreadingHTTPServer):
    with pytest.raises(ConnectionError, match="refused"):
        Crowd(pages.server_port, "/lanterns").ask(4)


def test_what_is_done_so_often_a_second_is_told_so():
    row = rate_at_least("Page", 0.8, Rounds({"desk": [0.002], "floor": [0.001]}).ratio("desk", "floor"), "nothing")
    assert (row.measured, row.spread, row.is_reached) == ("0.5 (500 : 1,000 a second)", "0.5 to 0.5", False)


def test_a_missed_goal_is_told_plainly_with_its_reason():
    ratio = Rounds({"desk": [3.0] * 5, "floor": [1.0] * 5}).ratio("desk", "floor")
    figures = [
        at_most("Pick", 2.5, ratio, "the raw update", why="By whose code it is."),
        at_most("Drop", 3, ratio, "the raw update"),
        at_least("Read", 0.9, ratio, "feedparser alone"),
        Figure("Packed", "none", "1", "1", None),
    ]
    assert [figure.verdict for figure in figures] == ["**missed**", "reached", "**missed**", "told only"]
    assert "| Pick | ≤ 2.5 of the raw update | 3 (3000 ms : 1000 ms) | 3 to 3 | **missed** |" in rendered(figures)
    assert "**Pick** (3 (3000 ms : 1000 ms), goal ≤ 2.5 of the raw update). By whose code it is." in misses(figures)
    assert "Drop" not in misses(figures)
