"""How an edition stands to its readers, as the desk tells it: out, withdrawn, being corrected, scheduled."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app
from markupsafe import Markup

from app.domain.local_times import moment_in_words
from app.extensions import db
from app.models import Edition, Post
from app.queries.posts import is_in_grace, post_of
from app.queries.schedule import worker_state
from app.queries.scheduled import OVERDUE_AFTER, Scheduled, overdue


@dataclass(frozen=True, slots=True)
class Standing:
    """What a notice of the desk tells; `elsewhere` are other editions that should be out by now."""

    edition: Edition
    post: Post | None
    grace_left: timedelta | None
    is_overdue: bool
    has_worker: bool
    elsewhere: list[Scheduled]

    @property
    def is_in_doubt(self) -> bool:
        """Whether the edition would not be published at its time, for somebody else holds the baton by now."""
        person = self.edition.publish_editor_id
        return person is not None and self.edition.baton_editor_id not in (None, person)


def register(app: Flask) -> None:
    """Give the words for times to every template."""
    app.jinja_env.filters["with_zone"] = with_zone
    app.jinja_env.filters["time_left"] = time_left


def standing_shown(edition: Edition) -> Standing:
    """How an edition stands now."""
    now, post = current_app.extensions["clock"](), post_of(db.session, edition)
    late = overdue(db.session, now)
    is_late = edition.publish_at is not None and edition.publish_at <= now - OVERDUE_AFTER
    return Standing(
        edition=edition,
        post=post,
        grace_left=grace_left(post, now) if edition.status == "published" else None,
        # Asked only where something depends on it.
        has_worker=edition.publish_at is None or worker_state(db.session, now).is_running,
        is_overdue=edition.publish_problem is not None or is_late,
        elsewhere=[found for found in late if found.edition_id != edition.id],
    )


def grace_left(post: Post | None, now: datetime) -> timedelta | None:
    """For how long a revision can still be taken back; None where it has gone out."""
    if post is None or post.grace_until is None or not is_in_grace(post, now):
        return None
    return post.grace_until - now


def with_zone(moment: datetime) -> Markup:
    """A time of the desk's zone with that written out: Tue 24 November 2026, 09:00 (Europe/Vienna, UTC+1)."""
    zone = current_app.config["TIMEZONE"]
    here = moment.astimezone(zone)
    return Markup('<time datetime="{}">{}</time>').format(here.isoformat("T", "seconds"), moment_in_words(moment, zone))


def time_left(left: timedelta) -> Markup:
    """How long something can still be done, as countdown.js goes on telling it: 4 min 12 s."""
    seconds = max(0, int(left.total_seconds()))
    minutes, rest = divmod(seconds, 60)
    words = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return Markup('<span class="countdown" data-left="{}">{}</span>').format(seconds, words)
