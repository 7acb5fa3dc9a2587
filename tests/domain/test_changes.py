"""What is new of a paper, counted in words, and which words withdraw it."""

import pytest

from app.domain.changes import Change, Difference, are_other_counts, differences, in_words, is_withdrawn


def change(**fields) -> Change:
    """A paper whose score stayed at 60, unless the fields say otherwise."""
    usual = {
        "item_id": 1,
        "arxiv_id": "2611.90001",
        "title": "Lanterns",
        "state": "picked",
        "score_before": 60.0,
        "score": 60.0,
        "parts": [],
        "is_above_cut": True,
    }
    return Change(**usual | fields)


def part(source: str, score: float, **counts: int) -> dict:
    """A part of a score."""
    return {"source": source, "score": score, "reposts": None, "likes": None, "points": None} | counts


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([], ""),
        ([change(score=61)], "1 number up"),
        ([change(score=61)] * 1200, "1,200 numbers up"),
        ([change(score=59), change(score=1)], "2 numbers down"),
        (
            [change(score_before=None), change(score_before=None, is_above_cut=False)] * 2,
            "2 new above the cut, 2 new below the cut",
        ),
        ([change(score=70, withdrawn="withdrawn", words=["comment"])], "1 number up, 1 withdrawn"),
        ([change(words=["title"]), change(version=2)], "2 texts changed"),
        (
            [change(mentions_new=3), change(mentions_new=9, score=99), change(mentions_gone=1)],
            "1 number up, 3 new mentions, 1 mention gone",
        ),
        ([change(is_shifted=True)], "1 with other counts"),
        ([change(score_before=None, withdrawn="withdrawn", mentions_new=2)], "1 new above the cut, 1 withdrawn"),
    ],
)
def test_what_is_new_is_counted_and_kinds_without_any_are_left_out(changes, sentence):
    assert in_words(changes) == sentence


@pytest.mark.parametrize(
    ("text", "says_so"),
    [
        ("This paper has been withdrawn by the author", True),
        ("WITHDRAWN due to an error", True),
        ("Retracted; see v3", True),
        ("On withdrawnness", False),
        ("We withdraw cash", False),
        ("", False),
        (None, False),
    ],
)
def test_a_withdrawal_is_told_by_whole_words(text, says_so):
    assert is_withdrawn(text) is says_so


def test_differences_come_by_source_the_largest_first():
    before = [part("twitter", 60), part("bluesky", 5), part("mastodon", 3)]
    after = [part("hackernews", 20), part("twitter", 50), part("bluesky", 5)]
    assert differences(before, after) == [
        Difference("hackernews", 20),
        Difference("twitter", -10),
        Difference("mastodon", -3),
    ]


def test_counts_are_other_only_where_they_show():
    before = [part("twitter", 60, reposts=50, likes=10)]
    assert are_other_counts(before, [part("twitter", 60, reposts=40, likes=20)])
    assert not are_other_counts(before, [part("twitter", 60, reposts=50, likes=10, replies=9, captured_at="later")])
    assert not are_other_counts(before, [*before, part("bluesky", 0)])


def test_a_rewording_names_the_version_and_what_changed():
    assert change(version=2, words=["title", "abstract"]).rewording == "v2: title, abstract changed"
    assert change(words=["comment"]).rewording == "comment changed"
    assert change(version=3).rewording == "v3"
    assert change().rewording == ""


def test_where_nothing_is_new_there_is_nothing_to_tell():
    assert not change().is_anything
    for fields in ({"score": 1}, {"score_before": None}, {"words": ["title"]}, {"mentions_new": 1}, {"withdrawn": "x"}):
        assert change(**fields).is_anything
