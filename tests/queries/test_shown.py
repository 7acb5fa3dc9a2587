"""What a page shows of an edition: filters, what is new, and a lens, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.domain.lens import Lens
from app.domain.sources import Reading
from app.domain.views import Filters
from app.models import Edition, Editor
from app.queries.editions import desk, edition_on
from app.queries.shown import Choices, Shown, Through, arrange, choices_of
from app.services.acting import Acting
from app.services.curation import drop, move
from app.services.looks import look
from tests.factories import DAY, MORNING, ingest_things, items, mention, paper


def show(**filters) -> Shown:
    """A way of looking by some filters."""
    return Shown(filters=Filters(**filters))


@pytest.fixture
def edition(session: Session, rules: Rules) -> Edition:
    """Three picked papers and two candidates, of two categories and three sources."""
    ring = paper(score=900, title="Ring Formers", categories=("cs.CL", "cs.LG"))
    moss = paper(score=300, title="Moss at Dusk", categories=("cs.LG",), source="bluesky")
    quiet = paper(title="Quiet Rings", categories=("math.PR",))
    low = paper(score=40, title="Low Rings", categories=("cs.CL",))
    lone = paper(title="Lone Moss", categories=("stat.ML",))
    loud = mention("loud", quiet, lone, reposts=70, author_handle="northpop")
    said = mention("kind", lone, reposts=0, likes=0, source="mastodon")
    ingest_things(session, rules, [ring, moss, quiet, low, lone, loud, said])
    return edition_on(session, DAY)


def titles(rows) -> list[str]:
    """The titles of rows in their order."""
    return [row.title for row in rows]


def test_without_filters_everything_is_shown_in_its_order(session: Session, edition: Edition) -> None:
    shown = desk(session, edition)
    assert titles(shown.picked) == ["Ring Formers", "Moss at Dusk", "Quiet Rings", "Lone Moss"]
    assert titles(shown.candidates) == ["Low Rings"]
    assert (shown.shown_count, shown.count) == (5, 5)


@pytest.mark.parametrize(
    ("filters", "picked", "candidates"),
    [
        ({"categories": frozenset({"cs.CL"})}, [("Ring Formers", 1)], ["Low Rings"]),
        ({"categories": frozenset({"cs.LG", "math.PR"}), "text": "r"}, [("Ring Formers", 1), ("Quiet Rings", 3)], []),
        ({"sources": frozenset({"bluesky"})}, [("Moss at Dusk", 2)], []),
        ({"sources": frozenset({"mastodon"})}, [("Lone Moss", 4)], []),
        ({"text": "ring"}, [("Ring Formers", 1), ("Quiet Rings", 3)], ["Low Rings"]),
        ({"text": "ring", "categories": frozenset({"cs.CL"})}, [("Ring Formers", 1)], ["Low Rings"]),
        ({"state": "candidate"}, [], ["Low Rings"]),
        ({"state": "held"}, [], []),
        ({"categories": frozenset({"hep-th"})}, [], []),
        ({"is_new": True}, [], []),
    ],
)  # fmt: skip
def test_lists_hold_what_the_filters_let_through_and_numbers_stay_true(
    session: Session, edition: Edition, filters: dict, picked: list, candidates: list
) -> None:
    shown = desk(session, edition, show(**filters))
    assert [(row.title, row.number) for row in shown.picked] == picked
    assert titles(shown.candidates) == candidates
    assert shown.counts == {"picked": 4, "candidate": 1, "held": 0, "dropped": 0}
    assert shown.shown_count == len(picked) + len(candidates)


def test_an_unsaved_text_keeps_its_row_in_sight(session: Session, edition: Edition) -> None:
    kept = items(session)[1].id
    shown = desk(session, edition, Shown(filters=Filters(state="candidate"), kept=frozenset({kept})))
    assert [row.id for row in shown.picked] == [kept]
    assert titles(shown.candidates) == ["Low Rings"]


def test_what_was_dropped_is_found_by_its_state(
    session: Session, rules: Rules, edition: Edition, editor, clock
) -> None:
    drop(session, items(session)[0].id, by=Acting(editor, clock(), rules), reason="off topic")
    shown = desk(session, edition_on(session, DAY), show(state="dropped"))
    assert (titles(shown.dropped), shown.drop_reasons) == (["Ring Formers"], ["off topic"])
    assert (shown.picked, shown.candidates) == ([], [])


def test_the_choices_are_those_of_the_edition_with_their_numbers(session: Session, edition: Edition) -> None:
    assert choices_of(session, edition.id) == Choices(
        categories=[("cs.CL", 2), ("cs.LG", 2), ("math.PR", 1), ("stat.ML", 1)],
        sources=[("twitter", 4), ("bluesky", 1), ("mastodon", 1)],
    )


def test_new_since_the_last_look(session: Session, rules: Rules, edition: Edition, editor: Editor, clock) -> None:
    mine = Shown(editor_id=editor.id)
    look(session, edition.id, editor, clock())
    ingest_things(session, rules, [paper(score=700, title="Late Lanterns")], now=MORNING + timedelta(hours=1))
    assert desk(session, edition_on(session, DAY), mine).new_count == 0
    before = clock()
    look(session, edition.id, editor, clock.tick(hours=5))
    shown = desk(session, edition_on(session, DAY), Shown(filters=Filters(is_new=True), editor_id=editor.id))
    assert [(row.title, row.is_new, row.number) for row in shown.picked] == [("Late Lanterns", True, 2)]
    assert (shown.new_count, shown.new_since, shown.candidates) == (1, before, [])
    assert desk(session, edition_on(session, DAY), Shown()).new_count == 0


def test_through_a_lens_papers_stand_by_the_score_without_it(
    session: Session, rules: Rules, edition: Edition, editor: Editor, clock
) -> None:
    move(session, items(session)[0].id, to="bottom", by=Acting(editor, clock(), rules))
    edition = edition_on(session, DAY)
    shown = desk(session, edition, Shown(through=Through(Lens("twitter", "northpop"), rules)))
    assert [(row.title, row.number, row.lens_score, row.lens_tag) for row in shown.picked] == [
        ("Ring Formers", 4, None, None),
        ("Moss at Dusk", 1, None, None),
        ("Quiet Rings", 2, 0, "would fall out"),
        ("Lone Moss", 3, 0, "would fall out"),
    ]
    assert (shown.fall_out, shown.come_in) == (2, 0)
    assert [row.title for row in desk(session, edition).picked][-1] == "Ring Formers"


def test_a_lens_goes_with_filters(session: Session, rules: Rules, edition: Edition) -> None:
    way = Shown(filters=Filters(text="ring"), through=Through(Lens("twitter"), rules))
    shown = desk(session, edition, way)
    assert titles(shown.picked) == ["Ring Formers", "Quiet Rings"]
    assert shown.fall_out == 3
    assert arrange(session, edition, way).order == arrange(session, edition).order


def test_categories_are_those_that_an_editor_has_seen(
    session: Session, rules: Rules, edition: Edition, editor: Editor, clock
) -> None:
    drop(session, items(session, "candidate")[0].id, by=Acting(editor, clock(), rules))
    first = items(session)[0].paper
    readings = (Reading("twitter", MORNING + timedelta(hours=2), reposts=901, likes=0),)
    revised = paper(first.arxiv_id, title="Ring Formers", categories=("quant-ph",), readings=readings)
    ingest_things(session, rules, [revised], now=MORNING + timedelta(hours=2))
    edition = edition_on(session, DAY)
    assert titles(desk(session, edition, show(categories=frozenset({"cs.CL"}))).picked) == ["Ring Formers"]
    assert desk(session, edition, show(categories=frozenset({"quant-ph"}))).shown_count == 0
