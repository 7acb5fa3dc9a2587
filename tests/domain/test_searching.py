"""Text search without a database: what texts are folded to, what typed words ask for, and what fits what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.searching import LONGEST, LONGEST_WORD, Term, fits, folded, searched, terms_of

# Texts of titles as they come and worse: TeX, accents, quotes, signs, several scripts, no characters at all.
PIECES = st.sampled_from(
    [*"\\\"{}$_^-~%'`", "\\'", '\\"o', "\\emph{", "$x_2$", "\ufdd0", "“", "”", "graph", "İ", "ß", "ﬁ", "言語", " ", "2"]
)
ANYTHING = st.one_of(st.text(), st.lists(PIECES | st.text(max_size=3), max_size=15).map("".join))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Naïve Lanterns: A Survey", "naive lanterns a survey"),
        ('Schr\\"odinger and Schr{\\"o}dinger', "schrodinger and schrodinger"),
        ("{B}ERT, \\emph{Deep} and {\\bf bold}", "bert deep and bold"),
        ("CO$_2$ and $\\mathcal{L}_{2}$", "co2 and l2"),
        ("$\\beta$-VAE, β-VAE", "beta vae beta vae"),
        ("Łukasz Ødegård, Straße, ﬁne", "lukasz odegard strasse fine"),
        ("2010.04296 cs.LG @paper_bird", "2010 04296 cs lg paper bird"),
        ("苔の研究", "苔 の 研 究"),
        ("… !? —", ""),
    ],
)
def test_a_text_is_folded_to_its_plain_words(text, words):
    assert folded(text) == words


@given(st.text(st.characters(max_codepoint=127)) | st.lists(PIECES, max_size=15).map("".join))
def test_plain_texts_are_folded_as_all_others_are(text):
    assert f"{folded(text)} e".strip() == folded(f"{text} é")


@given(ANYTHING)
def test_what_is_folded_holds_words_of_letters_and_digits_only_and_folding_it_again_changes_nothing(text):
    words = folded(text)
    assert folded(words) == words
    assert all(word.isalnum() and len(word) <= LONGEST_WORD for word in words.split(" ") if words)


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("", []),
        (' - "" -- !? "', []),
        ("moss lant", [Term(("moss",)), Term(("lant",))]),
        ('"Moss and lanterns"', [Term(("moss", "and", "lanterns"), is_prefix=False)]),
        ('"moss and lant', [Term(("moss", "and", "lant"))]),
        ("“moss” -ivy", [Term(("moss",), is_prefix=False), Term(("ivy",), is_excluded=True)]),
        ('-"moss and ivy"', [Term(("moss", "and", "ivy"), is_prefix=False, is_excluded=True)]),
        ("self-lit", [Term(("self", "lit"))]),
        ("https://arxiv.org/abs/2611.90001v2", [Term(("2611", "90001"))]),
        ("arXiv:2611.90001v2", [Term(("2611", "90001"))]),
        ("moss moss", [Term(("moss",))]),
        ('Schr\\"odinger', [Term(("schrodinger",))]),
    ],
)
def test_what_is_typed_asks_for(typed, terms):
    assert terms_of(typed) == terms


@given(ANYTHING)
def test_nothing_typed_is_an_error_and_every_term_asks_for_words(typed):
    for term in terms_of(typed):
        assert term.words and all(word.isalnum() for word in term.words)


@given(ANYTHING, st.data())
def test_a_title_is_found_by_any_of_its_words_and_by_their_beginnings(title, data):
    words = folded(title).split()
    chosen = data.draw(st.lists(st.sampled_from(words), max_size=5)) if words else []
    typed = " ".join(word[: data.draw(st.integers(1, len(word)))] for word in chosen)
    assert fits(terms_of(typed), [folded(title)])


@given(ANYTHING)
def test_a_phrase_of_a_title_is_found_and_excluded_by_its_words(title):
    phrase = folded(title)[:200].rpartition(" ")[0]
    assert fits(terms_of(f'"{phrase}"'), [folded(title)])
    assert bool(phrase) != fits(terms_of(f'-"{phrase}"'), [folded(title)])


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("lant fern", True),
        ("antern", False),
        ('"glowing lanterns"', True),
        ('"lanterns glowing"', False),
        ('"lantern"', False),
        # Words of two texts stand beside each other nowhere.
        ('"lanterns ada"', False),
        ('"fernsby tomas"', False),
        ("glowing -moss", True),
        ("glowing -ada", False),
        ("-ivy", True),
    ],
)
def test_words_are_found_anywhere_and_phrases_within_one_text(typed, is_found):
    paper = {"title": "Glowing Lanterns", "authors": ["Ada Fernsby", "Tomas Quill"], "abstract": None}
    kept = searched("2611.90001", [paper], [])
    assert fits(terms_of(typed), [kept.title, kept.authors, kept.words]) is is_found


def test_a_paper_is_kept_with_its_former_texts_and_those_of_its_mentions_each_once():
    paper = {"title": "Lanterns", "authors": ["Ada Fernsby"], "abstract": "On moss.", "categories": ["cs.LG"]}
    said = {"author_name": "Paper Bird", "author_handle": "paperbird", "text": None, "html": "<p>So <b>bright</b></p>"}
    kept = searched("2611.90001", [paper, {"title": "Lamps", "authors": ["Ada Fernsby"]}], [said, {"text": "Bright?"}])
    assert kept.title == "2611 90001  lanterns  lamps"
    assert kept.authors == "ada fernsby"
    assert kept.words == "cs lg  on moss  paperbird  paper bird  so bright  bright"


def test_endless_texts_are_cut_to_what_a_database_takes():
    long = {"title": "𠮷" * 200_000, "authors": ["x" * 300_000] * 3, "abstract": "moss " * 200_000}
    kept = searched("2611.90001", [long], [{"text": f"word{number} " * 50} for number in range(2_000)])
    assert len(kept.authors) == LONGEST_WORD
    for name, longest in LONGEST.items():
        assert len(getattr(kept, name)) <= longest
    # As PostgreSQL counts: a vector of words may have a megabyte.
    assert sum(LONGEST.values()) * 4 < 2**20
