"""Correcting a post: its edition opened again, and closed again without a trace where the correction is given up."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.editions import NotAllowed
from app.domain.history import EDITION_FIELDS
from app.models import AuditEvent, Edition, Item
from app.queries.evidence import chunks
from app.queries.posts import is_in_grace
from app.queries.standing import events_since
from app.services.acting import Acting
from app.services.applying import give_on
from app.services.audit import Acted, Kind, item_changes, record, snapshot, unplain
from app.services.holding import editions_given, next_draft
from app.services.placing import claim_editions, clear_places
from app.services.reading_links import forget_link
from app.services.standing import changed_standing, claim_post, clear_schedule, refuse_other_holder, standing_of
from app.services.transactions import transaction

# The fields of an item that a correction changed, each as it was before, by item.
Before = dict[int, dict[str, Any]]


def reopen(session: Session, edition_id: int, by: Acting) -> Acted:
    """Open a published edition for a correction; readers keep the post, and whoever opens it holds the baton.

    Raises NotAllowed where there is no post, where it is being corrected already, and in its grace.
    """
    with transaction(session):
        edition, post = claim_post(session, edition_id)
        if edition.status != "published":
            raise NotAllowed("This post is being corrected already; go on in its edition.")
        if is_in_grace(post, by.now):
            raise NotAllowed("This post has not gone out yet; take it back and change it, without a word to anybody.")
        before = standing_of(edition)
        edition.status = "draft"
        change = changed_standing(edition, before)
        if by.editor_id is not None and edition.baton_editor_id != by.editor_id:
            change["of_edition"]["baton_editor_id"] = [edition.baton_editor_id, by.editor_id]
            edition.baton_editor_id, edition.baton_at = by.editor_id, by.now
        # An edition that was read in from a file may have been touched by nobody.
        edition.acted_at = edition.acted_at or by.now
        summary = f"began a correction of {post.file_name}, revision {post.revision}"
        changes = [change, *forget_link(session, edition)]
        event = record(session, by, Kind.EDITION_REOPENED, summary, edition=edition, changes=changes)
        return Acted(edition_id, event.id, [])


def give_up(session: Session, edition_id: int, by: Acting) -> Acted:
    """Close an edition again that is being corrected, with everything in it as it was when the correction began.

    What was done meanwhile stays in the history, and mentions that were struck stay struck. Raises NotAllowed where
    nothing is being corrected, or where another editor holds the baton.
    """
    with transaction(session):
        edition = _claim_whole(session, edition_id, by)
        refuse_other_holder(edition, by)
        if edition.post_id is None:
            raise NotAllowed("No post of this edition is out, so there is nothing to go back to.")
        of_items, of_edition = _before_correction(session, edition)
        items = _items(session, of_items)
        snapshots = {item.id: snapshot(item) for item in items}
        before = standing_of(edition)
        _put_back(session, edition, items, of_items, of_edition)
        beside = give_on(session, edition, items, snapshots, by)
        edition.status = "published"
        clear_schedule(edition)
        change = changed_standing(edition, before)
        change["of_edition"] |= {name: [was, now] for name, (was, now) in of_edition.items()}
        changes = [change, *item_changes(snapshots, items), *beside]
        event = record(session, by, Kind.EDITION_CLOSED, "gave up the correction", edition=edition, changes=changes)
        return Acted(edition_id, event.id, [item.id for item in items])


def _claim_whole(session: Session, edition_id: int, by: Acting) -> Edition:
    """Lock the edition, and those that have or get papers which it held when the correction began or holds now."""
    ids = set(session.scalars(select(Item.id).where(Item.edition_id == edition_id)))
    also = editions_given(session, ids) | {found for found in [next_draft(session, edition_id)] if found is not None}
    return claim_editions(session, also, edition_id, by) or session.get_one(Edition, edition_id)


def _before_correction(session: Session, edition: Edition) -> tuple[Before, dict[str, list[Any]]]:
    """What every field that was changed since the correction began was before, by item, and of the edition itself
    before and after; nothing of those that are again as they were."""
    query = select(func.max(AuditEvent.id))
    query = query.where(AuditEvent.edition_id == edition.id, AuditEvent.kind == Kind.EDITION_REOPENED)
    began = session.scalar(query) or 0
    own = set(session.scalars(select(Item.id).where(Item.edition_id == edition.id)))
    of_items: Before = {}
    fields: dict[str, Any] = {}
    for row in events_since(session, edition, began):
        for change in reversed(row.changes):
            if change.get("item_id") in own:
                former = {name: was for name, (was, _) in change["fields"].items()}
                of_items.setdefault(change["item_id"], {}).update(former)
            if change.get("edition_id") == edition.id:
                fields |= {name: was for name, (was, _) in change.get("of_edition", {}).items()}
    now = {name: getattr(edition, name) for name in EDITION_FIELDS}
    return of_items, {name: [now[name], fields[name]] for name in now if name in fields and fields[name] != now[name]}


def _items(session: Session, item_ids: Iterable[int]) -> list[Item]:
    query = select(Item).order_by(Item.id).options(joinedload(Item.edition), joinedload(Item.paper))
    query = query.execution_options(populate_existing=True)
    return [item for part in chunks(sorted(item_ids)) for item in session.scalars(query.where(Item.id.in_(part)))]


def _put_back(
    session: Session,
    edition: Edition,
    items: Sequence[Item],
    of_items: Mapping[int, Mapping[str, Any]],
    of_edition: Mapping[str, Sequence[Any]],
) -> None:
    """Write the former values. All places are given back at once, so the keys are as they were, each unique."""
    for name, (_, former) in of_edition.items():
        setattr(edition, name, former)
    places = {item.id: (item.state, item.order_key) for item in items}
    clear_places(session, [item for item in items if {"state", "order_key"} & of_items[item.id].keys()])
    for item in items:
        former = of_items[item.id]
        for name, value in former.items():
            setattr(item, name, unplain(name, value))
        state, key = places[item.id]
        item.state = former.get("state", state)
        item.order_key = former.get("order_key", key) if item.state == "picked" else None
        item.version += 1
    session.flush()
