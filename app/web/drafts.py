"""A draft as it would be published now, put together from what is kept under all that went into it."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, cast

from flask import Flask, current_app

from app.domain.editions import Rules
from app.domain.post_parts import html_of_parts
from app.domain.posts import Entry, PostDocument, blocks, body_parts, compose
from app.domain.records import document_of, entry_of, fingerprint, profile_of, with_note
from app.extensions import db
from app.keeping import Keep
from app.models import Edition
from app.queries.corrections import next_record
from app.queries.drafts import DraftedEdition
from app.queries.picked import PickedPaper, picked_papers
from app.queries.records import item_record
from app.web.documents import page_document

# Signs that are kept in all: the entries of some fifty editions as Markdown and as HTML.
KEPT = 8_000_000
# What of a record goes into each of its entries; see `entry_of`.
_OF_ALL = ("timezone", "weights", "quote_cut", "quote_limit", "tidy_tex")


def register(app: Flask) -> None:
    """Give an app a shelf for the entries of its drafts."""
    app.extensions["drafts"] = Keep(KEPT)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry without its note, and the fingerprint of its record, which may say more."""

    entry: Entry
    fingerprint: str

    def __len__(self) -> int:
        return len(self.fingerprint) + sum(map(len, blocks(self.entry)))


@dataclass(frozen=True, slots=True)
class Draft:
    """What publishing would freeze now: its document, its record without the items, and what names each of these."""

    document: PostDocument
    record: dict[str, Any]
    items: list[tuple[str, str | None]]

    @property
    def fingerprint(self) -> str:
        """A short name of all that it says, the same whenever that would be published."""
        said = json.dumps([fingerprint(self.record), self.items])
        return hashlib.sha256(said.encode()).hexdigest()

    def page(self, *, empty: str, said: str = "") -> str:
        """The page that a reader would see; `empty` and `said` are those of app/web/documents.py."""
        html = html_of_parts(body_parts(self.document), _shelf().get)
        return page_document(self.document.front, html, empty=empty, said=said)

    def markdown(self) -> bytes:
        """The very bytes. FrontMatterError or ProfileError where the house's profile cannot be filled in with it."""
        return compose(self.document, profile_of(self.record))


def draft_of(edition: Edition | DraftedEdition, now: datetime, rules: Rules) -> Draft:
    """The draft of an edition, or what a correction of its post would be."""
    papers = picked_papers(db.session, edition, rules.site_url)
    record = next_record(db.session, edition, now=now, rules=rules, items=())
    of_all = {name: record[name] for name in _OF_ALL}
    told = json.dumps(of_all, sort_keys=True)
    # A note is what changes while somebody writes; it is put in last, so that nothing else is made anew for it.
    kept = [
        _shelf().get(("entry", told, number, paper.content), partial(_entry_of, of_all, number, paper))
        for number, paper in enumerate(papers, start=1)
    ]
    notes = [paper.item.note for paper in papers]
    entries = tuple(with_note(one.entry, note) for one, note in zip(kept, notes, strict=True))
    items = [(one.fingerprint, note) for one, note in zip(kept, notes, strict=True)]
    return Draft(replace(document_of(record), entries=entries), record, items)


def _entry_of(of_all: dict[str, Any], number: int, paper: PickedPaper) -> _Entry:
    item = item_record(paper) | {"note": None}
    return _Entry(entry_of(of_all, number, item), fingerprint(item))


def _shelf() -> Keep:
    return cast(Keep, current_app.extensions["drafts"])
