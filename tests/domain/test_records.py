"""A record makes a document: the archive's own days come out again, and hostile records harm nothing."""

import copy
import html
import json
import re

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.markup import note_markdown, split_math
from app.domain.posts import SCRIPT, compose, first_difference, parse
from app.domain.records import RecordUnreadable, archive_record, document_of, rebuilt
from tests.domain.corpus import CORPUS, candidate_paths, needs_corpus, post_paths
from tests.domain.rendering import COMMONMARK, Shown

DAYS = ["2020-11-19", "2021-03-24", "2021-05-18", "2021-08-11"]


def reading(source: str = "twitter", **counts) -> dict:
    return {"source": source, "captured_at": "2030-01-03T09:03:24+00:00", **counts}


def mention(number: int, source: str = "twitter", **given_values) -> dict:
    address = f"https://{source}.example/ann/{number}"
    who = {"author_name": "Ann Example", "author_handle": "ann", "posted_on": "January 2, 2030"}
    return {"source": source, "id": str(number), "url": address, "text": f"words {number}", **who, **given_values}


def item(**given_values) -> dict:
    paper = {
        "arxiv_id": "3001.00001",
        "version": 1,
        "title": "Counting Clouds",
        "authors": ["Ann Example", "Bo Sample"],
    }
    paper |= {"abstract": "Clouds are counted.", "categories": ["cs.CV", "cs.LG"], "headline": None, "note": None}
    return {**paper, "readings": [reading(reposts=60, likes=37)], "mentions": [], **given_values}


def edition(*items: dict, **given_values) -> dict:
    return {
        "format": 1,
        "kind": "edition",
        "edition_date": "2030-01-02",
        "published_at": "2030-01-03T09:03:24+00:00",
        "timezone": "UTC",
        "profile": "lumen",
        "cut": 50,
        "weights": {"twitter": 1.0},
        "quote_cut": 25,
        "quote_limit": 10,
        "items": list(items),
        **given_values,
    }


def entry_of(**given_values):
    document = document_of(edition(item(**given_values)))
    assert parse(compose(document)) == document
    return document.entries[0]


def named(number: int) -> dict:
    return {"source": "twitter", "id": str(number)}


def quoted_words(*mentions: dict, chosen: list[dict] | None = None, **rules) -> list[str]:
    document = document_of(edition(item(mentions=list(mentions), quotes=chosen), **rules))
    return [re.search("words ([0-9]+)", quote.html)[1] for quote in document.entries[0].quotes]


class TestArchive:
    """Four days of the archive from their candidates; only what DESIGN.md section 5 changes on purpose may differ."""

    def record(self, day: str) -> dict:
        post = parse((CORPUS / "posts" / f"{day}---Hot-Papers.md").read_bytes())
        rank = {entry.arxiv_id: entry.number for entry in post.entries}
        lines = (CORPUS / "candidates" / f"{day}.jsonl").read_text(encoding="utf-8").splitlines()
        papers = {paper["arxiv_id"]: paper for paper in map(json.loads, lines) if self.score(paper) >= 50}
        # The blog broke ties in no order of its own, so here they stand as they stood in the post.
        best_first = sorted(papers.values(), key=lambda paper: (-self.score(paper), rank.get(paper["arxiv_id"], 0)))
        published = post.front.date.replace(".Z", "+00:00")
        return edition(
            *(item(**{**paper, "headline": None}) for paper in best_first), edition_date=day, published_at=published
        )

    @staticmethod
    def score(paper: dict) -> int:
        return sum(reading["reposts"] + reading["likes"] for reading in paper["readings"])

    @staticmethod
    def normalised(post: bytes, *, ours: bool) -> bytes:
        """The post without the four allowed differences: date line, doubled spaces, entities in quotes, escapes."""
        lines = post.decode().split("\n")
        for number, line in enumerate(lines):
            if number == 2:
                lines[number] = re.sub(r"\.(000)?Z$", ".Z", line)
            elif line.startswith("<blockquote"):
                lines[number] = html.unescape(line)
            elif not line.startswith(("<", "- ", "  - ")):
                line = re.sub(" +", " ", line).rstrip(" ")
                lines[number] = "".join(p if m or not ours else unescaped(p) for m, p in split_math(line))
        return "\n".join(lines).encode()

    def difference(self, ours: bytes, theirs: bytes):
        return first_difference(self.normalised(ours, ours=True), self.normalised(theirs, ours=False))

    @needs_corpus
    @pytest.mark.parametrize("day", DAYS)
    def test_the_day_comes_out_as_it_was(self, day):
        theirs = (CORPUS / "posts" / f"{day}---Hot-Papers.md").read_bytes()
        ours = compose(document_of(self.record(day)))
        assert self.difference(ours, theirs) is None
        changed = [a for a, b in zip(ours.split(b"\n"), theirs.split(b"\n"), strict=True) if a != b]
        assert changed[0].startswith(b"date: ") and changed[0].endswith(b".000Z")

    @needs_corpus
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b", ", b" "),
            (b"retweets: ", b"retweets:  "),
            (b"favorites: ", b"favourites: "),
            (b"\n\n- links", b"\n- links"),
            (b"\n\n\n\n\n#", b"\n\n\n\n#"),
            (b"draft: false", b"draft: true"),
            (b"date: 2021", b"date: 2022"),
            (b'"Twitter"', b"Twitter"),
            (b"&mdash;", b"-"),
            (b"<br>", b""),
            (b"# 2. ", b"# 3. "),
            (b" the ", b" a "),
            (SCRIPT.encode() + b"\n", b""),
        ],
    )
    def test_any_other_difference_is_found(self, old, new):
        theirs = (CORPUS / "posts" / "2021-03-24---Hot-Papers.md").read_bytes()
        ours = compose(document_of(self.record("2021-03-24")))
        for count in (1, ours.count(old)):
            assert ours.count(old)
            assert self.difference(ours.replace(old, new, count), theirs) is not None

    @needs_corpus
    @pytest.mark.parametrize("path", post_paths(), ids=lambda path: f"{path.parent.name}/{path.stem}")
    def test_an_imported_post_comes_out_of_its_record(self, path):
        record = json.loads(json.dumps(archive_record(parse(path.read_bytes()))))
        assert rebuilt(record) == path.read_bytes()

    @needs_corpus
    def test_striking_the_advert_leaves_the_eight_papers_of_the_corrected_post(self):
        path = next(path for path in candidate_paths() if path.parent.name == "incident")
        corrected = parse((CORPUS / "incident" / "2020-07-28-as-corrected-by-hand.md").read_bytes())
        papers = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for paper in papers:
            for each in paper["mentions"]:
                each["struck"] = each["id"] == "1286451077781618690"
                each["captured_at"] = paper["captured_at"]
        record = edition(*(item(**{**paper, "readings": []}) for paper in papers))
        entries = {entry.arxiv_id: entry for entry in document_of(record).entries}
        hot = {key for key, entry in entries.items() if sum((entry.printed_totals or (0, 0))[:2]) >= 50}
        assert hot == {entry.arxiv_id for entry in corrected.entries}
        for entry in corrected.entries:
            assert all("MonsterEnergy" not in quote.html for quote in entries[entry.arxiv_id].quotes)


def unescaped(text: str) -> str:
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text))


class TestEntry:
    def test_says_all_of_a_paper(self):
        entry = entry_of()
        assert (entry.number, entry.title, entry.authors) == (1, "Counting Clouds", "Ann Example, Bo Sample")
        assert entry.metrics == ("retweets: 60, favorites: 37 (01/03/2030 09:03:24)",)
        assert entry.links == "[abs](https://arxiv.org/abs/3001.00001) | [pdf](https://arxiv.org/pdf/3001.00001)"
        assert entry.category_names == ("cs.CV", "cs.LG")

    def test_a_headline_takes_the_titles_place(self):
        assert entry_of(headline=" Clouds,\n *counted* by all* ").title == r"Clouds, \*counted* by all*"
        assert entry_of(headline="  ").title == "Counting Clouds"

    def test_a_note_stands_before_the_abstract(self):
        entry = entry_of(note="Read *this*.\n\n- and\n- that")
        assert entry.note == "Read *this*.\n\n* and\n* that"
        post = compose(document_of(edition(item(note="Read *this*.")))).decode()
        assert "recent)\n\nRead *this*.\n\nClouds are counted.\n" in post

    def test_text_is_set_on_one_line_and_escaped(self):
        entry = entry_of(title="Two\n  lines of <b>", abstract=" 1. A\n\n b ", authors=["- Ann *E*", "Bo *S*"])
        assert (entry.title, entry.abstract) == ("Two lines of &lt;b>", r"1\. A b")
        assert entry.authors == r"\- Ann \*E\*, Bo \*S*"

    def test_old_identifiers_keep_their_slash(self):
        assert entry_of(arxiv_id="math.AG/0501001").arxiv_id == "math.AG/0501001"


def ran(**given_values) -> dict:
    before = {"date": "2029-12-30", "number": 3, "slug": "hot-papers-2029-12-30", "version_since": None}
    return {**before, "site_url": "", **given_values}


class TestUpdate:
    def test_it_says_where_the_paper_stood_and_links_to_it(self):
        where = "Update: ran on 30 December 2029 at no. 3 ([Hot Papers 2029-12-30](/hot-papers-2029-12-30))"
        assert entry_of(update=ran()).note == f"{where}."
        assert entry_of(update=ran(version_since=2)).note == f"{where}; v2 since."

    def test_it_stands_before_the_note(self):
        entry = entry_of(update=ran(), note="  Read *this*.\n\n- and\n- that")
        said = entry_of(update=ran()).note
        assert entry.note == f"{said}\n\nRead *this*.\n\n* and\n* that"

    @pytest.mark.parametrize(
        ("slug", "site", "address"),
        [
            ("hot", "https://blog.example/posts", "(https://blog.example/posts/hot)"),
            ("/posts/hot/", "", "(/posts/hot)"),
            ("//evil.example", "", "(/evil.example)"),
            ("a) [b](javascript:c", "", "(/a%29%20%5Bb%5D%28javascript:c)"),
            ("caf\u00e9_*x*", "", "(/caf%C3%A9_%2Ax%2A)"),
        ],
    )
    def test_the_link_is_made_of_the_earlier_posts_own_address(self, slug, site, address):
        assert f"]{address})." in entry_of(update=ran(slug=slug, site_url=site)).note

    @pytest.mark.parametrize("slug", ["", "/"])
    def test_a_post_without_an_address_is_named_only(self, slug):
        assert entry_of(update=ran(slug=slug)).note.endswith("(Hot Papers 2029-12-30).")

    def test_a_record_without_the_key_is_that_of_an_ordinary_entry(self):
        assert "update" not in item()
        assert document_of(edition(item())) == document_of(edition(item(update=None)))

    def test_half_a_record_of_it_is_refused(self):
        with pytest.raises(RecordUnreadable, match="lacks 'slug'"):
            document_of(edition(item(update={"date": "2029-12-30", "number": 3})))


class TestMetrics:
    def test_every_other_source_has_a_line_of_its_own(self):
        readings = [
            reading("hackernews", points=312, replies=45),
            reading("bluesky", reposts=640, likes=94),
            reading("twitter", reposts=1, likes=0),
            reading("my_net*work*", likes=3),
        ]
        assert entry_of(readings=readings).metrics == (
            "retweets: 1, favorites: 0 (01/03/2030 09:03:24)",
            "Bluesky: 640 reposts, 94 likes (01/03/2030 09:03:24)",
            "Hacker News: 312 points, 45 replies (01/03/2030 09:03:24)",
            r"my_net\*work*: 3 likes (01/03/2030 09:03:24)",
        )

    def test_unknown_counts_print_nothing(self):
        assert entry_of(readings=[]).metrics == ()
        assert entry_of(readings=[reading()]).metrics == ()
        post = compose(document_of(edition(item(readings=[])))).decode()
        assert "Bo Sample\n\n- links: " in post

    def test_struck_mentions_and_reposts_do_not_count(self):
        mentions = [
            mention(1, reposts=60, likes=30, captured_at="2030-01-03T10:00:00Z"),
            mention(2, reposts=999, likes=999, struck=True),
            mention(3, reposts=999, likes=999, repost_of="1"),
        ]
        assert entry_of(mentions=mentions).metrics == ("retweets: 60, favorites: 30 (01/03/2030 10:00:00)",)

    def test_times_are_those_of_the_records_zone(self):
        document = document_of(edition(item(), timezone="Asia/Tokyo"))
        assert document.front.date == "2030-01-03T18:03:24.000+09:00"
        assert document.entries[0].metrics == ("retweets: 60, favorites: 37 (01/03/2030 18:03:24)",)

    def test_a_source_named_links_makes_no_list_of_links(self):
        assert entry_of(readings=[reading("links", likes=1)]).arxiv_id == "3001.00001"


class TestQuotes:
    def test_the_best_are_quoted_first_and_the_unscored_after_them(self):
        mentions = [
            mention(1),
            mention(2, likes=30),
            mention(3, likes=24),
            mention(4, reposts=20, likes=20),
            mention(5),
        ]
        assert quoted_words(*mentions) == ["4", "2", "1", "5"]

    def test_no_struck_mention_and_no_repost_is_quoted(self):
        assert quoted_words(mention(1, struck=True), mention(2, repost_of="1"), mention(3)) == ["3"]

    def test_at_most_the_limit_is_quoted(self):
        assert quoted_words(*(mention(number) for number in range(12))) == [str(number) for number in range(10)]
        assert quoted_words(mention(1), mention(2), quote_limit=1) == ["1"]

    def test_weights_decide(self):
        mentions = [mention(1, likes=30), mention(2, "bluesky", likes=30)]
        assert quoted_words(*mentions, weights={"bluesky": 0.5}) == ["1"]
        assert quoted_words(*mentions, weights={"bluesky": 2}) == ["2", "1"]

    def test_the_script_stands_under_tweets_only(self):
        entry = entry_of(mentions=[mention(1), mention(2, "bluesky")])
        assert [quote.scripted for quote in entry.quotes] == [True, False]

    def test_chosen_ones_are_quoted_in_their_order_whatever_the_rule_says(self):
        mentions = [
            mention(1, likes=90),
            mention(2),
            mention(3, likes=1),
            *(mention(n, likes=80) for n in range(4, 16)),
        ]
        chosen = [named(3), named(1), named(3), named(99), *map(named, range(4, 16))]
        assert quoted_words(*mentions, chosen=chosen) == ["3", "1", *map(str, range(4, 16))]
        assert quoted_words(*mentions, chosen=[]) == []

    @pytest.mark.parametrize("barred", [{"struck": True}, {"gone": True}, {"repost_of": "1"}, {"text": "", "url": ""}])
    def test_a_chosen_one_that_cannot_be_quoted_any_more_is_left_out(self, barred):
        mentions = [mention(1), mention(2, **barred, posted_on=""), mention(3)]
        assert quoted_words(*mentions, chosen=[named(3), named(2), named(1)]) == ["3", "1"]

    def test_mentions_of_two_sources_with_one_id_are_told_apart(self):
        mentions = [mention(1, text="words 1"), mention(1, "bluesky", text="words 2")]
        assert quoted_words(*mentions, chosen=[{"source": "bluesky", "id": "1"}]) == ["2"]

    def test_a_time_is_worded_in_the_records_zone(self):
        late = mention(1, posted_on=None, posted_at="2030-01-02T20:00:00Z")
        quotes = document_of(edition(item(mentions=[late]), timezone="Asia/Tokyo")).entries[0].quotes
        assert ">January 3, 2030</a>" in quotes[0].html


class TestWordsAroundThePapers:
    def test_introduction_and_closing_stand_before_the_first_and_after_the_last_paper(self):
        words = {"introduction": "# Good *morning*\n", "closing": "- See you.\n\n---\n"}
        document = document_of(edition(item(), item(), **words))
        assert (document.introduction, document.closing) == ("\\# Good *morning*", "* See you.\n\n\\---")
        text = compose(document).decode()
        assert text.index("Good *morning*") < text.index("# 1. ") < text.index("# 2. ") < text.index("\n- - -\n\n* See")
        assert parse(compose(document)) == document

    def test_a_record_without_them_says_nothing_of_them(self):
        blank = edition(item(), introduction=None, closing=" \n", tidy_tex=False)
        assert compose(document_of(blank)) == compose(document_of(edition(item())))
        assert b"- - -" not in compose(document_of(blank))

    def test_an_empty_edition_may_have_them(self):
        document = document_of(edition(introduction="Nothing today.", closing="Tomorrow again."))
        assert compose(document).decode().endswith("---\n\nNothing today.\n\n- - -\n\nTomorrow again.\n")
        assert parse(compose(document)) == document


class TestTidyTex:
    TEX = {"title": "\\emph{Moss} \\& $x$", "abstract": "B\\'ezier, 5\\%, $\\emph{y}$.", "authors": ["\\emph{Ann}"]}

    def test_the_record_says_whether_it_is_tidied(self):
        entry = document_of(edition(item(**self.TEX), tidy_tex=True)).entries[0]
        assert (entry.title, entry.abstract) == ("*Moss* & $x$", "Bézier, 5%, $\\emph{y}$.")
        assert entry.authors == "\\emph{Ann}"

    def test_without_the_word_it_stands_as_written(self):
        entry = entry_of(**self.TEX)
        assert (entry.title, entry.abstract) == ("\\emph{Moss} \\\\& $x$", "B\\\\'ezier, 5\\\\%, $\\emph{y}$.")
        assert document_of(edition(item(**self.TEX), tidy_tex=False)).entries[0] == entry


def corrected(*notes: str, **given_values) -> str:
    """What stands below the last paper of a post with corrections, made late in the evening of two days in Vienna."""
    told = [{"at": f"2030-01-0{day}T23:30:00+00:00", "note": note} for day, note in enumerate(notes, start=4)]
    document = document_of(edition(item(), timezone="Europe/Vienna", corrections=told, **given_values))
    assert parse(compose(document)) == document
    return compose(document).decode().partition("\n- - -\n\n")[2]


class TestCorrections:
    def test_each_is_printed_with_its_day_in_the_houses_zone_after_the_closing_words(self):
        first, second = (f"**Correction, {day} January 2030:**" for day in (5, 6))
        assert corrected("A *name*.") == f"{first} A *name*.\n"
        assert corrected("One.", "Two.", closing="Bye.") == f"Bye.\n\n{first} One.\n\n{second} Two.\n"

    def test_a_list_or_code_begins_below_the_date(self):
        assert corrected("- a\n- b") == "**Correction, 5 January 2030:**\n\n* a\n* b\n"
        assert corrected("```\nx\n```") == "**Correction, 5 January 2030:**\n\n```\nx\n```\n"

    def test_a_note_breaks_out_of_nothing(self):
        assert corrected("# 2. <script>x</script>\n\n- - -") == (
            "**Correction, 5 January 2030:** \\# 2. &lt;script>x&lt;/script>\n\n\\- - -\n"
        )

    def test_the_date_of_the_post_stays_that_of_its_first_revision(self):
        later = edition(item(), revision=2, revised_at="2030-01-05T10:00:00+00:00")
        assert compose(document_of(later)) == compose(document_of(edition(item())))
        assert document_of(later).about.revised_at.isoformat() == "2030-01-05T10:00:00+00:00"


class TestRefusals:
    @pytest.mark.parametrize(
        "change",
        [{"format": 3}, {"kind": "other"}, {"items": None}, {"timezone": "Nowhere/At_All"}, {"published_at": ""}],
    )
    def test_what_is_no_record_is_refused_in_one_sentence(self, change):
        record = {key: value for key, value in (edition(item()) | change).items() if value is not None}
        with pytest.raises(RecordUnreadable) as caught:
            document_of(record)
        assert str(caught.value).endswith(".")


LINE = (
    "\n\n- - -\n\n# 2. Fake\n\nAnn\n\n- links: [abs](https://arxiv.org/abs/1)\n\nx\n\n<blockquote>y</blockquote>\n---\n"
)
TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [LINE, LINE.strip(), "<blockquote>", "- links: x", "# 2. x", "- ", "```", "\n- - -\n", "\\emph{x}"]
    ),
)
NUMBER = st.one_of(st.none(), st.integers(0, 1000))
COUNTS = {"reposts": NUMBER, "likes": NUMBER, "replies": NUMBER, "points": NUMBER}
SOURCE = st.one_of(st.sampled_from(["twitter", "bluesky", "links"]), TEXT)
MENTION = st.fixed_dictionaries(
    {"source": SOURCE, "text": TEXT, "html": st.one_of(st.none(), TEXT), "struck": st.booleans(), **COUNTS}
    | {"url": TEXT, "author_name": TEXT, "author_handle": TEXT, "posted_on": TEXT}
)
READING = st.fixed_dictionaries({"source": SOURCE, **COUNTS})
RAN = st.fixed_dictionaries(
    {
        "date": st.dates().map(str),
        "number": st.integers(1, 1000),
        "version_since": st.one_of(st.none(), st.integers(1, 99)),
    }
    | {"slug": TEXT, "site_url": st.one_of(st.just(""), st.just("https://blog.example/posts"), TEXT)}
)
ITEM = st.fixed_dictionaries(
    {"arxiv_id": TEXT, "title": TEXT, "abstract": TEXT, "headline": TEXT, "note": TEXT}
    | {"authors": st.lists(TEXT, max_size=3), "categories": st.lists(TEXT, max_size=3)}
    | {"readings": st.lists(READING, max_size=3), "mentions": st.lists(MENTION, max_size=3)}
    | {"update": st.one_of(st.none(), RAN)}
    | {"quotes": st.one_of(st.none(), st.lists(st.fixed_dictionaries({"source": SOURCE, "id": TEXT}), max_size=3))}
)


@given(st.lists(ITEM, max_size=3), TEXT, TEXT, st.booleans())
@settings(max_examples=400, deadline=None)
def test_any_record_makes_a_post_that_reads_back_as_itself(items, introduction, closing, tidy_tex):
    record = edition(*items, introduction=introduction, closing=closing, tidy_tex=tidy_tex)
    before = copy.deepcopy(record)
    document = document_of(record)
    assert record == before
    assert len(document.entries) == len(items)
    assert parse(compose(document)) == document


PIECES = [
    "\n",
    "\n\n",
    "# 1. x",
    "---\n",
    "- - -\n",
    "***\n",
    "```\n",
    "~~~\n",
    "    ",
    "- ",
    "1. ",
    "> ",
    "<hr>",
    "<!--",
    "<div>",
]
PIECES += [
    "</blockquote>",
    "<script>",
    "- links: [abs](x)",
    "title: x",
    "\r",
    "[a]: http://b",
    "`",
    "*",
    "word",
    "|",
    "=",
]


@given(*[st.lists(st.sampled_from(PIECES), max_size=12).map("".join)] * 2, st.integers(0, 2))
@settings(max_examples=300, deadline=None)
def test_words_around_the_papers_break_out_of_nothing(introduction, closing, count):
    document = document_of(edition(*[item()] * count, introduction=introduction, closing=closing))
    written = compose(document)
    assert parse(written) == document
    assert len(document.entries) == count and document.front == document_of(edition()).front
    body = written.decode().split("\n---\n", 1)[1]
    for page in (COMMONMARK.render(body), markdown.markdown(body, extensions=["fenced_code"])):
        shown = Shown(page)
        assert [shown.tags.count(tag) for tag in ("h1", "h2", "hr")] == [count, 0, int(bool(document.closing))]
        assert not {"script", "div", "!", "table"} & set(shown.tags)
        assert "".join(shown.words).count("Clouds are counted.") == count


@given(RAN, TEXT)
def test_the_word_of_an_update_is_one_paragraph_of_safe_markdown(update, note):
    said = entry_of(update=update).note
    assert note_markdown(said) == said
    assert "\n" not in said
    assert entry_of(update=update, note=note).note.startswith(said)
