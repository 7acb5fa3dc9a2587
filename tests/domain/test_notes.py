"""An editor's note stays one note, whatever is typed."""

import re

import markdown
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.markup import note_markdown, post_html
from app.domain.posts import Entry, FrontMatter, PostDocument, Quote, compose, parse
from tests.bounds import hostile, takes_no_square
from tests.domain.rendering import COMMONMARK, Shown

SCHEME = re.compile(r"(?:https?|mailto):.*|[^:]*|[/?#.].*")
QUOTE = Quote("<blockquote><p>x</p></blockquote>")


def post_with(note: str, *, abstract: str = "The abstract.", quotes: tuple[Quote, ...] = (QUOTE,)) -> PostDocument:
    entries = (
        Entry(1, "One", "Ann Example", (), "[abs](x)", "[cs.LG](y)", note, abstract, quotes),
        Entry(2, "Two", "Bo Sample", ("retweets: 1, favorites: 2",), "[abs](x)", "", "", "Other.", quotes),
    )
    return PostDocument(FrontMatter(title="A Post"), entries=entries)


def framed(document: PostDocument, words: str) -> list[PostDocument]:
    """The post with the words before its first entry and after its last, and around no entry at all."""
    return [PostDocument(document.front, words, papers, closing=words) for papers in (document.entries, ())]


def assert_stays_one_note(note: str) -> None:
    safe = note_markdown(note)
    assert note_markdown(safe) == safe
    unframed = [post_with(safe), post_with(safe, abstract=""), post_with(safe, abstract="", quotes=())]
    for document in [*unframed, *framed(unframed[0], safe), *framed(unframed[2], safe)]:
        assert parse(compose(document)) == document
    for document in (post_with(safe), post_with(safe, abstract=""), post_with(safe, abstract="", quotes=())):
        assert parse(compose(document)) == document
    for page in (COMMONMARK.render(safe), markdown.markdown(safe, extensions=["fenced_code"])):
        shown = Shown(page)
        assert not {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "script", "b", "!", "table", "div"} & set(shown.tags)
        for _, name, value in shown.attributes:
            assert name in {"href", "title", "src", "alt", "start", "class"}
            assert name not in {"href", "src"} or SCHEME.fullmatch(value.lower())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Plain *words*, `code <b>` and **more**.", "Plain *words*, `code <b>` and **more**."),
        ("  \n\n one \r\ntwo\rthree  \n\n\n", "one\ntwo\nthree"),
        ("", ""),
        (" \n\t\n", ""),
        ("See <https://a.example> or [this](https://a.example/b).",) * 2,
        ("See [mail](mailto:a@b.example), [there](/x), [down](#y).",) * 2,
        ("a < b & c, &amp; d",) * 2,
        ("Raw <b>bold</b> <!-- x --> </p>", "Raw &lt;b>bold&lt;/b> &lt;!-- x --> &lt;/p>"),
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("# 2. Paper\n#hash\n> ## deep", "\\# 2. Paper\n\\#hash\n> \\## deep"),
        ("Title\n=====\nTitle\n---", "Title\n&#61;====\nTitle\n\\---"),
        ("---\n***\n_ _ _\n- - -", "\\---\n\\***\n\\_ _ _\n\\- - -"),
        ("- links: [abs](https://a.example)\n- two", "* links: [abs](https://a.example)\n* two"),
        ("1. one\n2. two",) * 2,
        ("[x](javascript:alert(1)) ![y](data:text/html,z)", r"[x\](javascript:alert(1)) ![y\](data:text/html,z)"),
        (
            "[x](&#106;avascript:alert(1)) [y](<javascript:z>)",
            r"[x\](&#106;avascript:alert(1)) [y\](&lt;javascript:z>)",
        ),
        (r"[x\](javascript:alert(1)) \<b> \\<b>", r"[x\](javascript:alert(1)) &lt;b> \\&lt;b>"),
        ("[1]: https://a.example\n[2]", "[1\\]: https://a.example\n[2]"),
        ("text\n```python\n# x\ny", "text\n\n```python\n # x\ny\n```"),
        ("~~~\n```\n~~~~~\nafter", "~~~\n```\n~~~\nafter"),
        ("  ```\n<blockquote>\n ```", "```\n <blockquote>\n```"),
        ("$a<b$ and $[x](javascript:y)$", "$a< b$ and $[x] (javascript:y)$"),
        ("a ` b\nc ` <b> ` d", "a ` b\nc ` &lt;b> ` d"),
        ("x\x00\x07\u202ey\ud800", "xy"),
    ],
)
def test_keeps_what_is_a_note_and_quiets_the_rest(typed, kept):
    assert note_markdown(typed) == kept
    assert_stays_one_note(typed)


def test_a_whole_entry_pasted_into_a_note_stays_a_note():
    document = post_with(note_markdown(compose(post_with("")).decode()))
    assert parse(compose(document)) == document
    fenced = post_with(note_markdown(f"```\n{compose(post_with('')).decode()}"))
    assert parse(compose(fenced)) == fenced
    assert "<h1>2. Two</h1>" in post_html(compose(fenced))


PIECES = """a|b |\n|\n\n|# |- |* |+ |1. |> |---|===|***|`|``|```|~~~|    |  |<b>|</b>|<!--|-->|<script>|<http://a.b>|[|](|]:|]|(|)
|javascript:x|data:x|http://a.b|\\|&lt;|&#106;|$|$x$|<|>|links: |[abs](x)|<blockquote>|</blockquote>|!|_|\r|"|#|-|="""


@given(st.lists(st.sampled_from(PIECES.split("|")), max_size=14).map("".join))
@example("- a `\n- b ` <script> `")
@example("[a\n](javascript:x)")
@example("`\n[`a`](javascript:x) [`](`](javascript:x)")
@example("- )\n    # ")
@settings(max_examples=250, deadline=None)
def test_anything_typed_stays_one_note(note):
    assert_stays_one_note(note)


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_characters_stay_one_note(note):
    assert_stays_one_note(note)


@pytest.mark.parametrize(
    "unit",
    [
        "`",
        "` ",
        "`` `",
        "<a",
        "[x](",
        "]:",
        "\\",
        "\\<",
        "> ",
        "- ",
        "1. ",
        "# ",
        "```\n",
        "$",
        "$](",
        "\n",
        "-",
        "- - ",
        "~~~",
    ],
)
def test_a_hostile_text_takes_no_long_time(unit):
    takes_no_square(lambda: note_markdown(hostile(unit)))
