"""What is measured inside one process: the preview after a change, and publishing."""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import markdown
import nh3
from flask import Flask

from app.domain.records import rebuilt
from app.extensions import db
from app.queries.corrections import next_record
from app.queries.editions import edition_on
from app.services.accounts import editor_called
from app.services.acting import Acting
from app.services.publishing import publish
from benchmarks.editor import EditorAt, Refused
from benchmarks.floor import connect
from benchmarks.laid import DRAFT_DAY, EDITOR, FIRST_TO_PUBLISH, NOW
from benchmarks.measure import Rounds, in_turns, timed
from benchmarks.servers import InsideLine
from benchmarks.web_works import FLOOR, editor_at, writer

TABLES = (
    "create table posts (file_name text, markdown text, record text, sha256 text)",
    "create table events (kind text, at text, summary text, changes text)",
)
PICKED = (
    "select papers.arxiv_id, title, authors, abstract, categories, headline, note, parts, papers.id from items"
    " join papers on papers.id = items.paper_id where edition_id = {mark} and state = 'picked' order by order_key"
)
SAID = (
    "select mentions.* from mentions join mentioned_papers on mention_id = mentions.id where paper_id in ({marks})"
    " order by paper_id, rank"
)


def previews(apps: Mapping[str, Flask], rounds: int) -> Rounds:
    """The preview of fifteen papers after one note has changed, and the same Markdown rendered whole."""
    editors = {name: editor_at(InsideLine(app), DRAFT_DAY) for name, app in apps.items()}
    sides = {name: previewer(editor) for name, editor in editors.items()}
    post = next(iter(editors.values())).ask("GET", f"/editions/{DRAFT_DAY}/preview.md").text.partition("\n---\n")[2]
    sides[FLOOR] = lambda n: timed(lambda: nh3.clean(markdown.markdown(post, extensions=["fenced_code"])))
    return in_turns(rounds, sides)


def previewer(editor: EditorAt) -> Any:
    """Changes a note, which does not count, and asks for the sheets of the preview as the panel does."""
    save = writer(editor)

    def look(number: int) -> float:
        save(number)
        path = f"/editions/{DRAFT_DAY}/preview?as=page&width=phone"
        answer = editor.ask("GET", path, headers={"HX-Request": "true"})
        if answer.status != 200 or f"Worth a look {number}." not in answer.text:
            raise Refused(f"the preview does not show the note: {answer.status}")
        return answer.seconds

    return look


def publications(apps: Mapping[str, Flask], floor: "FloorPublisher", rounds: int) -> Rounds:
    """Another edition of fifteen papers published in every round, its file synced."""
    sides = {name: lambda n, app=app: publish_one(app, n) for name, app in apps.items()}
    return in_turns(rounds, sides | {FLOOR: floor.publish})


def publish_one(app: Flask, number: int) -> float:
    """Publish one of the editions that were laid for it."""
    with app.app_context():
        edition = edition_on(db.session, FIRST_TO_PUBLISH + timedelta(days=number))
        by = Acting(editor_called(db.session, EDITOR), NOW, app.extensions["rules"])
        edition_id = edition.id
        db.session.rollback()
        targets = app.extensions["targets"]
        return timed(lambda: publish(db.session, edition_id, by, targets=targets))


class FloorPublisher:
    """Publishes without the desk: reads the papers, composes the post, one transaction, one synced file."""

    def __init__(self, app: Flask, desk_address: str, floor_address: str, folder: Path) -> None:
        self._desk, self._floor = connect(desk_address), connect(floor_address)
        self._mark = "?" if hasattr(self._desk, "iterdump") else "%s"
        self._folder = folder
        folder.mkdir(exist_ok=True)
        for statement in TABLES:
            self._floor.execute(statement)
        with app.app_context():
            edition = edition_on(db.session, FIRST_TO_PUBLISH)
            self._edition_id = edition.id
            self._record = next_record(db.session, edition, now=NOW, rules=app.extensions["rules"])
            db.session.rollback()

    def publish(self, number: int) -> float:
        """Publish once more under another name."""
        return timed(lambda: self._publish(f"{FIRST_TO_PUBLISH + timedelta(days=number)}---Hot-Papers.md"))

    def _publish(self, name: str) -> None:
        papers = self._desk.execute(PICKED.format(mark=self._mark), (self._edition_id,)).fetchall()
        ids = [paper[-1] for paper in papers]
        self._desk.execute(SAID.format(marks=", ".join([self._mark] * len(ids))), ids).fetchall()
        data = rebuilt(self._record)
        post = (name, data.decode(), json.dumps(self._record), hashlib.sha256(data).hexdigest())
        marks = ", ".join([self._mark] * 4)
        cursor = self._floor.cursor()
        cursor.execute("begin")
        cursor.execute(f"insert into posts values ({marks})", post)
        event = ("edition.published", NOW.isoformat(), f"published {name}", "[]")
        cursor.execute(f"insert into events values ({marks})", event)
        cursor.execute("commit")
        with (self._folder / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
