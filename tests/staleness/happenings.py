"""What changes without anybody at a desk: runs, the worker, accounts, targets, the time."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.delivery import DeliveryError
from app.domain.editions import NotAllowed
from app.domain.sources import ConnectorError, FetchedReading, Gone, Reading
from app.models import Edition, Editor, Post, Run, Worker
from app.models.editors import name_key
from app.services import accounts, archive, looks, scheduling
from app.services.acting import Acting
from app.services.adding import add_paper
from app.services.collecting import say_goodbye
from app.services.delivery import deliver_due
from app.services.storing import store
from tests.factories import DAY, ingest_things, mention, paper
from tests.staleness.presses import Way
from tests.staleness.stage import AFTER, ANA, BEFORE, JO, Hand, Stage

IMPORTED = "2026-11-03"


def straight(act: Callable[[Session, Acting, Stage], object]) -> Way:
    """Something that is done past both desks."""

    def done(stage: Stage, hand: Hand) -> None:
        # What cannot be done as things stand, such as to add a paper to what is published, leaves all as it was.
        with stage.straight() as session, suppress(NotAllowed):
            act(session, stage.acting(session, hand.who), stage)
            session.commit()

    return done


def collected(things: Callable[[str, Stage, int], list[Any]], day: Any = DAY) -> Way:
    """A run brings things about a paper that the edition has."""

    def came(stage: Stage, hand: Hand) -> None:
        known = f"2611.8001{hand.number % 5}"
        with stage.straight() as session:
            rules = stage.fresh.extensions["rules"]
            ingest_things(session, rules, things(known, stage, hand.number), now=stage.clock(), day=day)

    return came


def reading(stage: Stage, reposts: int) -> Reading:
    """A count of now."""
    return Reading("twitter", stage.clock(), reposts=reposts, likes=0)


def begin_run(session: Session, by: Acting, stage: Stage) -> None:
    """A run begins, writes a paper anew and hears of it, and is not over."""
    run = Run(day=DAY, started_at=by.now, heard_at=by.now)
    session.add(run)
    session.flush()
    named = paper("2611.80011", score=400, title="Lanterns in the Middle of a Run", version=2)
    store(session, [named, mention("amid", named, likes=7)], run_id=run.id, now=by.now)


def import_post(session: Session, by: Acting, stage: Stage) -> None:
    """An old post comes in from its file."""
    data = session.scalars(select(Post).order_by(Post.id)).first().markdown
    archive.import_post(session, f"{IMPORTED}---Hot-Papers.md", data.replace(b"2026-11-17", IMPORTED.encode()), by)


def hear_worker(session: Session, by: Acting, stage: Stage) -> None:
    """The worker says that it is at work."""
    session.merge(Worker(id=1, seen_at=by.now, next_at=by.now, said="It looks again soon."))


def look(session: Session, by: Acting, stage: Stage) -> None:
    """Somebody looks at the edition."""
    edition = session.scalars(select(Edition).where(Edition.date == DAY)).one()
    looks.look(session, edition.id, by.editor, by.now)


def person(who: str, change: Callable[[Session, Editor, Stage], object]) -> Way:
    """An account changes."""

    def changed(session: Session, by: Acting, stage: Stage) -> None:
        change(session, session.scalars(select(Editor).where(Editor.name_key == name_key(who))).one(), stage)

    return straight(changed)


def rename(session: Session, editor: Editor, stage: Stage) -> None:
    """A name is spelled otherwise."""
    editor.name = editor.name.upper() if editor.name.istitle() else editor.name.title()


def change_role(session: Session, editor: Editor, stage: Stage) -> None:
    """An editor may only read, or may edit again."""
    editor.role = "reader" if editor.role == "editor" else "editor"


def break_shelf(stage: Stage, hand: Hand) -> None:
    """The target can be reached no more, or again."""
    stage.shelf.fails = None if stage.shelf.fails else DeliveryError("The shelf is locked.")


def write_by_hand(stage: Stage, hand: Hand) -> None:
    """Somebody writes other things where posts stand."""
    stage.shelf.files = dict.fromkeys(stage.shelf.files, b"by hand\n")


def go_on(**by: float) -> Way:
    """The clock goes on."""

    def goes(stage: Stage, hand: Hand) -> None:
        stage.clock.tick(**by)

    return goes


HAPPENINGS: dict[str, Way] = {
    "new papers": collected(lambda known, stage, n: [paper(f"2611.8{stage.count()}", score=10 * n + 35)]),
    "other counts": collected(lambda known, stage, n: [FetchedReading(known, reading(stage, 30 * n))]),
    "other words": collected(lambda known, stage, n: [paper(known, title=f"Moss Anew {n}", version=n + 2)]),
    "other authors": collected(lambda known, stage, n: [paper(known, authors=(f"Ada {n}",), categories=("cs.CV",))]),
    "a new mention": collected(lambda known, stage, n: [mention(f"new-{stage.count()}", known, likes=n * 20)]),
    "other words of a mention": collected(
        lambda known, stage, n: [mention("quoted", "2611.80011", text=f"No, {n} lanterns!", reposts=200 + n)]
    ),
    "a mention is gone": collected(lambda known, stage, n: [Gone("twitter", "quoted")]),
    "a source fails": collected(lambda known, stage, n: [paper(known, score=70 + n), ConnectorError("It is down.")]),
    "the next day": collected(lambda known, stage, n: [paper(f"2611.8{stage.count()}", announced_on=AFTER)], AFTER),
    "the day before": collected(
        lambda known, stage, n: [paper("2611.80002", score=90, announced_on=BEFORE, title="Anew")], BEFORE
    ),
    "a new day": collected(
        lambda known, stage, n: [paper(f"2611.8{stage.count()}", announced_on=DAY.replace(day=24))], DAY.replace(day=24)
    ),
    "a run begins": straight(begin_run),
    "a paper is added": straight(
        lambda session, by, stage: add_paper(session, DAY, "2611.80002", by, run_id=stage.names()["run"])
    ),
    "an old post comes in": straight(import_post),
    "the worker is heard": straight(hear_worker),
    "the worker stops": straight(lambda session, by, stage: say_goodbye(session)),
    "the worker publishes": straight(
        lambda session, by, stage: scheduling.publish_due(session, [stage.shelf], by.now, by.rules)
    ),
    "the worker delivers": straight(
        lambda session, by, stage: list(deliver_due(session, targets=[stage.shelf], clock=stage.clock))
    ),
    "a look": straight(look),
    "the target fails": break_shelf,
    "written by hand": write_by_hand,
    "Jo closes": person(JO, lambda session, jo, stage: accounts.close_account(session, jo, now=stage.clock())),
    "Jo is called otherwise": person(JO, rename),
    "Ana is called otherwise": person(ANA, rename),
    "Jo's role": person(JO, change_role),
    "a new account": straight(
        lambda session, by, stage: accounts.add_editor(session, f"Kim {stage.count()}", now=stage.clock())
    ),
    "some seconds": go_on(seconds=15),
    "a minute": go_on(minutes=1),
    "an hour": go_on(hours=1),
    "a day": go_on(days=1),
}
