"""Reading links: one for a draft, in the log without its secret, over when taken back or published."""

import pytest
from sqlalchemy import select

from app.domain.editions import NotAllowed
from app.models import AuditEvent, Edition, ReadingLink
from app.services.acting import Acting
from app.services.publishing import publish
from app.services.reading_links import LinkEnded, edition_of_link, end_reading_link, make_reading_link
from app.services.undo import next_undo
from tests.factories import edition_of_scores


@pytest.fixture
def by(editor, clock, rules) -> Acting:
    """Ana, in the morning."""
    return Acting(editor, clock(), rules)


@pytest.fixture
def edition(session, rules) -> Edition:
    """A fresh edition that follows the rules by itself."""
    return edition_of_scores(session, rules, [500, 400, 40])


def link(session) -> ReadingLink | None:
    return session.scalar(select(ReadingLink).execution_options(populate_existing=True))


def test_a_link_is_made_once_and_leaves_the_edition_to_follow_the_rules(session, edition, by):
    version = edition.version
    acted = make_reading_link(session, edition.id, by)
    nonce = link(session).nonce
    assert edition_of_link(session, edition.id, nonce) is edition
    assert (edition.acted_at, edition.version) == (None, version + 1)
    assert make_reading_link(session, edition.id, by).event_id is None
    assert link(session).nonce == nonce
    event = session.get_one(AuditEvent, acted.event_id)
    assert (event.kind, event.editor_id, event.version) == ("link.made", by.editor_id, version + 1)
    assert nonce not in str(event.changes) + event.summary
    assert next_undo(session, edition.id, by.editor) is None


def test_a_link_that_was_taken_back_never_comes_alive_again(session, edition, by):
    make_reading_link(session, edition.id, by)
    first = link(session).nonce
    acted = end_reading_link(session, edition.id, by)
    assert session.get_one(AuditEvent, acted.event_id).kind == "link.ended"
    assert end_reading_link(session, edition.id, by).event_id is None
    with pytest.raises(LinkEnded, match="taken back"):
        edition_of_link(session, edition.id, first)
    make_reading_link(session, edition.id, by)
    assert link(session).nonce != first and len(link(session).nonce) >= 20
    with pytest.raises(LinkEnded, match="taken back"):
        edition_of_link(session, edition.id, first)


def test_publishing_ends_the_link_and_no_other_is_made(session, edition, by):
    make_reading_link(session, edition.id, by)
    nonce = link(session).nonce
    publish(session, edition.id, by, targets=[])
    with pytest.raises(LinkEnded, match="published now"):
        edition_of_link(session, edition.id, nonce)
    for change in (make_reading_link, end_reading_link):
        with pytest.raises(NotAllowed, match="is published"):
            change(session, edition.id, by)
