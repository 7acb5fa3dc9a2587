"""A mention as a quote: hostile HTML goes in, one line in the archive's exact shape comes out."""

import re
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

import nh3

from app.domain.entities import unescaped
from app.domain.labels import LABELS
from app.domain.markdown_text import collapsed, without_stray_signs

# Twitter's longest embeds have 4 KB; what is far longer is no embed, and the mention's text is quoted instead.
LONGEST_EMBED = 20_000
LONGEST_TEXT = 5_000
LONGEST_ADDRESS = 2_000

_TAGS = {"blockquote", "p", "a", "br"}
_ATTRIBUTES = {"blockquote": {"class"}, "p": {"lang", "dir"}, "a": {"href"}}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https"},
    link_rel=None,
    clean_content_tags={"script", "style"},
)
_CLASSES = ("twitter-tweet", "bluesky-embed")
_TOKEN = re.compile(r'<(/?)([a-z]+)((?: [a-z]+="[^"]*")*)>|([^<]+)')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,3}")
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")


def quote_html(
    *,
    source: str,
    url: str | None = None,
    author_name: str = "",
    author_handle: str = "",
    text: str | None = None,
    html: str | None = None,
    posted: str = "",
) -> str:
    """One mention as a `<blockquote>` on one line, for the post; empty if nothing is left to quote.

    `html` is the source's own embed and wins over `text` where it is a quote with words in it. `posted` is the date
    in words. The shape is that of the archive's 3,740 tweets; sources other than Twitter get their name after the
    author's handle and no class, unless their embed has one of the known classes.
    """
    embed = _embed(html) if html and len(html) <= LONGEST_EMBED else ""
    return embed or _built(source, web_address(url), author_name, author_handle, text or "", posted)


def is_tweet(quote: str) -> bool:
    """Whether Twitter's script draws this quote."""
    return quote.startswith('<blockquote class="twitter-tweet">')


def network(source: str) -> str:
    """A source's name as readers know it; an unknown one as it is given, still to be escaped."""
    return LABELS.get(source.lower(), source)


def date_in_words(moment: datetime) -> str:
    """`March 24, 2021`, in the time's own zone and in no locale."""
    months = "January February March April May June July August September October November December".split()
    return f"{months[moment.month - 1]} {moment.day}, {moment.year}"


def web_address(url: str | None) -> str:
    """The address if it is one of the web, else an empty text: no script, no data, no spaces."""
    url = collapsed(url or "")
    if len(url) > LONGEST_ADDRESS or re.search(r'[\s<>"\\`]', url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def _built(source: str, url: str, name: str, handle: str, text: str, posted: str) -> str:
    lines = [_text(collapsed(line)) for line in text[:LONGEST_TEXT].strip().splitlines()]
    body = "<br>".join(lines)
    name, handle, posted = collapsed(name), collapsed(handle).removeprefix("@"), collapsed(posted)
    by = " ".join(part for part in (_text(name), f"(@{_text(handle)})" if handle else "") if part)
    if source != "twitter":
        by = ", ".join(part for part in (by, _text(collapsed(network(source)))) if part)
    link = f'<a href="{_text(url)}">{_text(posted or url)}</a>' if url else _text(posted)
    if not body and not link:
        return ""
    start = '<blockquote class="twitter-tweet"><p dir="ltr">' if source == "twitter" else "<blockquote><p>"
    return f"{start}{body}</p>&mdash; {' '.join(part for part in (by, link) if part)}</blockquote>"


def _embed(html: str) -> str:
    """The embed reduced to the allowed tags and spelled as the archive spells it; empty if it is no quote."""
    clean = _CLEANER.clean(html)
    spelled, open_tags, words = [], [], False
    for match in _TOKEN.finditer(_BREAKS.sub(" ", clean).strip()):
        closing, tag, attributes, text = match.groups()
        words = words or bool(text and text.strip())
        if text:
            spelled.append(_text(without_stray_signs(unescaped(text)), byline=open_tags == ["blockquote"]))
        elif closing:
            if tag in open_tags:  # nh3 closes everything in order, so that this is always the innermost one.
                spelled += [f"</{open_tags.pop()}>"]
        else:
            spelled.append(_tag(tag, dict(_ATTRIBUTE.findall(attributes))))
            open_tags += [tag] if tag != "br" else []
        if not open_tags and not closing:
            return ""  # Words or tags outside of the quote: not the shape of an embed.
    quote = "".join(spelled)
    is_one = quote.startswith("<blockquote") and quote.endswith("</blockquote>") and quote.count("<blockquote") == 1
    return quote if words and is_one else ""


def _tag(tag: str, found: dict[str, str]) -> str:
    """An opening tag with its attributes in the archive's order, those with odd values left out."""
    kept = {}
    if tag == "blockquote" and found.get("class") in _CLASSES:
        kept["class"] = found["class"]
    if tag == "p" and _LANGUAGE.fullmatch(found.get("lang", "")):
        kept["lang"] = found["lang"]
    if tag == "p" and found.get("dir") in {"ltr", "rtl", "auto"}:
        kept["dir"] = found["dir"]
    if tag == "a" and (url := web_address(unescaped(found.get("href", "")))):
        kept["href"] = url
    spelled = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
    return f"<{tag}{spelled}>"


def _text(text: str, *, byline: bool = False) -> str:
    """Text spelled as the archive does: &amp;, &lt;, &gt;, &quot;, &#39;, and the byline's dash as &mdash;."""
    spelled = escape(text).replace("&#x27;", "&#39;")
    return spelled.replace("—", "&mdash;", 1) if byline and spelled.startswith("—") else spelled
