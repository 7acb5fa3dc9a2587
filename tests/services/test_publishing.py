"""Publishing: one post, whatever is pressed how often and by whom; frozen with its record; delivered whole or not."""

import hashlib
import os
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.editions import EmptyEdition, NotAllowed
from app.models import AuditEvent, Delivery, Edition, Post
from app.queries.posts import deliveries_of
from app.services import curation, evidence
from app.services.acting import Acting
from app.services.delivery import deliver
from app.services.publishing import preview, publish, rebuild
from app.targets import DirectoryTarget
from tests.bounds import statements_of
from tests.factories import edition_of_scores, ingest_things, items, mention, mention_row, paper


@pytest.fixture
def edition(session, rules) -> Edition:
    """Two picked papers, one below the cut."""
    return edition_of_scores(session, rules, [100, 90, 40])


@pytest.fixture
def target(tmp_path) -> DirectoryTarget:
    """A folder that is not there yet."""
    return DirectoryTarget(tmp_path / "site" / "posts")


@pytest.fixture
def go(session, edition, editor, clock, rules, target):
    """Press the button."""
    return lambda **more: publish(session, edition.id, by=Acting(editor, clock(), rules), targets=[target], **more)


def test_the_post_is_frozen_with_its_record_and_written(session, edition, go, target, clock):
    published = go()
    post = published.post
    path = target.directory / "2026-11-18---Hot-Papers.md"
    assert published.is_new
    assert path.read_bytes() == post.markdown
    assert post.sha256 == hashlib.sha256(post.markdown).hexdigest()
    assert (post.revision, post.file_name, post.published_at) == (1, path.name, clock())
    assert rebuild(post.record) == post.markdown
    assert session.get_one(Edition, edition.id).status == "published"
    assert [(d.status, d.receipt, d.attempts) for d in deliveries_of(session, post.id)] == [("delivered", str(path), 1)]
    assert session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id.desc())).first() == "edition.published"


@pytest.mark.parametrize("papers", [1, 30])
def test_however_many_papers_there_are_publishing_and_delivering_costs_as_many_statements(
    session, rules, editor, clock, target, papers
):
    edition_id = edition_of_scores(session, rules, range(60, 60 + papers)).id
    by = Acting(editor, clock(), rules)
    assert by.editor_id
    session.rollback()
    with statements_of(session) as sent:
        published = publish(session, edition_id, by, targets=[target])
    assert len(sent) <= 25 and sum(statement.startswith("INSERT INTO post_entries") for statement in sent) == 1
    assert len(published.post.record["items"]) == papers


def test_the_preview_is_what_publishing_freezes(session, edition, go, clock, rules):
    shown = preview(session, edition.id, now=clock(), rules=rules)
    assert go().post.markdown == shown


def test_the_record_holds_all_that_went_in(session, edition, go, editor, clock, rules):
    act = {"by": Acting(editor, clock(), rules)}
    best = items(session)[0]
    ingest_things(session, rules, [mention("1", best.paper.arxiv_id, source="bluesky", reposts=30, likes=None)])
    curation.annotate(session, best.id, headline="A lamp", note="Read *this*.", version=best.version, **act)
    evidence.strike(session, mention_row(session, "1", "bluesky").id, edition_id=edition.id, **act)
    record = go().post.record
    item = record["items"][0]
    assert (record["cut"], record["profile"]["name"], record["weights"]) == (50, "lumen", {})
    assert (item["headline"], item["note"], item["readings"][0]["reposts"]) == ("A lamp", "Read *this*.", 100)
    assert [(found["id"], found["struck"], found["likes"]) for found in item["mentions"]] == [("1", True, None)]


def test_headline_and_note_are_in_the_post(session, go, editor, clock, rules):
    best = items(session)[0]
    curation.annotate(
        session,
        best.id,
        headline="Scaling *down*",
        note="Read *this*.",
        version=best.version,
        by=Acting(editor, clock(), rules),
    )
    text = go().post.markdown.decode()
    assert "# 1. Scaling \\*down*" in text
    assert "\n\nRead *this*.\n\nWe study imaginary lanterns.\n\n" in text


def test_introduction_and_closing_stand_around_the_papers(session, edition, go):
    edition.introduction, edition.closing = "Good morning.", "# See you"
    session.commit()
    post = go().post
    text = post.markdown.decode()
    assert "\n---\n\nGood morning.\n\n# 1. Lanterns" in text
    assert text.endswith("\n\n\n\n\n- - -\n\n\\# See you\n")
    assert (post.record["introduction"], post.record["closing"]) == ("Good morning.", "# See you")
    assert rebuild(post.record) == post.markdown


def test_tex_is_tidied_where_the_setting_says_so_and_the_record_keeps_that(session, rules, clock, editor):
    ingest_things(session, rules, [paper(score=80, title=r"\emph{Moss} in $x$", abstract=r"A B\'ezier curve.")])
    edition = session.scalars(select(Edition)).one()
    assert rb"# 1. \emph{Moss} in $x$" in preview(session, edition.id, now=clock(), rules=rules)
    post = publish(session, edition.id, Acting(editor, clock(), replace(rules, tidy_tex=True)), targets=[]).post
    assert "# 1. *Moss* in $x$" in post.markdown.decode() and "A Bézier curve." in post.markdown.decode()
    assert post.record["tidy_tex"] is True
    assert rebuild(post.record) == post.markdown


def test_pressed_twice_it_is_one_post(session, go):
    first, second = go(), go()
    assert (first.is_new, second.is_new) == (True, False)
    assert first.post.id == second.post.id
    assert len(session.scalars(select(Post)).all()) == len(session.scalars(select(Delivery)).all()) == 1


def test_two_editors_at_once_make_one_post(app, session, edition, editor, other_editor, clock, rules, target):
    people, barrier, results = [editor.id, other_editor.id], threading.Barrier(2), []
    edition_id = edition.id
    session.commit()

    def press(person_id: int) -> None:
        from app.extensions import db
        from app.models import Editor

        with app.app_context():
            person = db.session.get(Editor, person_id)
            db.session.commit()
            barrier.wait()
            published = publish(db.session, edition_id, by=Acting(person, clock(), rules), targets=[target])
            results.append((published.is_new, published.post.sha256))
            db.session.remove()

    threads = [threading.Thread(target=press, args=(person_id,)) for person_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(is_new for is_new, _ in results) == [False, True]
    assert len({sha256 for _, sha256 in results}) == 1
    assert len(session.scalars(select(Post)).all()) == 1


def test_an_edition_without_papers_needs_a_second_yes(session, edition, go, editor, clock, rules):
    for item in items(session):
        curation.drop(session, item.id, by=Acting(editor, clock(), rules))
    with pytest.raises(EmptyEdition, match="No paper is picked for 2026-11-18"):
        go()
    assert session.get_one(Edition, edition.id).status == "draft"
    assert session.scalars(select(Post)).all() == []
    assert go(empty_confirmed=True).is_new


def test_an_edition_that_is_not_there_is_refused(session, editor, clock, rules):
    with pytest.raises(NotAllowed, match="no such edition"):
        publish(session, 4711, by=Acting(editor, clock(), rules), targets=[])


def test_a_delivery_that_fails_leaves_the_post_frozen_and_can_be_repeated(session, go, target, clock):
    target.directory.parent.mkdir(parents=True)
    target.directory.write_text("a file where the folder should be")
    post = go().post
    failed = deliveries_of(session, post.id)[0]
    assert (failed.status, failed.attempts, failed.receipt) == ("failed", 1, None)
    assert "deliver again" in failed.error
    target.directory.unlink()
    delivered = deliver(session, post.id, targets=[target], now=clock.tick())[0]
    assert (delivered.status, delivered.attempts, delivered.error) == ("delivered", 2, None)
    assert (target.directory / post.file_name).read_bytes() == post.markdown


def test_a_file_of_other_content_is_not_overwritten(session, go, target):
    target.directory.mkdir(parents=True)
    (target.directory / "2026-11-18---Hot-Papers.md").write_text("written by hand")
    failed = deliveries_of(session, go().post.id)[0]
    assert (failed.status, failed.found) == ("changed", b"written by hand")
    assert "is there already with other content" in failed.error
    assert (target.directory / "2026-11-18---Hot-Papers.md").read_text() == "written by hand"


def test_delivering_twice_changes_nothing(session, go, target, clock):
    post = go().post
    path = target.directory / post.file_name
    before = path.stat().st_mtime_ns
    again = deliver(session, post.id, targets=[target], now=clock.tick())[0]
    assert (again.attempts, path.stat().st_mtime_ns) == (1, before)
    assert os.listdir(target.directory) == [post.file_name]


def test_a_target_that_is_gone_is_said(session, go, clock, target):
    target.directory.parent.mkdir(parents=True)
    target.directory.write_text("")
    post = go().post
    assert "no longer set up" in deliver(session, post.id, targets=[], now=clock.tick())[0].error


def test_what_is_struck_or_reposted_is_not_quoted(session, rules, editor, clock, target):
    named = paper()
    things = [
        named,
        mention("1", named, reposts=60, text="Quoted."),
        mention("2", named, reposts=61, text="Struck."),
        mention("3", named, reposts=62, text="Reposted.", repost_of="1"),
        mention("4", named, reposts=24, text="Too quiet."),
    ]
    ingest_things(session, rules, things)
    edition = session.scalars(select(Edition)).one()
    act = {"by": Acting(editor, clock(), rules)}
    evidence.strike(session, mention_row(session, "2").id, edition_id=edition.id, **act)
    text = preview(session, edition.id, now=clock(), rules=rules).decode()
    assert [word for word in ("Quoted.", "Struck.", "Reposted.", "Too quiet.") if word in text] == ["Quoted."]
    assert "- retweets: 84, favorites: 0 (11/18/2026 08:02:11)" in text
