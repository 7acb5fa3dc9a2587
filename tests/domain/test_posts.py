"""compose and parse are inverses: on the archive, on damaged posts, and on documents of our own."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.posts import (
    SCRIPT,
    Entry,
    FrontMatter,
    PostDocument,
    PostUnreadable,
    Quote,
    compose,
    first_difference,
    from_dict,
    parse,
    to_dict,
)
from tests.domain.corpus import needs_corpus, post_paths

HEAD = """---
title: Hot Papers 2030-01-02
date: 2030-01-03T09:03:24.Z
template: "post"
draft: false
slug: "hot-papers-2030-01-02"
category: "arXiv"
tags:
  - "arXiv"
  - "Twitter"
  - "Machine Learning"
  - "Computer Science"
description: "Hot papers 2030-01-02"
socialImage: "/media/flying-marine.jpg"

---
"""
QUOTE = '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Words</p>&mdash; Ann (@ann)</blockquote>'
ENTRY_ONE = f"""
# 1. Counting Clouds

Ann Example, Bo Sample

- retweets: 60, favorites: 37 (01/03/2030 09:03:24)

- links: [abs](https://arxiv.org/abs/3001.00001) | [pdf](https://arxiv.org/pdf/3001.00001)
- [cs.CV](https://arxiv.org/list/cs.CV/recent) | [cs.LG](https://arxiv.org/list/cs.LG/recent)

Clouds are counted.

{QUOTE}
{SCRIPT}

{QUOTE}
{SCRIPT}



"""
ENTRY_TWO = """
# 2. Naming Winds

Cy Specimen

- links: [abs](https://arxiv.org/abs/3001.00002) | [pdf](https://arxiv.org/pdf/3001.00002)
- [cs.LG](https://arxiv.org/list/cs.LG/recent)

Winds are named.



"""
POST = HEAD + ENTRY_ONE + ENTRY_TWO


def assert_survives(text: str | bytes) -> PostDocument:
    data = text.encode() if isinstance(text, str) else text
    document = parse(data)
    assert first_difference(data, compose(document)) is None
    assert from_dict(json.loads(json.dumps(to_dict(document)))) == document
    return document


class TestArchive:
    @needs_corpus
    @pytest.mark.parametrize("path", post_paths(), ids=lambda path: f"{path.parent.name}/{path.stem}")
    def test_every_post_survives_to_the_byte(self, path):
        document = assert_survives(path.read_bytes())
        assert [entry.number for entry in document.entries] == list(range(1, len(document.entries) + 1))
        assert not any(entry.layout or entry.remainder or entry.note for entry in document.entries)
        assert (document.introduction, document.closing) == ("", "")
        assert all(entry.arxiv_id and entry.authors and entry.abstract for entry in document.entries)
        assert all(quote.scripted and "\n" not in quote.html for e in document.entries for quote in e.quotes)

    @needs_corpus
    @pytest.mark.parametrize("path", post_paths(), ids=lambda path: f"{path.parent.name}/{path.stem}")
    def test_every_post_survives_in_windows_line_ends_and_cut_short(self, path):
        data = path.read_bytes()
        assert assert_survives(data.replace(b"\n", b"\r\n")).entries == parse(data).entries
        assert_survives(data.rstrip())
        assert_survives(data.replace(b"\n", b"\r\n", 40))

    @needs_corpus
    def test_the_sample_needs_no_layout_of_its_own(self):
        path = next(path for path in post_paths() if path.name.startswith("2021-03-24"))
        document = parse(path.read_bytes())
        assert document.layout == () and document.front.verbatim == ""
        assert len(document.entries) == 15
        assert document.front.date == "2021-03-25T09:03:24.Z"


class TestReading:
    def test_names_every_part(self):
        document = assert_survives(POST)
        first, second = document.entries
        assert document.slug == "hot-papers-2030-01-02"
        assert (first.number, first.title, first.author_names) == (1, "Counting Clouds", ("Ann Example", "Bo Sample"))
        assert first.arxiv_id == "3001.00001"
        assert first.category_names == ("cs.CV", "cs.LG")
        assert first.metrics == ("retweets: 60, favorites: 37 (01/03/2030 09:03:24)",)
        assert first.printed_totals == (60, 37, "01/03/2030 09:03:24")
        assert first.quotes == (Quote(QUOTE, True), Quote(QUOTE, True))
        assert (second.metrics, second.quotes, second.abstract) == ((), (), "Winds are named.")
        assert second.printed_totals is None

    def test_old_identifiers_are_read(self):
        assert parse(POST.replace("3001.00002", "math.AG/0501001").encode()).entries[1].arxiv_id == "math.AG/0501001"

    def test_a_note_is_what_stands_before_the_abstract(self):
        document = assert_survives(POST.replace("Clouds are", "One note.\n\n- with a list\n\nClouds are"))
        assert document.entries[0].note == "One note.\n\n- with a list"
        assert document.entries[0].abstract == "Clouds are counted."

    @pytest.mark.parametrize("abstract", ["Clouds are counted.", "Winds are named."])
    def test_a_note_over_a_missing_abstract_stays_a_note(self, abstract):
        document = parse(POST.encode())
        entries = tuple(
            Entry(**{**_fields(entry), "note": "A note.", "abstract": ""}) if entry.abstract == abstract else entry
            for entry in document.entries
        )
        changed = PostDocument(document.front, entries=entries)
        assert parse(compose(changed)) == changed

    def test_a_line_like_a_heading_starts_no_entry_without_links(self):
        text = POST.replace("Clouds are counted.", "Clouds\n\n# 2. are\n\ncounted.")
        document = assert_survives(text)
        assert [entry.number for entry in document.entries] == [1, 2]
        assert "# 2. are" in document.entries[0].note

    def test_numbers_may_have_gaps(self):
        assert [entry.number for entry in assert_survives(POST.replace("# 2.", "# 7.")).entries] == [1, 7]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("---\n\n# 1", "---\n\n\n# 1"),
            ("---\n\n# 1", "---\n# 1"),
            ("---\n\n# 1", "---\n\nToday: clouds.\n\n# 1"),
            ("---\n\n# 1", "---\nToday:\n\n\nclouds.\n \n\n# 1"),
            ("Clouds are counted.\n\n", ""),
            ("Clouds are counted.\n\n", "\n\n"),
            ("Clouds are counted.", "Clouds\n\nare\n\n\n\ncounted."),
            ("Clouds are counted.", "- Clouds\n- are counted."),
            ("Clouds are counted.", "# Clouds"),
            ("Winds are named.\n\n\n\n", "Winds are named."),
            ("Winds are named.\n\n\n\n", "Winds are named.\n\n\n\n\n\n\n\n"),
            ("Winds are named.\n\n\n\n", ""),
            ("Words</p>", "Wo\nrds</p>"),
            ("Words</p>", "Wo\n\nrds</p>"),
            ("</blockquote>", ""),
            (SCRIPT, ""),
            (SCRIPT + "\n", ""),
            (SCRIPT, SCRIPT + "\n" + SCRIPT),
            (SCRIPT + "\n\n<", SCRIPT + "\n\nA line by hand.\n\n<"),
            ("Ann Example, Bo Sample\n\n", ""),
            ("Ann Example, Bo Sample", "Ann Example,\nBo Sample\n\nof the Weather School"),
            ("- retweets: 60, favorites: 37 (01/03/2030 09:03:24)\n\n", ""),
            ("09:03:24)\n\n", "09:03:24)\n"),
            ("09:03:24)\n", "09:03:24)\n- Hacker News: 3 points\n"),
            ("- [cs.CV]", "[cs.CV]"),
            ("- links: [abs]", "- Links: [abs]"),
            ("# 1. Counting Clouds", "# 1. "),
            ("# 1. Counting", "# 1.  Counting"),
            ("# 1. Counting", "# 01. Counting"),
            ("# 1. Counting", "## 1. Counting"),
            ("# 1. Counting", "# 123456789012345678901234567890. Counting"),
            ("date: 2030-01-03T09:03:24.Z", "date: yesterday, about noon"),
            ("date: 2030-01-03T09:03:24.Z\n", ""),
            ("title: Hot", "title: Hot: Cold"),
            ("title: Hot", "title: [Hot"),
            ("draft: false", "draft: yes # not yet"),
            ("draft: false", "draft: false\nextra: {a: [1, 2]}"),
            ('slug: "hot', 'slug: "hot"\nslug: "hot'),
            ("tags:\n", "tags:\n  - {a: b}\n"),
            ("---\n", "--- \n"),
            ("\n", "\u2028\n"),
            ("Clouds", "Cl\r\x0b\x85\u2029ouds"),
        ],
    )
    @pytest.mark.parametrize("count", [1, -1])
    def test_damage_survives(self, old, new, count):
        assert old in POST
        assert_survives(POST.replace(old, new, count))

    @pytest.mark.parametrize(
        "tail",
        ["", "\n", "\n\n\n", "Only words.", "\nOnly words.\n", "\n# 1. A heading\n"]
        + ["- - -\nBye.", "\n- - -\n\nBye.\n", "\nHello.\n- - -\n\nBye.\n", "\nHello.\n\n- - -\n", "\n- - -\n\n\nBye."],
    )
    def test_a_post_without_papers_survives(self, tail):
        assert assert_survives(HEAD + tail).entries == ()
        assert_survives((HEAD + tail).rstrip("\n"))

    def test_a_byte_order_mark_survives(self):
        assert len(assert_survives("\ufeff" + POST).entries) == 2

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "Line 1 "),
            (b"# 1. No head\n", "Line 1 "),
            (b"---\ntitle: x\n", "Line 1 "),
            (b"---\ntitle: x\n---\n\xff\n", "Line 4 "),
            (b"---\n" + b"a: b\n" * 9000 + b"---\n", "Line 9002 "),
        ],
    )
    def test_what_is_no_post_is_refused_with_its_line(self, data, sentence):
        with pytest.raises(PostUnreadable) as caught:
            parse(data)
        assert str(caught.value).startswith(sentence) and str(caught.value).endswith(".")

    @pytest.mark.parametrize(
        "line", ["# 1. a\n\n", "- links: x\n", "<blockquote\n", "- \n", "\n", "a\n\n", "</blockquote>\n", "\r", "---\n"]
    )
    def test_a_megabyte_is_read_at_once(self, line):
        assert_survives(HEAD + ENTRY_ONE + line * (1_000_000 // len(line)))


class TestClosingWords:
    def test_they_stand_under_a_rule_after_the_last_entry(self):
        document = PostDocument(
            parse(POST.encode()).front, "Hello.", parse(POST.encode()).entries, closing="Bye.\n\nBye."
        )
        text = compose(document).decode()
        assert text == POST.replace("---\n\n# 1.", "---\n\nHello.\n\n# 1.") + "\n- - -\n\nBye.\n\nBye.\n"
        assert assert_survives(text) == document

    def test_words_without_the_rule_are_the_last_entrys(self):
        document = assert_survives(POST + "\nA line by hand.\n")
        assert (document.closing, document.entries[-1].note) == ("", "Winds are named.")
        quoted = assert_survives(POST.replace("Winds are named.", f"Winds are named.\n\n{QUOTE}\n\nBy hand."))
        assert (quoted.closing, quoted.entries[-1].remainder) == ("", "By hand.")

    def test_what_stood_between_the_last_entry_and_the_rule_stays_there(self):
        document = assert_survives(POST.rstrip() + f"\n\n{QUOTE}\n\nBy hand.\n\n- - -\nBye.")
        assert (document.entries[-1].remainder, document.closing) == ("By hand.", "Bye.")

    @pytest.mark.parametrize("end", ["- - -\n", "\n- - -\n\n \n", "- - -\n\nBye.\n"])
    def test_a_rule_with_nothing_below_or_right_under_a_line_is_none(self, end):
        assert assert_survives(POST.rstrip() + "\n" + end).closing == ""

    def test_a_rule_before_the_last_entry_is_that_entrys(self):
        document = assert_survives(POST.replace("Clouds are counted.", "Clouds\n\n- - -\n\nare counted."))
        assert (document.closing, len(document.entries)) == ("", 2)


PIECES = [
    "\n",
    "\n\n",
    " ",
    "\r\n",
    "---\n",
    "\n- - -\n",
    "# 3. X\n",
    "- links: a\n",
    "- ",
    QUOTE,
    SCRIPT,
    "<blockquote",
    "é",
    '"',
    ":",
]


@given(st.lists(st.tuples(st.integers(0, len(POST)), st.integers(0, 30), st.sampled_from(["", *PIECES])), max_size=6))
@settings(max_examples=400, deadline=None)
def test_any_damage_survives_or_is_refused(changes):
    text = POST
    for at, cut, put in changes:
        text = text[:at] + put + text[at + cut :]
    try:
        parse(text.encode())
    except PostUnreadable:
        return
    assert_survives(text)


@given(st.binary(max_size=200))
def test_any_bytes_after_a_head_survive_or_are_refused(tail):
    try:
        parse(HEAD.encode() + tail)
    except PostUnreadable:
        return
    assert_survives(HEAD.encode() + tail)


def _fields(entry: Entry) -> dict:
    return {name: getattr(entry, name) for name in Entry.__slots__}


# Lines as records.py makes them: nothing that opens a list, a heading or a quote, no control signs.
LETTERS = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\n\r")
LINE = st.text(LETTERS, max_size=40).map(str.strip).map(lambda text: text.lstrip("-#<"))
WORDS = LINE.filter(lambda line: line.strip(" \t\r"))
ENTRIES = st.builds(
    Entry,
    number=st.integers(0, 999_999),
    title=LINE,
    authors=st.one_of(st.just(""), WORDS),
    metrics=st.lists(WORDS.map("n: {}".format), max_size=3).map(tuple),
    links=WORDS,
    categories=st.one_of(st.just(""), WORDS.map("[cs.LG]({})".format)),
    note=st.lists(WORDS, max_size=3).map("\n\n".join),
    abstract=st.one_of(st.just(""), WORDS),
    quotes=st.lists(st.builds(Quote, WORDS.map("<blockquote>{}</blockquote>".format), st.booleans()), max_size=3).map(
        tuple
    ),
)


@given(
    st.lists(ENTRIES, max_size=4).map(tuple),
    st.one_of(st.just(""), WORDS),
    st.lists(WORDS, max_size=3).map("\n\n".join),
    st.builds(FrontMatter, title=LINE, slug=LINE, draft=st.booleans()),
)
@settings(max_examples=300, deadline=None)
def test_every_document_reads_back_as_itself(entries, introduction, closing, front):
    document = PostDocument(front, introduction, entries, closing=closing)
    assert parse(compose(document)) == document
    assert from_dict(json.loads(json.dumps(to_dict(document)))) == document


class TestComposing:
    def test_the_first_difference_is_found(self):
        assert first_difference(b"a\nb", b"a\nb") is None
        assert first_difference(b"a\nb", b"a\nc") == (2, "b", "c")
        assert first_difference(b"a\n", b"a") == (2, "", "")
        assert first_difference(b"a", b"a\nb") == (2, "", "b")
        assert first_difference(b"\xff", b"x") == (1, "\\xff", "x")
