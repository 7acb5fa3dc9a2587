"""An edition as an e-mail: what it says is what the post says, in HTML and in text, and nothing breaks out."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.mail import DRAFT, Heading, mail_of, message_id_of, message_of
from app.domain.mail_settings import sender
from app.domain.markup import markdown_text, note_markdown, quote_html
from app.domain.posts import Entry, PostDocument, Quote, lumen_front_matter, parse

DAY = date(2026, 11, 20)
HEADING = Heading(DAY, "https://blog.example/hot-papers-2026-11-20")
TAGS = set(
    "html head meta title style body table tr td h1 h2 p a br hr blockquote ul ol li pre code em strong sub sup i s th"
    " tbody".split()
)


def document(**entry) -> PostDocument:
    """A post of one paper."""
    fields = {
        "number": 1,
        "title": r"On the $\ell_2$ Norm of Moss",
        "authors": "Ada Fernsby, Tomas Quill",
        "metrics": ("retweets: 900, favorites: 12 (11/20/2026 08:02:11)", "Hacker News: 3 points"),
        "links": "[abs](https://arxiv.org/abs/2611.90001) | [pdf](https://arxiv.org/pdf/2611.90001)",
        "categories": "[cs.LG](https://arxiv.org/list/cs.LG/recent)",
        "note": "See [the talk](https://example.org/talk).",
        "abstract": "We study imaginary lanterns, of which there are $2^n$.",
        "quotes": (
            Quote(
                quote_html(
                    source="bluesky",
                    url="https://bsky.app/profile/bird/post/1",
                    author_name="Paper Bird",
                    author_handle="bird",
                    text="Short proof, too.",
                    posted="November 19, 2026",
                )
            ),
        ),
    }
    front = lumen_front_matter(DAY, datetime(2026, 11, 20, 8, 30, tzinfo=UTC))
    return PostDocument(front, "Good morning.", (Entry(**(fields | entry)),), closing="Until tomorrow.")


class Seen(HTMLParser):
    """What a mail's HTML holds: tags, attributes, addresses and visible words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.addresses, self.words = set[str](), set[str](), list[str](), ""
        self.feed(page.partition("<body")[2])
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_html_says_what_the_post_says_and_links_where_it_links() -> None:
    mail = mail_of(document(), HEADING)
    seen = Seen(mail.html)
    for said in ("Hot Papers 2026-11-20", "Friday 20 November 2026 · 1 paper", "Good morning.", "1. On the ℓ2 Norm",
                 "Ada Fernsby, Tomas Quill", "retweets: 900, favorites: 12 · Hacker News: 3 points", "2n", "the talk",
                 "Short proof, too.", "Paper Bird (@bird), Bluesky November 19, 2026", "Until tomorrow."):  # fmt: skip
        assert said in seen.words
    assert seen.addresses == [
        "https://blog.example/hot-papers-2026-11-20",
        "https://arxiv.org/abs/2611.90001",
        "https://arxiv.org/abs/2611.90001",
        "https://arxiv.org/pdf/2611.90001",
        "https://arxiv.org/list/cs.LG/recent",
        "https://example.org/talk",
        "https://bsky.app/profile/bird/post/1",
    ]
    assert "<math" not in mail.html
    assert "08:02:11" not in mail.html


def test_the_text_says_the_same_in_short_lines() -> None:
    text = mail_of(document(), HEADING).text
    assert text == (
        "Hot Papers 2026-11-20\n"
        "=====================\n"
        "Friday 20 November 2026 · 1 paper\n"
        "Read it on the web: https://blog.example/hot-papers-2026-11-20\n\n"
        "Good morning.\n\n\n"
        "1. On the ℓ₂ Norm of Moss\n"
        "Ada Fernsby, Tomas Quill\n"
        "retweets: 900, favorites: 12 · Hacker News: 3 points\n"
        "https://arxiv.org/abs/2611.90001\n"
        "https://arxiv.org/pdf/2611.90001\n"
        "cs.LG\n\n"
        "See the talk <https://example.org/talk>.\n\n"
        "We study imaginary lanterns, of which there are 2ⁿ.\n\n"
        "> Short proof, too.\n"
        ">\n"
        "> — Paper Bird (@bird), Bluesky November 19, 2026\n"
        "> <https://bsky.app/profile/bird/post/1>\n\n"
        "* * *\n\n"
        "Until tomorrow.\n"
    )


def test_a_draft_says_that_it_is_one() -> None:
    mail = mail_of(document(), replace(HEADING, is_draft=True))
    assert mail.subject == "Draft: Hot Papers 2026-11-20"
    assert DRAFT in Seen(mail.html).words
    assert mail.text.startswith(DRAFT)
    assert "on the web" not in mail.html + mail.text


def test_a_title_of_several_lines_is_one_line_of_the_head() -> None:
    known = document()
    front = replace(known.front, title="Moss\r\nBcc: ada@example.org\u2028and more")
    mail = mail_of(replace(known, front=front), Heading(DAY))
    assert mail.subject == "Moss Bcc: ada@example.org and more"
    message = message_of(mail, sender="a@example.org", to="b@example.org", message_id="<1@x>", at=datetime.now(UTC))
    assert message["Bcc"] is None and message["Subject"] == mail.subject
    with pytest.raises(ValueError, match="must be a mail address"):
        sender("Moss\nBcc: ada@example.org <a@example.org>")


def test_lists_code_and_quotations_of_a_note_stay_what_they_are() -> None:
    note = note_markdown("* one\n* two\n\n> said\n\n```\nx = 1\n```\n\n1. first")
    mail = mail_of(document(note=note), HEADING)
    assert "* one\n* two" in mail.text
    assert "> said" in mail.text
    assert "    x = 1" in mail.text
    assert "1. first" in mail.text
    assert {"ul", "ol", "li", "blockquote", "pre"} <= Seen(mail.html).tags


def test_the_message_is_text_and_html_and_is_read_back_as_it_was() -> None:
    mail = mail_of(document(title="Ωmega — “quoted” 模型"), HEADING)
    message_id = message_id_of(DAY, "ab" * 32, "Hot Papers <desk@example.org>")
    sent = message_of(
        mail, sender="Hot Papers <desk@example.org>", to="list@example.org", message_id=message_id,
        at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC), answers="<first@example.org>",
    ).as_bytes()  # fmt: skip
    assert max(map(len, sent.split(b"\r\n"))) <= 78
    assert sent.isascii()
    got = message_from_bytes(sent, policy=default)
    assert (got["Subject"], got["From"], got["To"]) == (
        "Hot Papers 2026-11-20",
        "Hot Papers <desk@example.org>",
        "list@example.org",
    )
    assert got["Message-ID"].strip() == message_id == f"<2026-11-20.{'ab' * 16}@example.org>"
    assert got["References"] == got["In-Reply-To"] == "<first@example.org>"
    assert got.get_content_type() == "multipart/alternative"
    assert got.get_body(("plain",)).get_content().replace("\r\n", "\n") == mail.text
    assert got.get_body(("html",)).get_content().replace("\r\n", "\n") == mail.html


@settings(max_examples=25)
@given(st.text(max_size=80), st.text(max_size=120))
def test_no_text_from_outside_breaks_out_of_the_mail(title: str, words: str) -> None:
    hostile = f"<script>x</script> {title} \" onclick='y' </td></table> <img src=x> ]]> -->"
    entry = {
        "title": markdown_text(hostile, inline_start=True),
        "abstract": markdown_text(words + hostile),
        "note": note_markdown(hostile + words),
        "quotes": (Quote(quote_html(source="bluesky", url="https://x.example/1", text=words + hostile)),),
    }
    mail = mail_of(document(**entry), HEADING)
    seen = Seen(mail.html)
    assert seen.tags <= TAGS
    assert seen.attributes <= {"href", "style", "class", "role", "align", "width", "cellspacing", "cellpadding",
                               "border", "start", "lang", "dir"}  # fmt: skip
    assert all(address.startswith(("http://", "https://", "mailto:")) for address in seen.addresses)
    assert mail.html.count("</table>") == seen_tables(mail.html)


def seen_tables(page: str) -> int:
    """How many tables a mail opens; the one for Outlook is in a comment, opened and closed."""
    return page.count("<table")


def test_the_longest_post_of_the_archive_is_shown_whole(corpus: Path) -> None:
    longest = max((corpus / "posts").glob("*.md"), key=lambda path: path.stat().st_size)
    mail = mail_of(parse(longest.read_bytes()), HEADING)
    assert not mail.is_long


@pytest.mark.parametrize("number", range(3))
def test_the_mail_of_an_archived_post_has_all_its_papers(corpus: Path, number: int) -> None:
    post = parse(sorted((corpus / "posts").glob("*.md"))[5 + number].read_bytes())
    mail = mail_of(post, HEADING)
    assert mail.html.count("<h2") == len(post.entries)
    assert all(f"https://arxiv.org/abs/{entry.arxiv_id}" in mail.text for entry in post.entries)
