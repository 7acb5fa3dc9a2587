"""Questions that are asked with every action, past the session and so past what it remembers."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Select

from app.database import Question
from app.extensions import db


def register(app: Flask) -> None:
    """Keep what statements are for the driver of this desk's database."""
    app.extensions["questions"] = {}


def ask(statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows, by names, of a statement that is made once, only reads and holds no lists of values.

    What the session has not committed yet is not among them.
    """
    questions = current_app.extensions["questions"]
    if statement not in questions:
        questions[statement] = Question(db.engine, statement)
    try:
        return questions[statement].ask(values)
    except db.engine.dialect.loaded_dbapi.Error:
        # SQLAlchemy knows what to do about a lost connection, and says in its own words what went wrong.
        return db.session.execute(statement, values).all()
