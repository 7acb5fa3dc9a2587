"""Candidates files: what goes in, what is refused and in which words, and that no line stops another."""

import json
from datetime import UTC, date, datetime

import pytest

from app.connectors.candidates import parse_line
from app.domain.sources import FetchedMention, FetchedPaper, Problem, Reading

DAY = date(2026, 11, 20)

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


def parsed(raw: bytes, day: date | None = None) -> list:
    return list(parse_line(raw, "line 7", day))


def reason(raw: bytes, day: date | None = None) -> str:
    values = parsed(raw, day)
    assert len(values) == 1 and isinstance(values[0], Problem)
    return f"{values[0].where} {values[0].reason}"


FULL = line(
    arxiv_id="2611.99001v3",
    captured_at="2026-11-20T23:10:30Z",
    comment="9 pages",
    doi="10.5555/moss.1",
    readings=[{"source": "hn", "points": 12, "replies": 0}],
    mentions=[
        {
            **MENTION,
            "author_name": "Ada",
            "author_handle": "ada",
            "text": "Look!",
            "html": "<p>Look!</p>",
            "posted_at": "2026-11-20T09:00:00+09:00",
            "posted_on": "November 20, 2026",
            "reposts": 3,
            "likes": None,
            "captured_at": "2026-11-20 12:00",
            "repost_of": "66",
        },
        {**MENTION, "id": "78"},
    ],
    rating={"unknown": ["keys", "are", "ignored"]},
)


def test_a_whole_line():
    line_time, own_time = datetime(2026, 11, 20, 23, 10, 30, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
    paper, first, second = parsed(FULL)
    assert paper == FetchedPaper(
        arxiv_id="2611.99001",
        title="Fictional  Lanterns",
        authors=("Ada Fernsby", "Tomás Quill Jr"),
        abstract="We study imaginary lanterns.",
        categories=("cs.LG", "stat.ML"),
        announced_on=DAY,
        version=3,
        comment="9 pages",
        doi="10.5555/moss.1",
        readings=(Reading("hn", line_time, points=12, replies=0),),
    )
    assert first == FetchedMention(
        source="twitter",
        external_id="77",
        url="https://twitter.com/ada/status/77",
        paper_ids=("2611.99001",),
        author_name="Ada",
        author_handle="ada",
        text="Look!",
        html="<p>Look!</p>",
        posted_at=datetime(2026, 11, 20, 0, 0, tzinfo=UTC),
        posted_on="November 20, 2026",
        repost_of="66",
        reading=Reading("twitter", own_time, reposts=3),
    )
    # Without any count there is no reading, rather than one of zeros.
    assert (second.external_id, second.reading) == ("78", None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"arxiv_id": None}, "has no arxiv_id"),
        ({"arxiv_id": 2611.99001}, "has arxiv_id that is not text"),
        ({"arxiv_id": "2611.990011"}, "has an arxiv_id that arXiv would not give: '2611.990011'"),
        ({"arxiv_id": "../../etc/passwd"}, "has an arxiv_id that arXiv would not give: '../../etc/passwd'"),
        ({"title": ""}, "has an empty title"),
        ({"title": " \n\t"}, "has an empty title"),
        ({"title": ["a"]}, "has title that is not text"),
        ({"title": "x" * 5001}, "has title of more than 5000 characters"),
        ({"title": "a\0b"}, "has title with a character that cannot be stored"),
        ({"title": "a\ud800b"}, "has title with a character that cannot be stored"),
        ({"authors": None}, "has no authors"),
        ({"authors": "Ada"}, "has authors that are not a list"),
        ({"authors": ["Ada", 1]}, "has authors that is not text"),
        ({"authors": [["Ada"]]}, "has authors that is not text"),
        ({"categories": {"cs.LG": 1}}, "has categories that are not a list"),
        ({"categories": ["cs.LG"] * 101}, "has more than 100 categories"),
        ({"abstract": None}, "has no abstract"),
        ({"abstract": {"text": 1}}, "has abstract that is not text"),
        ({"announced_on": "2026-02-30"}, "has announced_on that is not in the calendar: 2026-02-30"),
        ({"announced_on": "20261120"}, "has announced_on that is not a date such as 2021-03-24"),
        ({"announced_on": "2026-W47-5"}, "has announced_on that is not a date such as 2021-03-24"),
        ({"announced_on": 20261120}, "has announced_on that is not text"),
        ({"announced_on": "٢٠٢٦-11-20"}, "has announced_on that is not a date such as 2021-03-24"),
        ({"captured_at": "yesterday"}, "has captured_at that is not a time such as 2021-03-25T09:03:25Z"),
        ({"captured_at": "2026-11-20"}, "has captured_at that is not a time such as 2021-03-25T09:03:25Z"),
        ({"captured_at": "2026-13-20T00:00:00Z"}, "has captured_at that is on no clock or calendar"),
        ({"captured_at": "0001-01-01T00:00:00+14:00"}, "has captured_at that is on no clock or calendar"),
        ({"captured_at": 1700000000}, "has captured_at that is not text"),
        ({"version": 0}, "has a version that is not between 1 and 9999"),
        ({"version": True}, "has version that is not a whole number"),
        ({"version": "2"}, "has version that is not a whole number"),
        ({"comment": 1}, "has comment that is not text"),
        ({"doi": ["x"]}, "has doi that is not text"),
    ],
)
def test_a_line_that_cannot_be_taken(fields: dict, said: str):
    assert reason(line(**fields)).startswith(f"line 7 {said}")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", "is not JSON: "),
        (b'{"a": NaN}', "is not JSON: NaN is no number there"),
        (b'{"a": -Infinity}', "is not JSON: -Infinity is no number there"),
        (b"[1]", "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b'"text"', "is not a JSON object"),
        (b'{"title": "\xff"}', "is not UTF-8"),
        (b"\x00\x01", "is not JSON: "),
        (b"[" * 200_000, "is nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "holds a number that is too long"),
        (line() + line(), "is not JSON: Extra data"),
    ],
)
def test_a_line_that_is_no_object(raw: bytes, said: str):
    assert reason(raw).startswith(f"line 7 {said}")


@pytest.mark.parametrize("title", ["0", "null", " Leading", "A*", "$Q$", "x\u2028y"])
def test_titles_are_kept_as_they_stand(title: str):
    assert parsed(line(title=title))[0].title == title


def test_empty_lists_and_an_empty_abstract_are_allowed():
    paper = parsed(line(authors=[], categories=[], abstract=""))[0]
    assert (paper.authors, paper.categories, paper.abstract) == ((), (), "")


def test_a_line_without_a_date_is_of_the_day_asked_for():
    assert parsed(line(announced_on=None), DAY)[0].announced_on == DAY
    assert reason(line(announced_on=None)) == "line 7 has no announced_on, and no date was given for the file"


def test_a_line_of_another_date_keeps_it():
    assert parsed(line(announced_on="2026-11-19"), DAY)[0].announced_on == date(2026, 11, 19)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20T23:10:30Z", datetime(2026, 11, 20, 23, 10, 30, tzinfo=UTC)),
        ("2026-11-20t23:10:30z", datetime(2026, 11, 20, 23, 10, 30, tzinfo=UTC)),
        ("2026-11-20T23:10:30", datetime(2026, 11, 20, 23, 10, 30, tzinfo=UTC)),
        ("2026-11-20 23:10", datetime(2026, 11, 20, 23, 10, tzinfo=UTC)),
        ("2026-11-20T23:10:30.25-0500", datetime(2026, 11, 21, 4, 10, 30, 250_000, tzinfo=UTC)),
        ("2026-11-20T23:10:30.123456789Z", datetime(2026, 11, 20, 23, 10, 30, 123_456, tzinfo=UTC)),
    ],
)
def test_times_become_utc(written: str, moment: datetime):
    reading = parsed(line(captured_at=written, readings=[{"source": "hn", "points": 1}]))[0].readings[0]
    assert reading.captured_at == moment and reading.captured_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("text", "is not a JSON object"),
        (None, "is not a JSON object"),
        ({**MENTION, "source": None}, "has no source"),
        ({**MENTION, "source": "Twitter <b>"}, "has a source that is not a short name in small letters: 'Twitter <b>'"),
        ({**MENTION, "id": 77}, "has id that is not text"),
        ({**MENTION, "id": ""}, "has an empty id"),
        ({**MENTION, "id": "x" * 256}, "has id of more than 255 characters"),
        ({**MENTION, "url": None}, "has no url"),
        ({**MENTION, "url": "javascript:alert(1)"}, "has url that is not a web address"),
        ({**MENTION, "url": "//twitter.com/x"}, "has url that is not a web address"),
        ({**MENTION, "url": "https://["}, "has url that is not a web address"),
        ({**MENTION, "url": "https://x.test/ a"}, "has url that is not a web address"),
        ({**MENTION, "likes": -1}, "has likes that is not between 0 and 2147483647"),
        ({**MENTION, "likes": 2**31}, "has likes that is not between 0 and 2147483647"),
        ({**MENTION, "likes": True}, "has likes that is not a whole number"),
        ({**MENTION, "likes": 1.0}, "has likes that is not a whole number"),
        ({**MENTION, "likes": "1"}, "has likes that is not a whole number"),
        ({**MENTION, "posted_at": "March 24, 2021"}, "has posted_at that is not a time such as"),
        ({**MENTION, "html": "\0"}, "has html with a character that cannot be stored"),
        ({**MENTION, "repost_of": 5}, "has repost_of that is not text"),
    ],
)
def test_a_bad_mention_leaves_the_rest_of_the_line(item, said: str):
    paper, first, problem = parsed(line(mentions=[MENTION, item]))
    assert isinstance(paper, FetchedPaper) and isinstance(first, FetchedMention)
    assert problem.where == "line 7, mention 2" and problem.reason.startswith(said)


def test_a_bad_reading_leaves_the_rest_of_the_line():
    good, bad = {"source": "hn", "points": 3}, {"source": "hn", "points": "3"}
    paper, problem = parsed(line(readings=[bad, good]))
    assert paper.readings == (Reading("hn", points=3),)
    assert problem == Problem("line 7, reading 1", "has points that is not a whole number")


def test_readings_and_mentions_must_be_lists():
    values = parsed(line(readings={"source": "hn"}, mentions="many"))
    assert isinstance(values[0], FetchedPaper)
    assert [value.reason for value in values[1:]] == [
        "has readings that are not a list",
        "has mentions that are not a list",
    ]
