"""The papers of a frozen post in short, which lists for readers are made of."""

from sqlalchemy.orm import Session

from app.domain.records import document_of
from app.models import Post, PostEntry


def list_papers(session: Session, post: Post) -> None:
    """Write down the papers of a post as its record says them, in the transaction of the freeze."""
    session.add_all(
        PostEntry(post_id=post.id, position=position, number=entry.number, arxiv_id=entry.arxiv_id, title=entry.title)
        for position, entry in enumerate(document_of(post.record).entries, start=1)
    )
