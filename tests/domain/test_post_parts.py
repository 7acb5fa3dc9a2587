"""A post's page from kept parts: the very bytes of the page that is made whole, whatever reaches from part to part."""

from collections.abc import Callable, Hashable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.post_document import SCRIPT
from app.domain.post_html import body_html, clean, post_html
from app.domain.post_parts import html_of_parts

QUOTE = '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">words &amp; <a href="https://example.org">x</a></p>'
QUOTE += "&mdash; Ada Fernsby</blockquote>"
# What an entry may hold, from the ordinary to what reaches into the next one.
BLOCKS = [
    "Words of *moss* and `code`, $x^2 < y$ and $$\\frac{1}{2}$$, AT&T &amp; R&D; 3 < 4 & 5 > 2.",
    "- links: [abs](https://arxiv.org/abs/2611.00001) | [pdf](https://arxiv.org/pdf/2611.00001)\n- [cs.LG](https://x.y)",
    QUOTE,
    f"{QUOTE}\n{SCRIPT}",
    SCRIPT,
    f"text {SCRIPT}",
    "<blockquote><b></blockquote>",
    "<blockquote></blockquote></blockquote>",
    "<blockquote><table><tr></blockquote>",
    "<blockquote><form></blockquote>",
    "<blockquote><a href='x'><p></a></blockquote>",
    "<blockquote><script></blockquote>",
    "<blockquote><math><mi></blockquote>",
    "[one]: https://example.org/one",
    "> * [two]: https://example.org/two 'Two'",
    "[one] and [two][] and [words][one] and [text]: more",
    "[^1]: a footnote\n\nwith [^1] one",
    "```\ncode $x$\n\n# 7. not an entry\n```",
    "```python\n$x$ <b> &#nothing;\n```",
    "```\nopen $a$",
    "~~~ {.x}\n```\n~~~",
    '``` hl_lines="1',
    '"\n~~~',
    "`open $a$ code",
    "```\ncode that\n\ngoes on\n\n\nand on\n```",
    "Words\n\nof\n\n* three\n\n    Paragraphs\n\nand more",
    "> quoted\n\nnot quoted\n\n    code\n\nno code",
    "[three]:\n\nhttps://example.org",
    "<div>\n\nwithin\n\n</div>",
    "    indented <code>\n\n    and on",
    "* one\n\n    two\n\n* three",
    "1. one\n2. two",
    "> quoted\n> > deeper",
    "* " * 40 + "deep",
    "> " * 60 + "deep",
    "[" * 320,
    "<div>",
    "</div>",
    "<p>raw",
    "<!-- a comment",
    "-->",
    "<?php",
    "<![CDATA[ x",
    "<b>bold",
    "`<b>`",
    "<https://example.org>",
    "&#nothing and &#x; more; &#12",
    "[![image](https://a.b/c.png)](https://a.b)",
    "![image](https://a.b/c.png \"$t$\")",
    "setext\n---",
    "- - -",
    "# 3. An entry within",
    "# A heading",
    "stray \ufdd00\ufdd1 \ufdd4 \x02wzxhzdk:0\x03",
    "carriage\r\n# 9. return",
    "back\\",
    "<em></em> $a$ <moss",
    "1 $",
]  # fmt: skip
ENDS = ["\n", "\n\n", "\n\n\n\n\n", "", " \n"]

blocks = st.lists(st.sampled_from(BLOCKS), max_size=4)
bodies = st.tuples(blocks, st.sampled_from(["\n\n", "\n"])).map(lambda drawn: drawn[1].join(drawn[0]))
entries = st.builds("# {}. A title with $x$ {}\n\n{}{}".format, st.integers(1, 12), st.sampled_from(["", "\\", "#"]),
                    bodies, st.sampled_from(ENDS))  # fmt: skip
openings = st.builds("{}{}{}".format, st.sampled_from(["\n", "", "\n\n"]), bodies, st.sampled_from(ENDS))
closings = st.lists(st.builds("- - -\n\n{}\n".format, bodies), max_size=1)
posts = st.builds(lambda opening, within, closing: [opening, *within, *closing], openings,
                  st.lists(entries, max_size=5), closings)  # fmt: skip


class Shelf:
    """Everything that was ever made, and what was made of late."""

    def __init__(self) -> None:
        self.made: dict[Hashable, Any] = {}
        self.new: list[Hashable] = []

    def __call__(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What lies there, or is laid there now."""
        if key not in self.made:
            self.made[key] = make()
            self.new.append(key)
        return self.made[key]


SHELF = Shelf()


@settings(max_examples=100, deadline=None)
@given(posts)
def test_what_is_joined_is_what_a_whole_page_would_be_and_is_clean(parts):
    page = html_of_parts(parts, SHELF)
    assert page == body_html("".join(parts).replace("\r\n", "\n"))
    assert page == html_of_parts(parts, SHELF)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("other", [QUOTE + "\n" + SCRIPT, "[one] $a$\n\n```\n$x$\n```"])
def test_every_single_thing_comes_out_the_same_before_and_behind_another(block, other):
    for first, second in ((block, other), (other, block)):
        parts = [f"\n\n{first}\n\n", f"# 1. One\n\n{first}\n\n\n\n\n", f"# 2. Two\n\n{second}\n\n\n\n"]
        assert html_of_parts(parts, SHELF) == body_html("".join(parts).replace("\r\n", "\n"))
        assert html_of_parts(parts, SHELF) == post_html(f"---\n---\n{''.join(parts)}")


ORDINARY = [
    "\n\nWelcome, *everybody*, on $x$.\n\n",
    *(
        f"# {number}. Moss of $L_{number}$\n\nAda, Ben\n\n- links: [abs](https://arxiv.org/abs/1)\n\nA note.\n\n"
        f"```\ncode <b>\n```\n\nAn abstract with $x < y$ [see: this] and 3 < 4 & more.\n\n{QUOTE}\n{SCRIPT}\n\n\n\n\n"
        for number in range(1, 30)
    ),
    "- - -\n\nGoodbye.\n",
]


def test_of_an_ordinary_post_only_what_changed_is_made_anew():
    shelf = Shelf()
    page = html_of_parts(ORDINARY, shelf)
    assert page == body_html("".join(ORDINARY))
    # The parts were not made for nothing, and what they make needs no cleaning.
    assert all(made.html for made in shelf.made.values())
    assert clean(page) == page
    shelf.new.clear()
    changed = [*ORDINARY[:3], ORDINARY[3].replace("A note", "Another **note**"), *ORDINARY[4:]]
    assert html_of_parts(changed, shelf) == body_html("".join(changed))
    note = "Another **note**.\n\n```\ncode <b>\n```\n\n"
    assert shelf.new == [("piece", note), ("part", changed[3])]
