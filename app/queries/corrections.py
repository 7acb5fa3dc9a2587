"""Corrections: the record that publishing would freeze next, and whether it differs from what readers have."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.records import profile_of, rebuilt
from app.models import Edition, Post
from app.queries.drafts import DraftedEdition
from app.queries.posts import post_of
from app.queries.records import edition_record

_POST = Post.__table__.c
_NEWEST = select(func.max(_POST.revision)).where(_POST.edition_id == bindparam("edition_id"))


def next_record(
    session: Session,
    edition: Edition | DraftedEdition,
    *,
    now: datetime,
    rules: Rules,
    note: str = "",
    items: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The record that publishing at `now` would freeze; with `items` it is made of these, see `edition_record`.

    Where readers have a revision already it is that of a correction: the post keeps its first date, its profile and so
    the name of its file, and its corrections go on with `note`.
    """
    is_read = isinstance(edition, DraftedEdition)
    newest = edition.newest_revision if is_read else newest_revision(session, edition.id)
    was = post_of(session, edition)
    if was is None:
        return edition_record(session, edition, now=now, rules=rules, revision=newest + 1, items=items)
    corrections = [*was.record.get("corrections", ()), *([{"at": now.isoformat(), "note": note}] if note else [])]
    return edition_record(
        session,
        edition,
        now=now,
        rules=_as_in(was, rules),
        revision=newest + 1,
        first_published_at=_first_published(was),
        corrections=corrections,
        items=items,
    )


def uncorrected(
    session: Session, edition: Edition, was: Post, rules: Rules, items: Sequence[Mapping[str, Any]] | None = None
) -> bytes:
    """The post as the edition stands now, with the dates, number and corrections of a revision `was`.

    These are the revision's own bytes exactly where nothing was corrected since.
    """
    is_first = was.record.get("revised_at") is None
    return rebuilt(
        edition_record(
            session,
            edition,
            now=was.published_at,
            rules=_as_in(was, rules),
            revision=was.revision,
            first_published_at=None if is_first else _first_published(was),
            corrections=was.record.get("corrections", ()),
            items=items,
        )
    )


def _as_in(post: Post, rules: Rules) -> Rules:
    """The house's rules with the profile that a post has: another one could leave its old file beside the new one."""
    return replace(rules, profile=profile_of(post.record))


def _first_published(post: Post) -> datetime:
    """When readers had the first revision of a post; a post that was read in from a file says so in its row alone."""
    if post.record["kind"] == "archive":
        return post.published_at
    return datetime.fromisoformat(post.record["published_at"])


def newest_revision(session: Session, edition_id: int) -> int:
    """The highest number that a revision of an edition's post ever had, taken back or not; 0 before the first."""
    return session.execute(_NEWEST, {"edition_id": edition_id}).scalar() or 0
