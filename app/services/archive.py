"""The archive: posts read in from files, written out again, and held against their records."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.archive import published_at
from app.domain.delivery import DeliveryError
from app.domain.editions import NotAllowed, Rules
from app.domain.posts import FrontMatterError, PostUnreadable, ProfileError, compose, first_difference, parse
from app.domain.records import RecordUnreadable, archive_record
from app.models import Edition, Post
from app.queries.posts import revisions_of
from app.services.acting import Acting
from app.services.archive_papers import add_papers
from app.services.audit import Kind, record
from app.services.publishing import freeze, rebuild
from app.services.transactions import transaction
from app.targets import DirectoryTarget

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Checked:
    """One post that was looked at: its name, and what is wrong with it, or None."""

    name: str
    problem: str | None


def import_post(session: Session, name: str, data: bytes, by: Acting) -> bool:
    """Read one post of the archive into papers, an edition and a frozen post; False when it was there already.

    Raises NotAllowed, one plain sentence, when the file cannot be read or another post has its date.
    """
    try:
        document = parse(data)
    except PostUnreadable as error:
        raise NotAllowed(str(error)) from error
    day = _day(name, document.slug or "")
    with transaction(session):
        edition = _free_edition(session, day, data, by.rules)
        if edition is None:
            return False
        add_papers(session, edition, document, now=by.now, rules=by.rules)
        post = freeze(session, edition, archive_record(document), by, at=published_at(document))
        if post.markdown != data:
            raise NotAllowed(f"{name} does not come out of its own record byte for byte.")
        edition.status = "published"
        record(session, by, Kind.EDITION_IMPORTED, f"imported {post.file_name}", edition=edition)
        return True


def export_posts(session: Session, directory: Path) -> Iterator[str]:
    """Write every frozen post as readers have it, the bytes as published, without those withdrawn; yields each path.

    An earlier revision that lies there gives way. Raises NotAllowed when another file is in the way or the folder
    cannot be written.
    """
    target = DirectoryTarget(directory)
    for post in _posts_out(session):
        own = {revision.sha256 for revision in revisions_of(session, post.edition_id)}
        try:
            yield target.put(post.file_name, post.markdown, replaces=own)
        except DeliveryError as error:
            raise NotAllowed(str(error)) from error


def verify_stored(session: Session) -> Iterator[Checked]:
    """Rebuild every stored post from its record alone and compare."""
    for post in session.scalars(select(Post).join(Post.edition).order_by(Edition.date, Post.revision)):
        try:
            problem = _difference(post.markdown, rebuild(post.record))
        except (RecordUnreadable, FrontMatterError, ProfileError) as error:
            problem = str(error)
        except Exception as error:  # A damaged record can be anything, and the other posts are to be proved as well.
            problem = f"cannot be rebuilt, for its record is damaged ({type(error).__name__}: {error})"
        yield Checked(post.file_name, problem)


def verify_file(path: Path) -> Checked:
    """Parse a post and compose it again."""
    try:
        data = path.read_bytes()
        return Checked(path.name, _difference(data, compose(parse(data))))
    except OSError as error:
        return Checked(path.name, f"cannot be read ({(error.strerror or str(error)).lower()})")
    except PostUnreadable as error:
        return Checked(path.name, str(error))


def _posts_out(session: Session) -> Iterator[Post]:
    """The revision that readers have of every edition's post, oldest edition first."""
    out = select(Post).join(Edition, Edition.post_id == Post.id).where(Edition.retracted_at.is_(None))
    yield from session.scalars(out.order_by(Edition.date))


def _difference(expected: bytes, built: bytes) -> str | None:
    if expected == built:
        return None
    found = first_difference(expected, built)
    if found is None:
        return "differs in its line endings"
    number, ours, theirs = found
    return f"differs first in line {number}: {ours[:120]!r} became {theirs[:120]!r}"


def _day(name: str, slug: str) -> date:
    """The date of a post: from its file name, else from its slug."""
    for text in (name, slug):
        if found := DATE.search(text):
            try:
                return date.fromisoformat(found[0])
            except ValueError:
                continue
    raise NotAllowed(f"{name} names no date, neither in its file name nor in its slug.")


def _free_edition(session: Session, day: date, data: bytes, rules: Rules) -> Edition | None:
    """The edition that the post may have; None when it has this very post already."""
    edition = session.scalar(select(Edition).where(Edition.date == day).with_for_update())
    if edition is None:
        edition = Edition(date=day, cut=rules.cut)
        session.add(edition)
        session.flush()
        return edition
    posts = list(session.scalars(select(Post).where(Post.edition_id == edition.id)))
    if any(post.markdown == data for post in posts):
        return None
    if posts:
        raise NotAllowed(f"Another post of {day} is in the archive already; this one was left out.")
    if edition.acted_at is not None:
        raise NotAllowed(f"The edition of {day} is being edited; publish it or leave this post out.")
    return edition
