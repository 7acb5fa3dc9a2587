"""Publishing: an edition's selection frozen into a post with its record, once, and handed to the targets."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true, update
from sqlalchemy.orm import Session

from app.domain.editions import EmptyEdition, NotAllowed, Rules
from app.domain.posts import compose, file_name
from app.domain.records import document_of
from app.models import Delivery, Edition, Item, Post
from app.queries.records import edition_record
from app.services.acting import Acting
from app.services.audit import Kind, record
from app.services.delivery import deliver
from app.services.transactions import transaction
from app.targets import Target


@dataclass(frozen=True, slots=True)
class Published:
    """The post of an edition; `is_new` is False when it had been published before."""

    post: Post
    is_new: bool


def rebuild(post_record: dict[str, Any]) -> bytes:
    """The bytes of a post from its record alone."""
    return compose(document_of(post_record), post_record["profile"])


def preview(session: Session, edition_id: int, *, now: datetime, rules: Rules) -> bytes:
    """The Markdown that publishing at `now` would freeze."""
    return rebuild(edition_record(session, session.get_one(Edition, edition_id), now=now, rules=rules))


def publish(
    session: Session,
    edition_id: int,
    by: Acting,
    *,
    targets: Sequence[Target],
    empty_confirmed: bool = False,
) -> Published:
    """Freeze an edition into its post in one transaction, then deliver it.

    Pressed twice, or by two editors at once, it makes one post: the second gets the first one's. A delivery that
    fails leaves the post frozen, and pressing again tries it again. Raises EmptyEdition when nothing is picked and that
    was not confirmed, NotAllowed when there is no such edition, or when another editor holds its baton; the command
    line publishes regardless.
    """
    with transaction(session):
        post, is_new = _freeze(session, edition_id, by, targets, empty_confirmed)
    deliver(session, post.id, targets=targets, now=by.now)
    return Published(post, is_new)


def _freeze(
    session: Session, edition_id: int, by: Acting, targets: Sequence[Target], empty_confirmed: bool
) -> tuple[Post, bool]:
    # The claim: of two at once only one finds a draft. It comes first, so that nothing read later is older.
    claimed = session.execute(
        update(Edition)
        .where(Edition.id == edition_id, Edition.status == "draft", _may_publish(by))
        .values(status="published", version=Edition.version + 1)
        .execution_options(synchronize_session=False)
    )
    edition = session.get(Edition, edition_id, populate_existing=True)
    if edition is None:
        raise NotAllowed("There is no such edition.")
    if claimed.rowcount != 1 and edition.status == "draft":
        name = edition.baton_editor.name if edition.baton_editor else "Another editor"
        raise NotAllowed(f"{name} holds the baton of this edition and publishes it; take it over first.")
    if claimed.rowcount != 1:
        return session.get_one(Post, edition.post_id), False
    if not empty_confirmed and not _picked_count(session, edition_id):
        raise EmptyEdition(f"No paper is picked for {edition.date}; publish it empty only if you mean it.")
    post = freeze(session, edition, edition_record(session, edition, now=by.now, rules=by.rules), by)
    session.add_all(Delivery(post_id=post.id, target=target.name, made_at=by.now) for target in targets)
    record(session, by, Kind.EDITION_PUBLISHED, f"published {post.file_name}", edition=edition)
    return post, True


def _may_publish(by: Acting) -> ColumnElement[bool]:
    """The holder of the baton, whoever is first where nobody holds it, and the command line."""
    if by.editor_id is None:
        return true()
    return or_(Edition.baton_editor_id.is_(None), Edition.baton_editor_id == by.editor_id)


def freeze(
    session: Session, edition: Edition, post_record: dict[str, Any], by: Acting, *, at: datetime | None = None
) -> Post:
    """Add the post of a record to the transaction as its edition's next revision, as published `at` or now.

    It is what readers have from now on; the caller commits.
    """
    data = rebuild(post_record)
    newest = session.scalar(select(func.max(Post.revision)).where(Post.edition_id == edition.id)) or 0
    post = Post(
        edition_id=edition.id,
        revision=newest + 1,
        file_name=file_name(edition.date),
        markdown=data,
        sha256=hashlib.sha256(data).hexdigest(),
        record=post_record,
        published_at=at or by.now,
        editor_id=by.editor_id,
    )
    session.add(post)
    session.flush()
    edition.post_id = post.id
    return post


def _picked_count(session: Session, edition_id: int) -> int:
    return session.scalar(select(func.count()).where(Item.edition_id == edition_id, Item.state == "picked")) or 0
