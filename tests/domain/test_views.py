"""Filters: what an address means, and that it means the same again."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.views import STATES, TEXT_LIMIT, Filters, as_query, from_query, one_line

WORDS = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
TEXTS = st.text().map(one_line).map(lambda text: text[:TEXT_LIMIT].rstrip())
FILTERS = st.builds(
    Filters,
    text=TEXTS,
    categories=st.frozensets(WORDS, max_size=60),
    sources=st.frozensets(WORDS, max_size=60),
    state=st.sampled_from([None, *STATES]),
    is_new=st.booleans(),
)


@given(FILTERS)
def test_an_address_means_the_filters_that_it_was_made_of(filters: Filters) -> None:
    assert from_query(as_query(filters)) == filters


@given(st.dictionaries(st.sampled_from(["q", "category", "source", "state", "new", "without"]), st.lists(st.text())))
def test_any_fields_mean_some_filters_and_their_own_address_means_the_same(query: dict[str, list[str]]) -> None:
    filters = from_query(query)
    assert from_query(as_query(filters)) == filters
    assert len(filters.text) <= TEXT_LIMIT
    assert "\0" not in filters.text


def test_what_means_nothing_is_passed_over() -> None:
    query = {
        "state": ["waiting", "held"],
        "category": ["", "cs.CL", "two words", "x" * 41],
        "new": ["maybe"],
        "page": ["2"],
    }
    assert from_query(query) == Filters(categories=frozenset({"cs.CL"}), state="held")


def test_a_typed_text_is_one_line_of_bounded_length() -> None:
    assert from_query({"q": ["  ring\n formers\0 "]}).text == "ring formers"
    assert len(from_query({"q": ["x" * 5000]}).text) == TEXT_LIMIT


def test_nothing_set_is_no_filter() -> None:
    assert not from_query({"q": [" "], "state": [""], "new": [""]}).is_on
    assert as_query(Filters()) == {}
    assert from_query({"source": ["bluesky"]}).is_on
