"""A draft as it would be published now, put together from what is kept under all that went into it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from flask import Flask, current_app

from app.domain.editions import Rules
from app.domain.post_parts import html_of_parts
from app.domain.posts import LUMEN, PostDocument, body_parts, with_head
from app.domain.records import document_of, entry_in_lumen, fingerprint, profile_of, rebuilt
from app.extensions import db
from app.keeping import Keep
from app.models import Edition
from app.queries.corrections import next_record
from app.queries.picked import PickedPaper, picked_papers
from app.queries.records import item_record
from app.web.documents import page_document

# Signs that are kept in all: the entries of some fifty editions as Markdown and as HTML.
KEPT = 8_000_000
# What of a record goes into each of its entries; see `entry_in_lumen`.
_OF_ALL = ("timezone", "weights", "quote_cut", "quote_limit", "tidy_tex")


def register(app: Flask) -> None:
    """Give an app a shelf for the entries of its drafts."""
    app.extensions["drafts"] = Keep(KEPT)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry in lumen's form, and the fingerprint of its record, which may say more."""

    text: str
    fingerprint: str

    def __len__(self) -> int:
        return len(self.text) + len(self.fingerprint)


@dataclass(frozen=True, slots=True)
class Draft:
    """What publishing would freeze now: its record without the items, its document without the entries, and these."""

    record: dict[str, Any]
    papers: list[PickedPaper]
    framing: PostDocument
    entries: list[_Entry]

    @property
    def fingerprint(self) -> str:
        """A short name of all that it says, the same whenever that would be published."""
        said = "".join([fingerprint(self.record), *(entry.fingerprint for entry in self.entries)])
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def parts(self) -> list[str]:
        """Its body in lumen's form, in parts."""
        return body_parts(self.framing, [entry.text for entry in self.entries])

    def document(self, *, empty: str, said: str = "") -> str:
        """The page that a reader would see; `empty` and `said` are those of app/web/documents.py."""
        html = html_of_parts(self.parts, _shelf().get)
        return page_document(self.framing.front, html, empty=empty, said=said)

    def markdown(self) -> bytes:
        """The very bytes. FrontMatterError or ProfileError where the house's profile cannot be filled in with it."""
        if profile_of(self.record) == LUMEN:
            return with_head(self.framing.front, self.parts)
        return rebuilt({**self.record, "items": [item_record(paper) for paper in self.papers]})


def draft_of(edition: Edition, now: datetime, rules: Rules) -> Draft:
    """The draft of an edition, or what a correction of its post would be."""
    papers = picked_papers(db.session, edition, rules.site_url)
    record = next_record(db.session, edition, now=now, rules=rules, items=())
    of_all = json.dumps([record[name] for name in _OF_ALL], sort_keys=True)
    framing = document_of(record)
    last = None if framing.closing else len(papers)
    entries = []
    for number, paper in enumerate(papers, start=1):
        make = partial(_entry_of, record, number, paper, number == last)
        entries.append(_shelf().get(("entry", of_all, number, number == last, paper.content), make))
    return Draft(record, papers, framing, entries)


def _entry_of(record: dict[str, Any], number: int, paper: PickedPaper, last: bool) -> _Entry:
    item = item_record(paper)
    return _Entry(entry_in_lumen({name: record[name] for name in _OF_ALL}, number, item, last=last), fingerprint(item))


def _shelf() -> Keep:
    return cast(Keep, current_app.extensions["drafts"])
