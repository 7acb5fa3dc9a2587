"""Drafts: what is put together from kept pieces is, to the byte, what is made whole of the record that is next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient

from app.domain.post_html import post_html
from app.domain.posts import parse
from app.domain.profiles import load_profile
from app.domain.records import fingerprint, in_lumen, rebuilt
from app.extensions import db
from app.keeping import Keep
from app.models import Editor, Item
from app.queries.corrections import next_record
from app.web.documents import page_document
from app.web.drafts import draft_of
from app.web.previews import NOTHING_PICKED
from tests.bounds import statements_of
from tests.conftest import Clock
from tests.factories import DAY, MORNING, ingest_things, mention, paper
from tests.web.conftest import HTMX, Laid, press

WORDS = [
    "Plain *words* on $x^2$.",
    "",
    "```\ncode\n\nand on\n```",
    "[one]: https://a.example",
    "<div>[one] <b>",
    "- **x**",
]
# What may happen to an edition, each with a choice of words and of the paper it happens to.
HAPPENINGS: dict[str, Callable[[FlaskClient, Laid, str, int], object]] = {
    "note": lambda client, laid, words, at: _write(laid, at, note=words),
    "headline": lambda client, laid, words, at: _write(laid, at, headline=words),
    "introduction": lambda client, laid, words, at: _set_words(laid, introduction=words),
    "closing": lambda client, laid, words, at: _set_words(laid, closing=words),
    "drop": lambda client, laid, words, at: press(client, f"/items/{laid.ids()[at]}/drop"),
    "pick": lambda client, laid, words, at: [press(client, f"/items/{one}/pick") for one in laid.ids("dropped")[:1]],
    "move": lambda client, laid, words, at: press(client, f"/items/{laid.ids()[at]}/position", position="top"),
    "strike": lambda client, laid, words, at: _strike(client, laid, words),
    "news": lambda client, laid, words, at: _news(laid, words),
    "rules": lambda client, laid, words, at: _rules(tidy_tex=bool(words), quote_cut=float(at)),
    "name": lambda client, laid, words, at: _rename(laid, f"Ana {at}"),
}  # fmt: skip


def _write(laid: Laid, at: int, **words: str) -> None:
    for name, value in words.items():
        setattr(laid.items()[at], name, value)
    laid.session.commit()


def _strike(client: FlaskClient, laid: Laid, reason: str) -> None:
    press(client, f"/mentions/{laid.mention.id}/strike", date=DAY, reason=reason)


def _set_words(laid: Laid, **words: str) -> None:
    for name, value in words.items():
        setattr(laid.edition, name, value)
    laid.session.commit()


def _news(laid: Laid, words: str) -> None:
    """A paper is revised, and more is said of it; the first picked paper takes it up."""
    first = laid.items()[0]
    revised = paper(first.paper.arxiv_id, title=f"Of moss {words[:5]}", version=2)
    said = mention(f"new{len(words)}", revised, reposts=900, text=f"Said {words}", author_handle="ana")
    ingest_things(
        laid.session, current_app.extensions["rules"], [revised, said], now=MORNING + timedelta(hours=len(words))
    )
    first.horizon += len(words) % 2
    laid.session.commit()


def _rules(**values: object) -> None:
    current_app.extensions["rules"] = replace(current_app.extensions["rules"], **values)


def _rename(laid: Laid, name: str) -> None:
    laid.session.query(Editor).filter_by(name_key="ana").one().name = name
    laid.session.commit()


def assert_is_whole(client: FlaskClient, laid: Laid, clock: Clock) -> None:
    """The page and the Markdown of the preview, against those that are made of the record at once."""
    rules = current_app.extensions["rules"]
    record = next_record(db.session, laid.edition, now=clock(), rules=rules)
    data = in_lumen(record)
    with current_app.test_request_context():
        whole = page_document(parse(data).front, post_html(data), empty=NOTHING_PICKED)
    assert client.get(f"{laid.address}/preview.html").text == whole
    assert client.get(f"{laid.address}/preview.md").data == rebuilt(record)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_a_draft_of_kept_pieces_is_the_one_that_is_made_whole(
    as_editor: FlaskClient, laid: Laid, clock: Clock, seed: int
) -> None:
    chance = Random(seed)
    for name in chance.sample(list(HAPPENINGS), len(HAPPENINGS)):
        HAPPENINGS[name](as_editor, laid, chance.choice(WORDS), chance.randrange(2))
        assert_is_whole(as_editor, laid, clock)


def test_a_draft_is_named_by_all_that_its_record_says(
    app: Flask, as_editor: FlaskClient, laid: Laid, clock: Clock
) -> None:
    names: dict[str, str] = {}
    for name in ("note", "headline", "move", "drop", "strike", "closing", "introduction"):
        HAPPENINGS[name](as_editor, laid, "Words.", 1)
        clock.tick()
        record = next_record(db.session, laid.edition, now=clock(), rules=app.extensions["rules"])
        names[fingerprint(record)] = draft_of(laid.edition, clock(), app.extensions["rules"]).fingerprint
        assert draft_of(laid.edition, clock.tick(), app.extensions["rules"]).fingerprint in names.values()
    assert len(names) == len(set(names.values())) == 7


def test_after_a_note_only_that_is_made_anew(app: Flask, as_editor: FlaskClient, laid: Laid) -> None:
    made: list[object] = []

    class Watched(Keep):
        def put(self, key, thing):
            made.append(key[0])
            super().put(key, thing)

    app.extensions["drafts"] = Watched(1_000_000)
    as_editor.get(f"{laid.address}/preview.html")
    assert made.count("entry") == made.count("part") - 1 == 5
    made.clear()
    _write(laid, 2, note="Worth a look.")
    as_editor.get(f"{laid.address}/preview.html")
    assert made == ["piece", "part"]


def test_a_panel_costs_six_statements(as_editor: FlaskClient, laid: Laid) -> None:
    with statements_of(laid.session) as sent:
        as_editor.get(f"{laid.address}/preview?as=both", headers=HTMX)
    assert len(sent) <= 6 and not any(sent.count(one) > 1 for one in sent)


@pytest.mark.parametrize("profile", ["hugo", "astro"])
def test_the_markdown_of_another_profile_is_put_together_too(
    app: Flask, as_editor: FlaskClient, laid: Laid, clock: Clock, profile: str
) -> None:
    _rules(profile=load_profile(profile))
    _write(laid, 0, note="Worth a {{ look }}.")
    assert_is_whole(as_editor, laid, clock)
    assert laid.session.query(Item).filter_by(state="picked").count() == 5
