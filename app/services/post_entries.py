"""The papers of a frozen post in short, which lists for readers are made of."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.posts import PostDocument
from app.models import PostEntry

_INSERT = insert(PostEntry.__table__)


def list_papers(session: Session, post_id: int, document: PostDocument) -> None:
    """Write down the papers of a post as its record's document says them, in the transaction of the freeze."""
    rows = [
        {"post_id": post_id, "position": at, "number": entry.number, "arxiv_id": entry.arxiv_id, "title": entry.title}
        for at, entry in enumerate(document.entries, start=1)
    ]
    if rows:
        session.execute(_INSERT, rows)
