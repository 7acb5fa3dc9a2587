"""Records of published posts: they hold all that went in, fit their schema, and rebuild whatever else changes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.domain.posts import compose
from app.domain.profiles import BUILT_IN, load_profile
from app.domain.records import document_of, fingerprint, rebuilt
from app.models import Edition, Post
from app.queries.corrections import next_record
from app.services import curation, evidence, quoting
from app.services.acting import Acting
from app.services.archive import verify_stored
from app.services.correcting import reopen
from app.services.publishing import publish
from tests.databases import on_sqlite_alone
from tests.factories import edition_of_scores, ingest_things, items, mention, mention_row, paper

SCHEMA = Path(__file__).parents[2] / "docs/record.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
HOUSE = """
name = "house"
version = 1
file_name = "{{ edition_date }}.md"
[front_matter]
title = "{{ title }}"
"""


@pytest.fixture
def edition(session, rules) -> Edition:
    """Two picked papers; of the better one a struck mention and one worth quoting."""
    found = edition_of_scores(session, rules, [100, 90])
    best = items(session)[0].paper.arxiv_id
    advert = mention("1", best, source="bluesky", reposts=30)
    ingest_things(session, rules, [advert, mention("2", best, source="mastodon", reposts=40, likes=3)])
    return found


@pytest.fixture
def act(editor, clock, rules):
    """Ana, now."""
    return Acting(editor, clock(), rules)


def checked(session) -> list[str | None]:
    """What is wrong with each stored post."""
    return [found.problem for found in verify_stored(session)]


def test_all_that_went_in_is_in_the_record_which_fits_its_schema(session, edition, act, clock):
    best = items(session)[0]
    curation.annotate(session, best.id, headline="A lamp", note="Read *this*.", version=best.version, by=act)
    advert = mention_row(session, "1", "bluesky").id
    quoting.hide(session, best.id, advert, by=act)
    evidence.strike(session, advert, edition_id=edition.id, by=act, reason="An advert.")
    record = publish(session, edition.id, act, targets=[]).post.record
    VALIDATOR.validate(record)
    item = record["items"][0]
    struck = next(said for said in item["mentions"] if said["struck"])
    assert struck["strike"] == {"by": "Ana", "at": clock().isoformat(), "reason": "An advert."}
    assert item["quotes"] == [{"source": "mastodon", "id": "2"}]
    assert all(said["captured_at"] for said in (*item["readings"], *item["mentions"]))
    assert (record["format"], record["revision"], record["revised_at"], record["corrections"]) == (2, 1, None, [])
    assert record["profile"] == act.rules.profile.to_data()


@on_sqlite_alone
def test_a_record_of_every_profile_fits_and_makes_the_same_post_out_of_json(session, edition, act):
    for name in BUILT_IN:
        house = replace(act.rules, profile=load_profile(name))
        record = next_record(session, edition, now=act.now, rules=house)
        VALIDATOR.validate(record)
        kept = json.loads(json.dumps(record, sort_keys=True))
        assert rebuilt(kept) == compose(document_of(record), house.profile)
    post = publish(session, edition.id, replace(act, rules=house), targets=[]).post
    assert (post.file_name, post.record["profile"]["name"]) == ("2026-11-18-hot-papers.md", "astro")
    assert checked(session) == [None]


def test_every_post_is_rebuilt_after_all_has_changed(session, edition, act, rules, clock, tmp_path):
    (tmp_path / "profile.toml").write_text(HOUSE)
    body = tmp_path / "body.md.jinja"
    body.write_text("{% for entry in entries %}{{ entry.title }}, {{ entry.metrics | join }}\n{% endfor %}")
    by = replace(act, rules=replace(rules, profile=load_profile(tmp_path)))
    post = publish(session, edition.id, by, targets=[]).post
    before = post.markdown
    body.write_text("Another form altogether.")
    clock.tick(days=1)
    best = items(session)[0].paper.arxiv_id
    changed = replace(rules, weights={"twitter": 7.0, "mastodon": 0.0}, cut=1, quote_cut=1000, tidy_tex=True)
    things = [paper(best, score=5000, title="Another name"), mention("2", best, source="mastodon", reposts=1)]
    ingest_things(session, changed, things)
    evidence.strike(session, mention_row(session, "2", "mastodon").id, by=act)
    assert checked(session) == [None]
    session.expire_all()
    assert session.scalars(select(Post)).one().markdown == before


@on_sqlite_alone
def test_a_damaged_record_is_named_and_the_others_are_proved_nevertheless(session, edition, act):
    post = publish(session, edition.id, act, targets=[]).post
    same = {name: getattr(post, name) for name in ("edition_id", "file_name", "markdown", "sha256", "published_at")}
    session.add(Post(**same, revision=2, record=post.record | {"items": [None]}))
    session.add(Post(**same, revision=3, record=post.record))
    session.commit()
    good, damaged, also_good = checked(session)
    assert (good, also_good) == (None, None)
    assert damaged.startswith("cannot be rebuilt, for its record is damaged (")


@on_sqlite_alone
def test_a_correction_keeps_the_first_date_and_the_profile_and_tells_what_it_corrected(session, edition, act, clock):
    house = replace(act.rules, profile=load_profile("hugo"))
    first = publish(session, edition.id, replace(act, rules=house), targets=[]).post
    later = replace(act, now=clock.tick(days=5), rules=replace(house, profile=load_profile("jekyll")))
    reopen(session, edition.id, later)
    best = items(session)[0]
    curation.annotate(session, best.id, headline="A lamp", note="", version=best.version, by=later)
    second = publish(session, edition.id, later, targets=[], note="The *title* was wrong.").post
    record = second.record
    VALIDATOR.validate(record)
    assert (record["published_at"], record["revised_at"]) == (first.record["published_at"], clock().isoformat())
    assert record["corrections"] == [{"at": clock().isoformat(), "note": "The *title* was wrong."}]
    assert (second.file_name, record["profile"]) == (first.file_name, first.record["profile"])
    text = second.markdown.decode()
    assert "\ndate: 2026-11-18T08:30:00.000Z\nlastmod: 2026-11-23T08:30:00.000Z\n" in text
    assert text.endswith("The *title* was wrong.\n")
    assert checked(session) == [None, None]


@on_sqlite_alone
def test_a_profile_that_only_this_post_trips_over_refuses_it_and_freezes_nothing(session, edition, act, tmp_path):
    (tmp_path / "profile.toml").write_text(HOUSE)
    edition_id = edition.id
    (tmp_path / "body.md.jinja").write_text("{% if title == 'Hot Papers 2026-11-18' %}{{ 1 / 0 }}{% endif %}")
    by = replace(act, rules=replace(act.rules, profile=load_profile(tmp_path)))
    with pytest.raises(NotAllowed, match=r"The profile house cannot be filled in with this post: body"):
        publish(session, edition_id, by, targets=[])
    session.rollback()
    assert session.scalars(select(Post)).all() == []
    assert session.get_one(Edition, edition_id).status == "draft"


@on_sqlite_alone
def test_a_record_has_one_name_whenever_it_would_be_published(session, edition, act, clock, rules):
    before = fingerprint(next_record(session, edition, now=clock(), rules=rules))
    assert fingerprint(next_record(session, edition, now=clock.tick(), rules=rules)) == before
    best = items(session)[0]
    curation.annotate(session, best.id, headline="A lamp", note="", version=best.version, by=act)
    assert fingerprint(next_record(session, edition, now=clock(), rules=rules)) != before
