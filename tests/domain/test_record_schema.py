"""The record's schema: every kind of record is what docs/record.schema.json says, and nothing else is."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.domain.posts import parse
from app.domain.profiles import BUILT_IN, load_profile
from app.domain.records import archive_record, document_of
from tests.domain.corpus import needs_corpus, post_paths
from tests.domain.test_posts import POST, QUOTE
from tests.domain.test_records import edition, item, mention, ran

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/record.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def fits(record: dict[str, Any]) -> bool:
    return VALIDATOR.is_valid(json.loads(json.dumps(record)))


def full() -> dict[str, Any]:
    """A record of format 2 in which everything is there once."""
    said = mention(1, reposts=30, likes=None, replies=None, points=None, captured_at=None, posted_at=None)
    said |= {"html": None, "repost_of": None, "struck": True, "gone": False}
    said["strike"] = {"by": "Ada Fernsby", "at": "2030-01-03T08:00:00+00:00", "reason": "An advert."}
    read = {"source": "twitter", "reposts": 60, "likes": 37, "replies": None, "points": None, "captured_at": None}
    paper = item(mentions=[said], readings=[read], quotes=[{"source": "twitter", "id": "1"}], update=ran())
    return edition(
        paper | {"comment": None, "doi": None},
        format=2,
        profile=load_profile("hugo").to_data(),
        tidy_tex=False,
        introduction=None,
        closing="Bye.",
        revision=2,
        revised_at="2030-01-04T10:00:00+00:00",
        corrections=[{"at": "2030-01-04T10:00:00+00:00", "note": "A name."}],
    )


def objects(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """The paths of all objects in a value, but for the weights, which name sources."""
    if isinstance(value, dict) and path[-1:] != ("weights",):
        yield path
        for key, part in value.items():
            yield from objects(part, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from objects(part, (*path, number))


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_a_full_record_fits_and_is_a_record():
    VALIDATOR.validate(full())
    assert document_of(full()).about.revision == 2


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_profile_fits(name):
    assert fits(full() | {"profile": load_profile(name).to_data()})


def test_records_of_the_first_format_fit():
    old = full() | {"format": 1, "profile": "lumen"}
    for key in ("revision", "revised_at", "corrections"):
        del old[key]
    del old["items"][0]["comment"], old["items"][0]["doi"], old["items"][0]["mentions"][0]["strike"]
    assert fits(old)
    assert not fits(old | {"format": 2})
    assert fits(archive_record(parse(POST.replace("Clouds are", f"{QUOTE}\n\nClouds are").encode())))
    assert fits(archive_record(parse(POST.replace("draft: false", "draft: true").replace("\n", "\r\n").encode())))


@needs_corpus
def test_every_post_of_the_archive_fits():
    assert [path.name for path in post_paths() if not fits(archive_record(parse(path.read_bytes())))] == []


@pytest.mark.parametrize("path", list(objects(full())), ids=str)
def test_nothing_may_be_added_anywhere_and_nothing_left_out(path):
    record = full()
    place: Any = record
    for key in path:
        place = place[key]
    place["colour"] = "red"
    assert not fits(record)
    del place["colour"]
    assert fits(record)
    for key in list(place):
        kept = copy.deepcopy(place.pop(key))
        assert not fits(record), f"{key} may be left out"
        place[key] = kept


@pytest.mark.parametrize(
    "change",
    [{"format": 3}, {"kind": "other"}, {"published_at": "yesterday"}, {"revision": 0}, {"weights": {"x": "y"}}],
)
def test_what_is_no_record_does_not_fit(change):
    assert not fits(full() | change)
