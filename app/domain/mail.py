"""An edition as an e-mail: its subject, its HTML and its text, and the message that a mail server takes."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape
from xml.etree.ElementTree import Element

from app.domain.mail_html import DARK, inside_html, look
from app.domain.mail_text import WIDTH, text_of, words_of, wrapped
from app.domain.page_tree import inline_of, tree_of
from app.domain.posts import Entry, PostDocument

# Gmail shows so many bytes of a mail, and the rest behind a link.
SHOWN_WHOLE = 102 * 1024
DRAFT = "A draft, not published: it may still change."
_ON_THE_WEB = "Read it on the web"
# When numbers were read, to the second, is for the post.
_READ_AT = re.compile(r" \([0-9/]{10} [0-9:]{8}\)$")


@dataclass(frozen=True, slots=True)
class Mail:
    """What is said to whoever gets the edition by mail; `html` is a whole document, `text` the same without marks."""

    subject: str
    html: str
    text: str

    @property
    def is_long(self) -> bool:
        """Whether some programs show only its beginning, and the rest behind a link."""
        return len(self.html.encode()) > SHOWN_WHOLE


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above an edition elsewhere: its date, its address on the web if it has one, and if it is a draft."""

    day: date
    address: str = ""
    is_draft: bool = False

    @property
    def date(self) -> str:
        """`Friday 20 November 2026`."""
        return f"{self.day:%A} {self.day.day} {self.day:%B} {self.day.year}"

    @property
    def link(self) -> str:
        """Where it can be read; a draft nowhere yet."""
        return "" if self.is_draft else self.address


def mail_of(document: PostDocument, heading: Heading) -> Mail:
    """The mail of a post, or of what would be published now."""
    # A title of several lines, as the archive of another house may have it, would be no header.
    subject = f"{'Draft: ' if heading.is_draft else ''}{' '.join(document.front.title.split())}"
    return Mail(subject, _html_of(document, heading), _text_of(document, heading))


def message_of(mail: Mail, *, sender: str, to: str, message_id: str, at: datetime, answers: str = "") -> EmailMessage:
    """The mail as a message of text and HTML, in lines that every server takes.

    `sender` may have a name before its address; `answers` is the id of an earlier message that this one follows.
    """
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = mail.subject
    message["From"] = _address(sender)
    message["To"] = _address(to)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    if answers:
        message["In-Reply-To"] = answers
        message["References"] = answers
    message["Content-Language"] = "en"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def message_id_of(day: date, sha256: str, sender: str) -> str:
    """The id of the message of a post, the same whenever it is made: no list shows one that it has seen twice."""
    host = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{day.isoformat()}.{sha256[:32]}@{host}>"


def papers_in_words(document: PostDocument) -> str:
    """How many papers: `15 papers`, `1 paper`, `no papers`."""
    count = len(document.entries)
    return "no papers" if not count else f"{count} paper{'' if count == 1 else 's'}"


def entry_title(entry: Entry) -> Element:
    """The words of an entry's heading, without its number."""
    return inline_of(f"# {entry.title}")


def first_link(entry: Entry) -> str:
    """Where the first link of an entry leads, which is the paper's page; empty if it has none."""
    return next((link.get("href", "") for link in inline_of(entry.links).iter("a")), "")


def _address(written: str) -> Address:
    name, address = parseaddr(written)
    return Address(name, addr_spec=address)


def _html_of(document: PostDocument, heading: Heading) -> str:
    title = escape(document.front.title)
    link = f' · <a href="{escape(heading.link)}"{look("a")}>{_ON_THE_WEB}</a>' if heading.link else ""
    parts = [f"<p{look('said')}>{DRAFT}</p>"] if heading.is_draft else []
    parts.append(f"<h1{look('title')}>{title}</h1>")
    parts.append(f"<p{look('under')}>{heading.date} · {papers_in_words(document)}{link}</p>")
    parts.append(inside_html(tree_of(document.introduction)))
    parts += [_entry_html(entry) for entry in document.entries]
    if document.closing:
        parts.append(f"<hr{look('hr')}>{inside_html(tree_of(document.closing))}")
    body = "\n".join(part.strip() for part in parts if part.strip())
    # Outlook knows no greatest width; the comment gives it a table of that width, and is nothing to all others.
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
        f"<title>{title}</title>\n<style>{DARK}</style>\n</head>\n<body{look('body')}>\n"
        '<!--[if mso]><table role="presentation" width="600" align="center"><tr><td><![endif]-->\n'
        '<table role="presentation" align="center" width="100%" cellspacing="0" cellpadding="0" border="0"'
        ' style="max-width:600px;margin:0 auto;table-layout:fixed">\n'
        f"<tr><td{look('page')}>\n{body}\n</td></tr>\n</table>\n"
        "<!--[if mso]></td></tr></table><![endif]-->\n</body>\n</html>\n"
    )


def _entry_html(entry: Entry) -> str:
    words = f"{entry.number}. {inside_html(entry_title(entry), links=False)}"
    address = first_link(entry)
    linked = f'<a href="{escape(address)}"{look("title link")}>{words}</a>' if address else words
    facts = [inside_html(inline_of(text)) for text in (entry.authors, _numbers(entry), _links(entry)) if text]
    parts = [f"<h2{look('heading')}>{linked}</h2>"]
    parts += [f"<p{look('facts')}>{fact}</p>" for fact in facts]
    parts += [inside_html(tree_of(text)) for text in _texts(entry)]
    return "\n".join(part.strip() for part in parts if part.strip())


def _numbers(entry: Entry) -> str:
    return " · ".join(_READ_AT.sub("", line) for line in entry.metrics)


def _links(entry: Entry) -> str:
    return " · ".join(text for text in (entry.links, entry.categories) if text)


def _texts(entry: Entry) -> list[str]:
    """The texts of an entry as Markdown, each rendered by itself, so that none reaches into the next."""
    texts = (entry.note, entry.abstract, *(quote.html for quote in entry.quotes), entry.remainder)
    return [text for text in texts if text]


def _text_of(document: PostDocument, heading: Heading) -> str:
    title = document.front.title
    head = [title, "=" * min(len(title), WIDTH), f"{heading.date} · {papers_in_words(document)}"]
    parts = [DRAFT] if heading.is_draft else []
    parts.append("\n".join([*head, *([f"{_ON_THE_WEB}: {heading.link}"] if heading.link else [])]))
    parts.append(text_of(tree_of(document.introduction)))
    parts += [_entry_text(entry) for entry in document.entries]
    if document.closing:
        parts += ["* * *", text_of(tree_of(document.closing))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _entry_text(entry: Entry) -> str:
    number = f"{entry.number}. "
    facts = [wrapped(words_of(inline_of(text))) for text in (entry.authors, _numbers(entry)) if text]
    facts += [link.get("href", "") for link in inline_of(entry.links).iter("a")]
    facts += [" | ".join(entry.category_names)] if entry.category_names else []
    title = wrapped(words_of(entry_title(entry)), first=number, after=" " * len(number))
    parts = ["\n" + "\n".join([title, *facts]), *(text_of(tree_of(text)) for text in _texts(entry))]
    return "\n\n".join(part for part in parts if part.strip())
