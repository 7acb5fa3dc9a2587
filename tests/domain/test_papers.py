"""arXiv ids in all their spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.papers import PaperId, abs_url, arxiv_id_from_url, arxiv_ids_from_text, parse_arxiv_id, pdf_url

MONTHS = st.integers(1, 12).map(lambda month: f"{month:02d}")
SHORT = st.builds(
    lambda year, month, serial: f"{year:02d}{month}.{serial:04d}", st.integers(8, 14), MONTHS, st.integers(0, 9999)
)
LONG = st.builds(
    lambda year, month, serial: f"{year:02d}{month}.{serial:05d}", st.integers(15, 99), MONTHS, st.integers(0, 99999)
)
OLD = st.builds(
    lambda archive, year, month, serial: f"{archive}/{year:02d}{month}{serial:03d}",
    st.sampled_from(["math", "math-ph", "hep-th", "cs", "q-bio", "cond-mat"]),
    st.sampled_from([*range(92, 100), *range(0, 7)]),
    MONTHS,
    st.integers(0, 999),
)
VERSIONS = st.none() | st.integers(1, 9999)


@given(st.builds(PaperId, SHORT | LONG | OLD, VERSIONS))
def test_an_id_survives_being_written_and_read(paper):
    assert parse_arxiv_id(str(paper)) == paper
    assert parse_arxiv_id(f"arXiv:{paper}") == paper
    assert arxiv_id_from_url(f"https://arxiv.org/abs/{paper}") == paper
    assert arxiv_ids_from_text(f"See arXiv:{paper}, again.") == [paper]


@given(st.text())
def test_any_text_can_be_searched(text):
    assert isinstance(arxiv_ids_from_text(text), list)
    assert isinstance(arxiv_id_from_url(text), PaperId | None)
    assert isinstance(parse_arxiv_id(text), PaperId | None)


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("2103.12352", PaperId("2103.12352")),
        (" 2103.12352v2\n", PaperId("2103.12352", 2)),
        ("0704.0001", PaperId("0704.0001")),
        ("1412.9999v12", PaperId("1412.9999", 12)),
        ("9901.90007", PaperId("9901.90007")),
        ("math.GT/0309136", PaperId("math/0309136")),
        ("HEP-TH/9901001v3", PaperId("hep-th/9901001", 3)),
        ("math-ph/0309136", PaperId("math-ph/0309136")),
        ("ArXiv: 2103.12352", PaperId("2103.12352")),
    ],
)
def test_good_ids(text, paper):
    assert parse_arxiv_id(text) == paper


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "2103.1235",
        "1412.12345",
        "0703.0001",
        "0604.12345",
        "2113.12352",
        "2100.12352",
        "2103.123456",
        "2103.12352v0",
        "2103.12352v",
        "2103.12352v12345",
        "2103.12352 and more",
        "math/0913136",
        "math/0704001",
        "math/030913",
        "nope/0309136",
        "٢١٠٣.12352",
        "2103.12352\0",
    ],
)
def test_bad_ids(text):
    assert parse_arxiv_id(text) is None


@pytest.mark.parametrize(
    ("url", "paper"),
    [
        ("https://www.arxiv.org/pdf/2103.12352v2.pdf", PaperId("2103.12352", 2)),
        ("http://export.arxiv.org/abs/2103.12352#section", PaperId("2103.12352")),
        ("https://arxiv.org/abs/math.GT/0309136", PaperId("math/0309136")),
        ("https://arxiv.org/abs/math%2F0309136", PaperId("math/0309136")),
        ("https://arxiv.org//abs//2103.12352", PaperId("2103.12352")),
        ("HTTPS://ARXIV.ORG/ABS/2103.12352", PaperId("2103.12352")),
        ("arxiv.org/abs/2103.12352", PaperId("2103.12352")),
        ("https://huggingface.co/papers/2103.12352?x=1", PaperId("2103.12352")),
        ("https://doi.org/10.48550/ARXIV.MATH/0309136", PaperId("math/0309136")),
        ("https://doi.org/10.48550%2FarXiv.2103.12352", PaperId("2103.12352")),
        ("https://ar5iv.labs.arxiv.org/html/2103.12352", PaperId("2103.12352")),
        ("https://www.alphaxiv.org/ja/overview/2103.12352v1", PaperId("2103.12352", 1)),
        ("https://scirate.com/arxiv/2103.12352", PaperId("2103.12352")),
        ("https://arxiv.org.evil.test/abs/2103.12352", None),
        ("https://notarxiv.org/abs/2103.12352", None),
        ("https://arxiv.org@evil.test/abs/2103.12352", None),
        ("https://arxiv.org%2F.evil.test/abs/2103.12352", None),
        ("https://evil.test/?u=https://arxiv.org/abs/2103.12352", None),
        ("https://arxiv.org/abs/2103.1235", None),
        ("https://arxiv.org/list/cs.LG/recent", None),
        ("ftp://arxiv.org/abs/2103.12352", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_addresses(url, paper):
    assert arxiv_id_from_url(url) == paper


def test_a_text_names_its_papers_once_and_in_order():
    text = (
        "New (arXiv:2103.99001v2)! Old: https://arxiv.org/abs/math/0309999. Again arxiv.org/pdf/2103.99001v2.pdf, "
        "10.48550/arXiv.2103.99003, not x/2103.99004 nor 2103.99005 nor oarxiv:2103.99006"
    )
    assert arxiv_ids_from_text(text) == [
        PaperId("2103.99001", 2),
        PaperId("math/0309999"),
        PaperId("2103.99003"),
    ]


def test_addresses_of_a_paper():
    assert abs_url("math/0309999") == "https://arxiv.org/abs/math/0309999"
    assert pdf_url("2103.99001") == "https://arxiv.org/pdf/2103.99001"
    assert arxiv_id_from_url(pdf_url("2103.99001")) == PaperId("2103.99001")
