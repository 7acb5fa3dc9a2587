"""The rehearsal of an edition: what publishing would freeze, and every target asked at once and not for ever."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.delivery import DeliveryError
from app.domain.rehearsal import is_red
from app.models import Delivery, Edition, Post
from app.services.publishing import preview
from app.services.rehearsal import rehearsal_of, target_lines
from app.targets import DirectoryTarget
from tests.databases import on_sqlite_alone
from tests.factories import edition_of_scores, ingest_things, items, paper
from tests.services.shelf import Shelf


@pytest.fixture
def edition(session, rules) -> Edition:
    """Two picked papers, one below the cut."""
    return edition_of_scores(session, rules, [100, 90, 40])


class Deaf(Shelf):
    """A target that does not answer before it is let go."""

    def __init__(self, name: str = "deaf") -> None:
        super().__init__(name)
        self.go = threading.Event()

    def check(self) -> str | None:
        """Wait."""
        self.go.wait(timeout=10)
        return None


@on_sqlite_alone
def test_a_good_edition_passes_with_its_target_and_nothing_is_changed(session, edition, rules, clock, tmp_path):
    before = preview(session, edition.id, now=clock(), rules=rules)
    target = DirectoryTarget(tmp_path / "site" / "posts")
    lines = rehearsal_of(session, edition, now=clock(), rules=rules, targets=[target])
    assert not is_red(lines)
    assert lines[-1].check == "target directory"
    assert str(tmp_path) in lines[-1].said
    assert [line.said for line in lines if line.check == "papers"] == ["It has 2 papers, as many as are picked."]
    assert list(tmp_path.glob("site/posts/*")) == []
    assert session.query(Post).count() == session.query(Delivery).count() == 0
    assert preview(session, edition.id, now=clock(), rules=rules) == before


@on_sqlite_alone
def test_an_edition_without_papers_is_red(session, edition, rules, clock):
    for item in items(session):
        item.state, item.order_key = "dropped", None
    session.commit()
    lines = rehearsal_of(session, edition, now=clock(), rules=rules)
    assert [line.said for line in lines if line.is_bad] == ["The post is empty: it has no paper."]


@on_sqlite_alone
def test_what_an_editor_wrote_is_looked_at_with_its_line(session, edition, rules, clock):
    item = items(session)[0]
    item.note = "Read [this](https://example)."
    session.commit()
    lines = rehearsal_of(session, edition, now=clock(), rules=rules)
    assert [(line.check, line.line_text) for line in lines if line.is_bad] == [("links", item.note)]


@on_sqlite_alone
def test_a_formula_that_arxiv_sent_broken_is_told(session, rules, clock):
    run = ingest_things(session, rules, [paper(score=80, title=r"Moss of order $\frac{a}{b$")])
    edition = session.query(Edition).one()
    assert run.id
    lines = rehearsal_of(session, edition, now=clock(), rules=rules)
    assert [line.line_text for line in lines if line.is_bad] == [r"$\frac{a}{b$"]


@on_sqlite_alone
def test_a_profile_that_cannot_be_filled_in_is_a_line_and_no_crash(session, edition, rules, clock):
    strange = replace(rules.profile, name="strange", front_matter=(("title", "{{ title.nothing }}"),), body="x\n")
    shelf = Shelf()
    lines = rehearsal_of(session, edition, now=clock(), rules=replace(rules, profile=strange), targets=[shelf])
    assert [(line.check, line.state) for line in lines] == [("post", "bad"), ("target shelf", "good")]
    assert lines[0].said.startswith("The post cannot be composed: The profile strange cannot be filled in")


def test_targets_say_what_is_wrong_each_for_itself():
    good, bad, broken = Shelf("good"), Shelf("bad"), Shelf("broken")
    bad.fails = DeliveryError("The bad shelf is full; clear it.")
    broken.check = lambda: 1 / 0
    lines = target_lines([good, bad, broken])
    assert [(line.check, line.state) for line in lines] == [
        ("target good", "good"),
        ("target bad", "bad"),
        ("target broken", "bad"),
    ]
    assert [line.said for line in lines] == [
        "the good can be reached and written to.",
        "The bad shelf is full; clear it.",
        "the broken could not be checked; the log of the desk says why.",
    ]


def test_a_target_that_does_not_answer_is_not_waited_for_and_keeps_no_other_waiting():
    deaf, good = Deaf(), Shelf("good")
    try:
        lines = target_lines([deaf, good], patience=0.2)
    finally:
        deaf.go.set()
    assert [line.said for line in lines] == [
        "the deaf did not answer within 0.2 seconds.",
        "the good can be reached and written to.",
    ]


def test_targets_are_asked_side_by_side():
    here = threading.Barrier(3, timeout=5)
    shelves = [Shelf(f"shelf {number}") for number in range(3)]
    for shelf in shelves:
        shelf.check = lambda: None if here.wait() >= 0 else "Nobody else came."
    assert not is_red(target_lines(shelves))


def test_no_targets_are_no_lines():
    assert target_lines([]) == []


@on_sqlite_alone
def test_a_rehearsal_with_a_clock_behind_tells_of_no_future(session, edition, rules, clock):
    for hours in (-9, 9):
        assert not is_red(rehearsal_of(session, edition, now=clock() + timedelta(hours=hours), rules=rules))
