"""Finding papers in an edition: the same ones on SQLite and PostgreSQL, by the index, whatever somebody types."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text

from app.domain.searching import fits, folded, terms_of
from app.models import Edition, Item, Paper, SearchText
from app.queries.search import find_items, matching_items
from app.services.acting import Acting
from app.services.curation import annotate, drop, pick
from tests.factories import ingest_things, items, mention, paper

PAPERS = [
    {
        "title": 'Schr\\"odinger Bridges for {B}ERT',
        "authors": ("Ada Fernsby",),
        "abstract": "We study green lanterns, imaginary ones.",
        "score": 900,
    },
    {"title": "Glowing Lanterns, a Survey", "authors": ("Tomáš Quill", "Łucja Moss"), "score": 500},
    {"title": "A Survey of Moss", "authors": ("Ada Fernsby", "Ines Lantern"), "score": 200},
    {"title": "苔の研究 CO$_2$ and β-Ivy", "authors": ("Sora Aoki",), "categories": ("cs.CL",), "score": 40},
    {"title": "100% of '_' & | ! : * NEAR NOT OR", "abstract": "On ferns that glow.", "score": 30},
    {"title": "Lanterns in the Garden", "abstract": "No survey.", "score": 20},
]


@pytest.fixture
def edition(session, rules, editor, clock) -> Edition:
    """Six papers, a mention of the last two, a headline on the third, a note on the first."""
    papers = [paper(f"2611.9100{number}", **fields) for number, fields in enumerate(PAPERS)]
    told = mention("7", *papers[4:], author_handle="northpop", author_name="North", text="Fireflies at last! 🎇")
    ingest_things(session, rules, [*papers, told])
    first, _, third = items(session)
    by = Acting(editor, clock(), rules)
    annotate(session, first.id, by, headline=None, note="Worth a *kettle* of tea", version=first.version)
    annotate(session, third.id, by, headline="Green Carpets", note=None, version=third.version)
    return session.scalars(select(Edition)).one()


@pytest.fixture
def found(session, edition):
    """The last digits of the ids of the papers that fit a text."""

    def serials(typed: str) -> str:
        query = select(Paper.arxiv_id).join(Item).where(Item.id.in_(matching_items(session, edition.id, typed)))
        return "".join(sorted(arxiv_id[-1] for arxiv_id in session.scalars(query)))

    return serials


# What is typed, and the last digits of the ids of the papers that it finds.
FINDS = {
    "": "012345",
    " !? ": "012345",
    "schrodinger": "0",
    "Schrödinger bert": "0",
    "surv": "125",
    "SURVEY lanterns": "125",
    "urvey": "",
    '"a survey"': "12",
    '"survey a"': "",
    '"a surv': "12",
    '"lantern"': "2",
    "survey -moss": "5",
    "survey -moss -garden": "",
    '-"a survey" -ada': "3",
    "tomas lucja": "1",
    "quill moss": "1",
    '"quill lucja"': "",
    "2611.91003": "3",
    "https://arxiv.org/pdf/2611.91003v2": "3",
    "2611.9100": "012345",
    "cs.CL": "3",
    "研究": "3",
    "究研": "",
    "co2 beta-ivy": "3",
    "@northpop": "45",
    "fireflies glow": "4",
    "100% NEAR": "4",
    "kettle tea": "0",
    "kettle bridges": "0",
    "-kettle": "12345",
    "green carpets": "2",
    "green moss": "2",
    '"carpets survey"': "",
    "imaginary lanterns -green": "13",
}


def test_what_is_typed_finds(found):
    assert {typed: found(typed) for typed in FINDS} == FINDS


WORDS = "surv lanterns moss a green 2 kettle tea ada fernsby northpop 苔 研究 co2 at last glow the of".split()
TYPED = st.lists(
    st.sampled_from([*WORDS, "-", '"', " ", " ", " ", "'", "\\", "*", "(", ")", "^", ":", "NOT", "\0"])
    | st.text(max_size=3),
    max_size=12,
).map("".join)


@pytest.fixture
def fitting(session, edition):
    """The items that fit a text, worked out without the index."""
    kept = select(Item, SearchText).join(SearchText, SearchText.paper_id == Item.paper_id)
    texts = {
        item.id: [row.title, row.authors, row.words, folded(item.headline or ""), folded(item.note or "")]
        for item, row in session.execute(kept)
    }
    return lambda typed: {item_id for item_id, held in texts.items() if fits(terms_of(typed), held)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=TYPED)
def test_whatever_is_typed_is_no_error_and_finds_just_what_fits(session, edition, fitting, typed):
    assert matching_items(session, edition.id, typed) == fitting(typed)


def test_endless_texts_are_no_error(session, edition, fitting):
    numbers = " ".join(map(str, range(10_000)))
    for typed in (
        numbers,
        f"-{numbers.replace(' ', ' -')}",
        f'"{numbers}',
        "moss " * 900,
        '"' * 900,
        "苔" * 900,
        "x" * 9_000,
    ):
        assert matching_items(session, edition.id, typed) == fitting(typed)


def test_papers_that_wait_and_those_of_other_days_are_not_found_and_dropped_ones_are(
    session, rules, edition, editor, clock, found
):
    drop(session, items(session)[1].id, by=Acting(editor, clock(), rules))
    ingest_things(session, rules, [paper("2611.91009", title="Moss that waits")])
    assert items(session, "waiting")
    assert found("moss") == "12"


def test_a_paper_is_found_by_the_words_that_the_desk_shows_though_newer_ones_wait(session, rules, edition, found):
    newer = paper("2611.91005", title="Lamps", version=2, abstract="None.")
    ingest_things(session, rules, [newer])
    assert found("garden") == found("lamps") == "5"
    (only,) = find_items(session, edition.id, "lamps")
    assert only.title == "Lanterns in the Garden"


def test_titles_come_first_then_authors_then_the_rest_and_among_equals_the_score(
    session, rules, edition, editor, clock
):
    held = [found.title for found in find_items(session, edition.id, "lantern")]
    # In two titles; in the name of an author; in the abstracts of the others, the loudest first.
    assert held == [
        "Glowing Lanterns, a Survey",
        "Lanterns in the Garden",
        "Green Carpets",
        'Schr\\"odinger Bridges for {B}ERT',
        "苔の研究 CO$_2$ and β-Ivy",
    ]
    pick(session, items(session, "candidate")[-1].id, by=Acting(editor, clock(), rules), position=2)
    told = [(found.state, found.position, found.score) for found in find_items(session, edition.id, "lantern")]
    assert told[:3] == [("picked", 3, 500), ("picked", 2, 20), ("picked", 4, 200)]
    assert told[3:] == [("picked", 1, 900), ("candidate", None, 40)]


def test_a_headline_counts_as_a_title(session, edition):
    assert [found.position for found in find_items(session, edition.id, "green")] == [3, 1]


def test_no_more_are_found_than_asked_for_and_nothing_typed_finds_the_loudest(session, edition):
    assert [found.score for found in find_items(session, edition.id, "", limit=2)] == [900, 500]
    assert find_items(session, edition.id, "thistle") == []


@pytest.fixture
def statements(session):
    """Every statement that the database is sent from now on, with its values."""
    sent: list[tuple[str, object]] = []

    def listen(*args) -> None:
        sent.append((args[2], args[3]))

    event.listen(session.get_bind(), "before_cursor_execute", listen)
    yield sent
    event.remove(session.get_bind(), "before_cursor_execute", listen)


def test_of_two_thousand_papers_some_are_found_by_the_index_with_few_statements(session, rules, statements, backend):
    ingest_things(session, rules, [paper(title=f"Lanterns and Moss, {number:04}") for number in range(2_000)])
    edition = session.scalars(select(Edition)).one()
    statements.clear()
    assert len(matching_items(session, edition.id, "moss 012")) == 10
    assert len(statements) == 2
    (searching,) = [sent for sent in statements if "lexemes" in sent[0] or "MATCH" in sent[0]]
    assert len(find_items(session, edition.id, "lanterns -moss")) == 0
    assert len(find_items(session, edition.id, "lanterns 01")) == 12
    assert len(statements) == 2 + 2 + 5
    plan = plan_of(session, backend, *searching)
    assert ("VIRTUAL TABLE INDEX" if backend == "sqlite" else "ix_search_texts_lexemes") in plan


def plan_of(session, backend: str, statement: str, values: object) -> str:
    """How the database goes about a statement that it was sent; PostgreSQL, where it may not simply read all rows."""
    if backend == "postgresql":
        for way in ("enable_seqscan", "enable_nestloop", "enable_mergejoin"):
            session.execute(text(f"set local {way} = off"))
    explain = "explain query plan" if backend == "sqlite" else "explain"
    lines = session.connection().exec_driver_sql(f"{explain} {statement}", values)
    return "\n".join(str(line) for line in lines)
