"""The dress rehearsal of a post: what is wrong is told with its line, what is right is told in short."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.front_matter import lumen_front_matter
from app.domain.markup import markdown_text, note_markdown
from app.domain.post_document import About, Entry, PostDocument, Quote
from app.domain.posts import compose
from app.domain.profiles import BUILT_IN, load_profile
from app.domain.profiles.trial import trial_documents
from app.domain.rehearsal import Line, is_red, rehearse

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
QUOTE = '<blockquote><p>Lanterns.</p>&mdash; Ada Fernsby <a href="https://example.org/1">November 19</a></blockquote>'
LINKS = "[abs](https://arxiv.org/abs/2611.00001) | [pdf](https://arxiv.org/pdf/2611.00001)"


def document(count: int = 2, **fields: object) -> PostDocument:
    """A post of so many papers, the fields those of the first one."""
    first = {
        "title": "Lanterns $x^2$",
        "links": LINKS,
        "abstract": "We study moss.",
        "quotes": (Quote(QUOTE),),
    } | fields
    entries = [Entry(number=number, **first) for number in range(1, count + 1)]
    day = date(2026, 11, 20)
    return PostDocument(lumen_front_matter(day, NOW), "", tuple(entries), about=About(day, NOW))


def post(count: int = 2, **fields: object) -> str:
    """The text of such a post."""
    return compose(document(count, **fields)).decode()


def red(text: str | bytes, papers: int | None = None, now: datetime = NOW) -> list[Line]:
    """What a rehearsal finds wrong."""
    data = text.encode() if isinstance(text, str) else text
    return [line for line in rehearse(data, papers=papers, now=now) if line.is_bad]


def only(text: str | bytes, check: str, **known: object) -> Line:
    """The one thing that a rehearsal finds wrong."""
    found = red(text, **known)
    assert [line.check for line in found] == [check], found
    return found[0]


def test_a_good_post_passes_every_check_and_says_what_was_looked_at() -> None:
    lines = rehearse(post().encode(), papers=2, now=NOW)
    assert not is_red(lines)
    assert [line.said for line in lines] == [
        "Readers of YAML 1.1 and 1.2 agree on the front matter.",
        "The title is “Hot Papers 2026-11-20”.",
        "Python, JavaScript and Hugo read the date as 2026-11-20 08:30:00 UTC.",
        "The date is not in the future.",
        "The papers are numbered from 1 to 2.",
        "It has 2 papers, as many as are picked.",
        "2 formulas can be drawn.",
        "6 links are well-formed.",
        "2 quotes are closed.",
    ]


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_every_profile_of_ours_makes_passes(name: str) -> None:
    profile = load_profile(name)
    for tried in (document(3, note="See [this](https://example.org/a_(b)) and `code`."), *trial_documents()[1::2]):
        assert not red(compose(tried, profile), papers=len(tried.entries), now=NOW + timedelta(days=30))
    assert only(compose(document(0), profile), "papers").said == "The post is empty: it has no paper."


def test_the_archive_has_an_odd_date_in_every_post_and_one_post_without_papers(corpus: Path) -> None:
    paths = sorted((corpus / "posts").glob("*.md"))
    assert len(paths) == 28
    found = [(path.name[:10], line) for path in paths for line in red(path.read_bytes())]
    dates = [line for _, line in found if line.check == "date"]
    assert len(dates) == 28
    assert all(line.line_number == 3 and line.line_text.startswith("date: ") for line in dates)
    assert all("is no date to JavaScript and Hugo" in line.said for line in dates)
    rest = [(name, line.said) for name, line in found if line.check != "date"]
    assert rest == [("2020-12-07", "The post is empty: it has no paper.")]


def test_a_date_that_generators_stumble_over_is_shown_with_what_to_write() -> None:
    line = only(post().replace("08:30:00.000Z", "08:30:00.Z"), "date")
    assert line.said == "2026-11-20T08:30:00.Z is no date to JavaScript and Hugo; write it as 2026-11-20T08:30:00.000Z."
    assert (line.line_number, line.line_text) == (3, "date: 2026-11-20T08:30:00.Z")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-11-20T08:30:00", "names no time zone"),
        ("Fri, 20 Nov 2026 08:30:00 GMT", "is no date to Python."),
        ('""', "The post has no date."),
        ("2026-W47-5", "is no date to JavaScript and Hugo."),
    ],
)
def test_a_date_that_not_all_read_alike_is_told(written: str, said: str) -> None:
    assert said in only(post().replace("2026-11-20T08:30:00.000Z", written), "date").said


def test_a_second_date_counts_as_much_as_the_first_whatever_it_is_called() -> None:
    text = post().replace("template:", "updatedDate: 2026-11-20T08:30:00.Z\ntemplate:")
    assert only(text, "date").line_number == 4
    assert red(text.replace("\ndate:", "\npubDate:"))[0].line_text.startswith("updatedDate")


def test_a_post_of_tomorrow_is_told_and_one_of_this_very_moment_is_not() -> None:
    assert not red(post(), now=NOW)
    line = only(post(), "future", now=NOW - timedelta(milliseconds=1))
    assert "in the future" in line.said
    assert line.line_number == 3


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("draft: yes", "“draft” is True to readers of YAML 1.1 and 'yes' to those of 1.2; put it in quotes."),
        ("draft: 012", "“draft” is 10 to readers of YAML 1.1 and 12"),
        ("draft: 1e3", "“draft” is '1e3' to readers of YAML 1.1 and 1000.0"),
        ("draft: 12:30:45", "“draft” is 45045 to readers of YAML 1.1"),
        ("no: false", "A name is False to readers of YAML 1.1 and 'no' to those of 1.2"),
        ('draft: "unclosed', "cannot read the front matter"),
        ("draft: false\ndraft: true", "A reader of YAML 1.2 cannot read the front matter: found duplicate key"),
        ("draft: 2026-13-45", "cannot read the front matter"),
        ("draft: !!python/name:os.system x", "cannot read the front matter"),
        ("draft: " + "[" * 500, "cannot read the front matter"),
    ],
)
def test_front_matter_that_readers_take_differently_is_told(written: str, said: str) -> None:
    line = only(post().replace("draft: false", written), "front matter")
    assert said in line.said
    assert line.line_text


def test_a_billion_values_of_a_few_lines_are_told_soon() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    found = red(post().replace("draft: false\n", bomb))
    assert {line.check for line in found} == {"front matter"}
    assert "says far more" in found[0].said
    merged = "a0: &a0 {x: y}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12)
    )
    assert "it merges far more" in only(post().replace("draft: false\n", merged), "front matter").said


def test_a_post_without_a_title_or_with_one_that_is_no_text_is_told() -> None:
    assert only(post().replace("title: Hot Papers 2026-11-20", 'title: ""'), "title").said == "The post has no title."
    line = only(post().replace("title: Hot Papers 2026-11-20", "title: 2026"), "title")
    assert (line.line_number, line.line_text) == (2, "title: 2026")


def test_what_is_no_post_at_all_is_told_and_not_raised() -> None:
    assert "does not begin with front matter" in red("Good morning.")[0].said
    assert only(b"---\ntitle: x\n\xff\xfe\n---\n", "text").line_number == 3
    assert [line.check for line in red("")] == ["front matter", "papers"]


def test_an_empty_post_is_told() -> None:
    line = only(post(0), "papers")
    assert line.said == "The post is empty: it has no paper."


def test_papers_are_counted_against_those_that_are_picked() -> None:
    assert only(post(2), "papers", papers=3).said == "The post has 2 papers, but 3 should be in it."
    assert not red(post(3), papers=3)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("# 2. ", "# 3. ", "Number 2 is missing."),
        ("# 2. ", "# 1. ", "Number 1 stands twice."),
        ("# 3. ", "# 9. ", "Number 3 is missing."),
        ("# 1. ", "# 7. ", "Number 1 is missing."),
    ],
)
def test_numbers_run_from_one_without_a_gap(before: str, after: str, said: str) -> None:
    line = only(post(3).replace(before, after), "numbers")
    assert line.said == said
    assert line.line_text.startswith(after)


def test_a_line_of_an_abstract_that_looks_like_a_heading_is_no_paper() -> None:
    text = post(2, abstract="We count.\n\n# 7. Not a paper\n\nThat was all.")
    assert not red(text, papers=2)
    assert not red(post(2, note="```\n# 9. Code\n```"), papers=2)


def test_headings_without_numbers_are_counted_too() -> None:
    head = post(0)
    assert not red(head + "\n## Lanterns\n\nMoss.\n\n## Rivers\n\nMoss.\n", papers=2)


def test_a_formula_that_cannot_be_drawn_is_told_with_its_line() -> None:
    line = only(post(1, title=r"Lanterns $\frac{a}{b$"), "formulas")
    assert line.said == "A formula cannot be drawn, so that its source is printed."
    assert line.line_text == r"$\frac{a}{b$"
    long = only(post(1, title=f"Lanterns ${'x' * 401}$"), "formulas")
    assert long.said == "A formula cannot be drawn (it has more than 400 characters), so that its source is printed."
    assert len(long.line_text) < 300
    assert not red(post(1, note=r"`$\frac{a}{b$` costs $5 and 6$."))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("www.example.org", "no address of the web; begin it with https://"),
        ("htps://example.org", "no address of the web; begin it with https://"),
        ("javascript:alert(1)", "no address of the web"),
        ("", "leads nowhere"),
        ("https://", "is no address of the web"),
        ("https://example", "is no address of the web"),
        ("https://[::1", "is no address."),
        ("https://example.org:port/", "is no address."),
        ("https://a b.org", "never closed"),
        ("https://example.org", "never closed"),
        ("mailto:ada", "no address for mail"),
    ],
)
def test_a_link_that_leads_nowhere_is_told(address: str, said: str) -> None:
    end = "" if said == "never closed" and " " not in address else ")"
    line = only(post(1, note=f"Read [this]({address}{end}"), "links")
    assert said in line.said
    assert line.line_text == f"Read [this]({address}{end}"


@pytest.mark.parametrize(
    "link",
    [
        "[a](https://example.org/a_(b)?c=d&amp;e#f)",
        '[a](<https://example.org/a> "A title")',
        "[a](/hot-papers-2026-11-19/)",
        "[a](#top)",
        "[a](mailto:ada@example.org?subject=Moss)",
        r"\[a\](no link)",
        "`[a](no link)`",
        "an interval $]a,b](x)$ and f[x]",
    ],
)
def test_links_that_are_well_formed_or_none_are_not_told(link: str) -> None:
    assert not red(post(1, note=link))


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_link_of_a_note_that_would_be_printed_as_it_was_typed_is_told(name: str) -> None:
    typed = "Read [the code](github.com/fernsby/lanterns), not [f](x) or [the data](https://example.org/d)."
    line = only(compose(document(1, note=note_markdown(typed)), load_profile(name)), "links")
    assert line.said.startswith("“github.com/fernsby/lanterns” makes no link, and is printed as it was typed")


def test_an_address_in_a_quote_is_looked_at_too() -> None:
    line = only(post(1, quotes=(Quote(QUOTE.replace("https://example.org/1", "example.org")),)), "links")
    assert "“example.org”" in line.said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("</blockquote>", "", "A quote is not closed: <blockquote> stays open."),
        ("</a>", "", "</blockquote> closes nothing here."),
        ("<blockquote>", "<blockquote></blockquote></blockquote>", "</blockquote> closes nothing here."),
    ],
)
def test_a_quote_that_is_not_closed_is_told(before: str, after: str, said: str) -> None:
    found = red(post().replace(before, after, 1))
    assert {line.check for line in found} == {"quotes"}
    assert found[0].said == said


def test_a_script_that_is_not_closed_is_told() -> None:
    assert "script is not closed" in only(post(1, quotes=(Quote(f"{QUOTE}\n<script async>"),)), "quotes").said


def test_very_many_faults_of_one_kind_are_told_in_short() -> None:
    found = red(post(1, note="\n".join(["[a](b)"] * 300)))
    assert len(found) == 21
    assert found[-1].said == "And 280 more of the same kind."


@pytest.mark.parametrize("typed", ["](", r"\](.", r"\]&#40;.", "[a](<", "[a](mailto:a@.", "[a](mailto:a@b.@", "`` ` "])
def test_a_note_that_is_as_long_as_it_may_be_is_gone_through_once(typed: str) -> None:
    signs = (typed * 20_000)[:20_000]
    for note in (signs, typed + signs[-2:-1] * 20_000, f"{typed}{'.' * 20_000}@)"):
        assert {line.check for line in red(post(1, note=note))} <= {"links"}


def test_links_listed_where_no_paper_is_are_no_paper_s() -> None:
    assert only(post(0, introduction="- links: [a](https://example.org)"), "papers").said.startswith(
        "The post is empty"
    )


@settings(max_examples=50)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_no_text_that_passed_through_our_markdown_is_found_wrong(title: str, abstract: str, note: str) -> None:
    fields = {"title": markdown_text(title, inline_start=True), "abstract": markdown_text(abstract)}
    found = red(post(2, note=note_markdown(note), **fields), papers=2)
    assert {line.check for line in found} <= {"formulas", "links"}


@settings(max_examples=50)
@given(st.binary(max_size=400), st.text("---\n:#$[]()<>`* ab1.", max_size=400))
def test_a_rehearsal_never_raises(data: bytes, text: str) -> None:
    for tried in (data, text.encode(), b"---\n" + data + b"\n---\n" + data, f"---\n{text}\n---\n{text}".encode()):
        assert rehearse(tried, papers=1, now=NOW)
