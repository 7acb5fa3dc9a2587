"""Whole candidates files: hostile lines at random, files that are not there, and the archive's own."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.connectors.candidates import MAX_LINE, CandidatesFile, parse_line
from app.domain.sources import ConnectorError, Expected, FetchedMention, FetchedPaper, Problem
from tests.factories import asked

DAY = date(2026, 11, 20)
CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder ../shared/corpus is not there")

PAPER = {
    "arxiv_id": "2611.99001",
    "title": "Fictional  Lanterns",
    "authors": ["Ada Fernsby", "Tomás Quill Jr"],
    "abstract": "We study imaginary lanterns.",
    "categories": ["cs.LG", "stat.ML"],
    "announced_on": "2026-11-20",
}
MENTION = {"source": "twitter", "id": "77", "url": "https://twitter.com/ada/status/77"}


def line(**fields) -> bytes:
    return json.dumps({**PAPER, **fields}).encode()


def test_a_file_of_good_and_bad_lines(tmp_path):
    path = tmp_path / "day.jsonl"
    lines = [b"\xef\xbb\xbf" + line(), b"", b"oops", b"   ", line(arxiv_id="2611.99002"), line(arxiv_id="2611.99003")]
    path.write_bytes(b"\r\n".join(lines))
    values = list(CandidatesFile(path).fetch(asked(DAY)))
    assert values[0] == Expected(4)
    assert [value.arxiv_id for value in values if isinstance(value, FetchedPaper)] == [
        "2611.99001",
        "2611.99002",
        "2611.99003",
    ]
    assert [value.where for value in values if isinstance(value, Problem)] == ["line 3"]


def test_a_line_of_more_than_5_mb_is_passed_over(tmp_path):
    path = tmp_path / "day.jsonl"
    path.write_bytes(line(comment="x" * MAX_LINE) + b"\n" + line() + b"\n" + b"y" * (MAX_LINE * 2))
    values = list(CandidatesFile(path).fetch(asked(DAY)))
    assert values[0] == Expected(3)
    assert [type(value) for value in values[1:]] == [Problem, FetchedPaper, Problem]
    assert values[1] == Problem("line 1", "is longer than 5 MB") and values[3].where == "line 3"


def test_the_default_day(tmp_path):
    path = tmp_path / "day.jsonl"
    path.write_bytes(line(announced_on=None))
    assert list(CandidatesFile(str(path), default_day=DAY).fetch(asked(None)))[1].announced_on == DAY


def test_an_empty_file(tmp_path):
    path = tmp_path / "day.jsonl"
    path.touch()
    assert list(CandidatesFile(path).fetch(asked(None))) == [Expected(0)]


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read(tmp_path, name: str):
    with pytest.raises(ConnectorError, match="cannot be read: ") as caught:
        list(CandidatesFile(tmp_path / name).fetch(asked(None)))
    assert caught.value.permanent


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [*PAPER, "captured_at", "comment", "doi", "version", "readings", "mentions"]
PARTS = st.dictionaries(st.sampled_from([*MENTION, "likes", "posted_at", "captured_at", "html"]), JSON)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(st.sampled_from(FIELDS), JSON).map(lambda fields: line(**fields))
    | st.lists(PARTS, max_size=3).map(lambda parts: line(mentions=parts, readings=parts))
)
def test_no_line_raises_and_what_goes_in_can_be_stored(raw: bytes):
    for value in parse_line(raw, "line 1", DAY):
        if isinstance(value, Problem):
            assert value.reason and "\n" not in value.reason
        else:
            repr(value).encode()
            assert isinstance(value, FetchedPaper | FetchedMention)


def values_of(name: str) -> list:
    return list(CandidatesFile(CORPUS / name).fetch(asked(None)))


@needs_corpus
@pytest.mark.parametrize("day", ["2020-11-19", "2021-03-24", "2021-05-18", "2021-08-11"])
def test_the_candidates_of_the_archive_are_read_whole(day: str):
    values = values_of(f"candidates/{day}.jsonl")
    papers = [value for value in values if isinstance(value, FetchedPaper)]
    assert values[0] == Expected(len(papers))
    assert not [value for value in values if isinstance(value, Problem)]
    assert {paper.announced_on.isoformat() for paper in papers} == {day}
    assert len([paper for paper in papers if paper.arxiv_id.startswith("9901.9")]) == 40


@needs_corpus
def test_the_advert_of_the_archive_is_a_mention_of_15_papers():
    values = values_of("incident/candidates.jsonl")
    advert = [v for v in values if isinstance(v, FetchedMention) and v.external_id == "1286451077781618690"]
    assert len(advert) == 15
    assert {(mention.reading.reposts, mention.reading.likes) for mention in advert} == {(2107, 2999)}
