"""After publishing: corrections are revisions of their own, and what is withdrawn or taken back is, everywhere."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.corrections import NOTE_LIMIT, NoteMissing, NothingCorrected
from app.domain.editions import NotAllowed
from app.models import AuditEvent, Delivery, Edition, Item, Post, ReadingLink
from app.queries.posts import post_of, posts_in_archive, revisions_of
from app.queries.repeats import earlier_runs
from app.queries.standing import stands
from app.services import correcting, curation, evidence, retracting, undo
from app.services.acting import Acting
from app.services.archive import verify_stored
from app.services.publishing import preview, publish
from app.services.reading_links import LinkEnded, edition_of_link, make_reading_link
from app.targets import DirectoryTarget
from tests.factories import DAY, edition_of_scores, ingest_things, items, mention, mention_row, paper

NOTE = "Paper 1 was called by the wrong name."


@pytest.fixture
def edition(session, rules) -> Edition:
    """Three picked papers, one below the cut."""
    return edition_of_scores(session, rules, [100, 90, 80, 40])


@pytest.fixture
def target(tmp_path) -> DirectoryTarget:
    """The folder of the site's posts."""
    return DirectoryTarget(tmp_path / "posts")


@pytest.fixture
def ana(editor, clock, rules):
    """Ana acts, now."""
    return lambda: Acting(editor, clock(), rules)


@pytest.fixture
def jo(other_editor, clock, rules):
    """Jo acts, now."""
    return lambda: Acting(other_editor, clock(), rules)


@pytest.fixture
def go(session, edition, ana, target):
    """Press the button."""
    return lambda by=None, **more: publish(session, edition.id, by or ana(), targets=[target], **more).post


@pytest.fixture
def headline(session, ana):
    """Give the first picked paper a headline."""

    def write(text):
        best = items(session)[0]
        return curation.annotate(session, best.id, headline=text, note=best.note or "", version=best.version, by=ana())

    return write


@pytest.fixture
def corrected(session, edition, go, ana, clock, headline):
    """A post and its correction, a day later."""
    first = go()
    clock.tick(days=1)
    correcting.reopen(session, edition.id, ana())
    headline("The right name")
    return first, go(note=NOTE)


def file_of(target, post) -> bytes | None:
    """What stands at the site."""
    path = target.directory / post.file_name
    return path.read_bytes() if path.exists() else None


def newest_event(session) -> AuditEvent:
    """The event written last."""
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def now_is(session, edition) -> Edition:
    """The edition as it stands in the database."""
    return session.get_one(Edition, edition.id, populate_existing=True)


def test_a_correction_is_a_revision_with_its_note_and_the_first_one_stays(session, edition, corrected, target, clock):
    first, second = corrected
    assert (first.revision, second.revision, second.replaces, second.note) == (1, 2, 1, NOTE)
    assert b"The right name" not in first.markdown and b"The right name" in second.markdown
    assert NOTE in second.markdown.decode().replace("\n", " ")
    assert file_of(target, second) == second.markdown
    assert post_of(session, now_is(session, edition)).id == second.id
    assert [post.revision for post in revisions_of(session, edition.id)] == [2, 1]
    assert all(found.problem is None for found in verify_stored(session))


def test_a_correction_keeps_the_date_of_the_post(corrected):
    first, second = corrected

    def date(post):
        return next(line for line in post.markdown.splitlines() if line.startswith(b"date:"))

    assert date(first) == date(second)
    assert second.published_at - first.published_at == timedelta(days=1)
    assert [told["note"] for told in second.record["corrections"]] == [NOTE]


def test_corrections_add_up(session, edition, corrected, go, ana, headline, clock):
    clock.tick(days=1)
    correcting.reopen(session, edition.id, ana())
    headline("A better name")
    third = go(note="And once more.")
    assert [told["note"] for told in third.record["corrections"]] == [NOTE, "And once more."]
    assert (third.revision, third.replaces) == (3, 2)


def test_a_correction_needs_a_note(session, edition, go, ana, headline):
    go()
    correcting.reopen(session, edition.id, ana())
    headline("The right name")
    with pytest.raises(NoteMissing):
        go(note="  \n ")
    with pytest.raises(NotAllowed, match="shorten it to 600"):
        go(note="x" * (NOTE_LIMIT + 1))
    assert now_is(session, edition).status == "draft"
    assert len(revisions_of(session, edition.id)) == 1


def test_a_correction_that_corrects_nothing_is_refused(session, edition, go, ana, headline, clock):
    go()
    clock.tick(days=3)
    correcting.reopen(session, edition.id, ana())
    with pytest.raises(NothingCorrected):
        go(note=NOTE)
    headline("The right name")
    go(note=NOTE)
    correcting.reopen(session, edition.id, ana())
    with pytest.raises(NothingCorrected):
        go(note=NOTE)


def test_a_remark_alone_is_no_correction(session, edition, go, ana):
    go()
    correcting.reopen(session, edition.id, ana())
    best = items(session)[0]
    curation.annotate(session, best.id, headline="", note="", remark="Between us.", version=best.version, by=ana())
    with pytest.raises(NothingCorrected):
        go(note=NOTE)


def test_readers_keep_the_post_while_it_is_corrected(session, edition, go, ana, headline, target):
    first = go()
    correcting.reopen(session, edition.id, ana())
    headline("Not out yet")
    assert now_is(session, edition).status == "draft" and now_is(session, edition).is_out
    assert file_of(target, first) == first.markdown
    assert [line.sha256 for line in posts_in_archive(session)] == [first.sha256]


def test_whoever_begins_a_correction_holds_the_baton(session, edition, go, jo, ana):
    go()
    correcting.reopen(session, edition.id, jo())
    assert now_is(session, edition).baton_editor_id == jo().editor_id
    with pytest.raises(NotAllowed, match="Jo holds the baton"):
        go(note=NOTE)
    with pytest.raises(NotAllowed, match="Jo holds the baton"):
        correcting.give_up(session, edition.id, ana())
    with pytest.raises(NotAllowed, match="being corrected already"):
        correcting.reopen(session, edition.id, ana())


def test_the_preview_of_a_correction_is_what_publishing_freezes_but_for_the_note(
    session, edition, go, ana, headline, clock, rules
):
    go()
    correcting.reopen(session, edition.id, ana())
    headline("The right name")
    shown = preview(session, edition.id, now=clock(), rules=rules)
    assert go(note=NOTE).markdown.startswith(shown.rstrip())


def test_undo_ends_where_the_correction_began(session, edition, go, ana, headline):
    headline("Before it was out")
    go()
    correcting.reopen(session, edition.id, ana())
    headline("The right name")
    undo.undo(session, edition.id, ana())
    assert items(session)[0].headline == "Before it was out"
    with pytest.raises(NotAllowed, match="nothing of yours to undo"):
        undo.undo(session, edition.id, ana())


def test_giving_up_brings_everything_back_as_the_post_has_it(session, rules, go, edition, ana, clock, target):
    first = go()
    before = stands(session, now_is(session, edition))
    correcting.reopen(session, edition.id, ana())
    clock.tick()
    one, two, three = items(session)
    curation.move(session, three.id, by=ana(), to=1)
    curation.drop(session, two.id, by=ana(), reason="off topic")
    curation.pick(session, items(session, "candidate")[0].id, by=ana())
    version = session.get_one(type(one), one.id, populate_existing=True).version
    curation.annotate(session, one.id, headline="Other", note="And a note", version=version, by=ana())
    acted = correcting.give_up(session, edition.id, ana())
    after = stands(session, now_is(session, edition))
    assert (before.items, before.fields) == (after.items, after.fields)
    assert now_is(session, edition).status == "published"
    assert file_of(target, first) == first.markdown
    event = session.get_one(AuditEvent, acted.event_id)
    assert event.kind == "edition.closed"
    assert sum("item_id" in change for change in event.changes) == 4
    assert len(revisions_of(session, edition.id)) == 1


def test_a_struck_mention_stays_struck_where_the_correction_is_given_up(session, rules, editor, ana, clock, target):
    papers = [paper(), paper(score=60)]
    ingest_things(session, rules, [*papers, mention("1", papers[0], reposts=300, likes=0)])
    edition = session.scalars(select(Edition).where(Edition.date == DAY)).one()
    post = publish(session, edition.id, ana(), targets=[target]).post
    before = stands(session, edition)
    correcting.reopen(session, edition.id, ana())
    evidence.strike(session, mention_row(session, "1").id, ana(), edition_id=edition.id)
    assert [item.score for item in items(session)] == [60]
    correcting.give_up(session, edition.id, ana())
    assert stands(session, now_is(session, edition)).items == before.items
    assert evidence.mention_by_name(session, "twitter", "1").id
    assert file_of(target, post) == post.markdown


def test_a_correction_can_be_given_up_and_begun_again(session, edition, go, ana, headline):
    go()
    for text in ("One", "Two"):
        correcting.reopen(session, edition.id, ana())
        headline(text)
        correcting.give_up(session, edition.id, ana())
        assert items(session)[0].headline is None
    with pytest.raises(NotAllowed):
        correcting.give_up(session, edition.id, ana())


def test_a_retracted_post_is_removed_and_restored_as_it_was(session, edition, go, ana, jo, target):
    post = go()
    retracting.retract(session, edition.id, jo(), reason="Its  papers\nwere invented.", targets=[target])
    assert file_of(target, post) is None
    assert not now_is(session, edition).is_out and now_is(session, edition).status == "published"
    event = newest_event(session)
    assert (event.kind, event.changes[0]["reason"]) == ("post.retracted", "Its papers were invented.")
    with pytest.raises(NotAllowed, match="retracted already"):
        retracting.retract(session, edition.id, ana(), reason="Again", targets=[target])
    retracting.restore(session, edition.id, ana(), targets=[target])
    assert file_of(target, post) == post.markdown
    assert now_is(session, edition).is_out
    with pytest.raises(NotAllowed, match="not retracted"):
        retracting.restore(session, edition.id, ana(), targets=[target])


def test_retracting_asks_for_a_reason(session, edition, go, ana, target):
    go()
    with pytest.raises(NotAllowed, match="Say in a few words why"):
        retracting.retract(session, edition.id, ana(), reason=" ", targets=[target])
    assert now_is(session, edition).is_out


def test_what_has_no_post_can_be_neither_corrected_nor_retracted(session, edition, ana, target):
    for action in (
        lambda: correcting.reopen(session, edition.id, ana()),
        lambda: retracting.retract(session, edition.id, ana(), reason="No", targets=[target]),
        lambda: retracting.restore(session, edition.id, ana(), targets=[target]),
        lambda: retracting.take_back(session, edition.id, ana(), targets=[target]),
    ):
        with pytest.raises(NotAllowed, match="no post"):
            action()


def test_a_retracted_post_is_given_back_by_its_correction(session, edition, go, ana, headline, target):
    go()
    retracting.retract(session, edition.id, ana(), reason="The wrong name", targets=[target])
    correcting.reopen(session, edition.id, ana())
    headline("The right name")
    second = go(note=NOTE)
    assert now_is(session, edition).is_out
    assert file_of(target, second) == second.markdown


def test_a_post_can_be_retracted_while_it_is_corrected(session, edition, go, ana, jo, headline, target):
    first = go()
    correcting.reopen(session, edition.id, ana())
    headline("The right name")
    retracting.retract(session, edition.id, jo(), reason="It cannot wait", targets=[target])
    assert file_of(target, first) is None
    assert now_is(session, edition).status == "draft" and not now_is(session, edition).is_out
    correcting.give_up(session, edition.id, ana())
    assert now_is(session, edition).retracted_at is not None


def test_what_is_retracted_has_not_run_before(session, rules, edition, go, ana, target):
    go()
    best = items(session)[0].paper.arxiv_id
    day = DAY + timedelta(days=1)
    ingest_things(session, rules, [paper(best, score=70, announced_on=day)], day=day)
    following = session.scalars(select(Edition).where(Edition.date == day)).one()
    assert len(earlier_runs(session, following)) == 1
    retracting.retract(session, edition.id, ana(), reason="No", targets=[target])
    assert earlier_runs(session, following) == {}


def test_within_its_grace_nothing_is_delivered_and_it_can_be_taken_back(session, edition, go, ana, jo, target, clock):
    post = go(grace=timedelta(minutes=5))
    assert post.grace_until == clock() + timedelta(minutes=5)
    assert file_of(target, post) is None
    clock.tick(minutes=4, seconds=59)
    retracting.take_back(session, edition.id, jo(), targets=[target])
    assert (now_is(session, edition).status, now_is(session, edition).post_id) == ("draft", None)
    assert [row.status for row in session.scalars(select(Delivery))] == ["superseded"]
    assert [line.date for line in posts_in_archive(session)] == []


def test_the_next_revision_after_one_was_taken_back_has_the_next_number_and_its_own_date(
    session, edition, go, ana, target, clock
):
    taken = go(grace=timedelta(minutes=5))
    retracting.take_back(session, edition.id, ana(), targets=[target])
    clock.tick(hours=1)
    post = go()
    assert (post.revision, post.replaces, post.note) == (2, None, None)
    assert post.record["published_at"] == clock().isoformat()
    assert (post.record["revised_at"], post.record["corrections"]) == (None, [])
    assert revisions_of(session, edition.id) == [post, taken]
    assert file_of(target, post) == post.markdown


def test_a_correction_that_is_taken_back_leaves_readers_what_they_had(
    session, edition, go, ana, headline, target, clock
):
    first = go()
    correcting.reopen(session, edition.id, ana())
    headline("The right name")
    go(note=NOTE, grace=timedelta(minutes=5))
    retracting.take_back(session, edition.id, ana(), targets=[target])
    assert (now_is(session, edition).status, now_is(session, edition).post_id) == ("draft", first.id)
    assert file_of(target, first) == first.markdown
    assert items(session)[0].headline == "The right name"
    correcting.give_up(session, edition.id, ana())
    assert items(session)[0].headline is None


def test_a_correction_of_a_retracted_post_that_is_taken_back_leaves_it_retracted(
    session, edition, go, ana, headline, target
):
    first = go()
    retracting.retract(session, edition.id, ana(), reason="No", targets=[target])
    correcting.reopen(session, edition.id, ana())
    headline("The right name")
    go(note=NOTE, grace=timedelta(minutes=5))
    assert now_is(session, edition).is_out
    retracting.take_back(session, edition.id, ana(), targets=[target])
    assert now_is(session, edition).retracted_at is not None
    assert file_of(target, first) is None


def test_once_it_has_gone_out_it_cannot_be_taken_back(session, edition, go, ana, target, clock):
    go(grace=timedelta(minutes=5))
    clock.tick(minutes=5)
    with pytest.raises(NotAllowed, match="gone out by now"):
        retracting.take_back(session, edition.id, ana(), targets=[target])
    assert now_is(session, edition).status == "published"


def test_what_somebody_delivers_already_cannot_be_taken_back(session, edition, go, ana, target, clock):
    post = go(grace=timedelta(minutes=5))
    session.scalars(select(Delivery)).one().claimed_until = clock.now + timedelta(minutes=10)
    session.commit()
    with pytest.raises(NotAllowed, match="gone out by now"):
        retracting.take_back(session, edition.id, ana(), targets=[target])
    assert now_is(session, edition).post_id == post.id


def test_in_its_grace_a_post_is_taken_back_and_not_corrected_or_retracted(session, edition, go, ana, target):
    go(grace=timedelta(minutes=5))
    with pytest.raises(NotAllowed, match="take it back"):
        correcting.reopen(session, edition.id, ana())
    with pytest.raises(NotAllowed, match="take it back"):
        retracting.retract(session, edition.id, ana(), reason="No", targets=[target])


def test_every_revision_stays_byte_for_byte(session, edition, corrected, ana, target):
    kept = {post.revision: (post.markdown, post.sha256) for post in corrected}
    retracting.retract(session, edition.id, ana(), reason="No", targets=[target])
    retracting.restore(session, edition.id, ana(), targets=[target])
    found = session.execute(select(Post.revision, Post.markdown, Post.sha256))
    assert {revision: (data, digest) for revision, data, digest in found} == kept


def test_a_held_paper_is_not_put_into_an_edition_that_is_being_corrected(session, rules, edition, go, ana):
    earlier = edition_of_scores(session, rules, [70], day=DAY - timedelta(days=1))
    go()
    correcting.reopen(session, edition.id, ana())
    (held,) = items(session, day=earlier.date)
    curation.hold(session, held.id, ana())
    assert held.paper_id not in {item.paper_id for item in session.scalars(select(Item).filter_by(edition=edition))}
    ingest_things(session, rules, [paper(score=55)])
    assert held.paper_id not in {item.paper_id for item in session.scalars(select(Item).filter_by(edition=edition))}


def test_a_reading_link_that_ended_with_publishing_does_not_lead_to_the_correction(session, edition, go, ana):
    make_reading_link(session, edition.id, ana())
    nonce = session.get_one(ReadingLink, edition.id).nonce
    assert edition_of_link(session, edition.id, nonce).id == edition.id
    go()
    correcting.reopen(session, edition.id, ana())
    with pytest.raises(LinkEnded):
        edition_of_link(session, edition.id, nonce)
    make_reading_link(session, edition.id, ana())
    assert session.get_one(ReadingLink, edition.id, populate_existing=True).nonce != nonce
