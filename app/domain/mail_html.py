"""What a post shows as HTML for mail programs: few tags, every style on its element, nothing loaded from anywhere."""

from collections.abc import Callable
from html import escape
from xml.etree.ElementTree import Element

from app.domain.readable_math import HtmlSpelling, readable

SANS = "font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif"
_SERIF = "font-family:Charter,Georgia,Times New Roman,serif"
_MONO = "font-family:Menlo,Consolas,monospace;font-size:14px"

# By what a thing is: its class, by which the dark style finds it, and its style in the light.
LOOKS = {
    "title": ("t", f"margin:0;{_SERIF};font-size:26px;line-height:1.2;font-weight:700;color:#1d1c1a"),
    "under": ("m", f"margin:6px 0 0;{SANS};font-size:14px;line-height:1.5;color:#57534b"),
    "heading": ("t", f"margin:36px 0 4px;{_SERIF};font-size:20px;line-height:1.3;font-weight:700;color:#1d1c1a"),
    "facts": ("m", f"margin:2px 0 0;{SANS};font-size:13px;line-height:1.5;color:#57534b"),
    "small": ("m", f"margin:28px 0 0;{SANS};font-size:13px;line-height:1.5;color:#57534b"),
    "said": ("s", f"margin:0 0 20px;padding:8px 12px;{SANS};font-size:14px;background:#fbf1d9;color:#704b00"),
    "p": ("", "margin:12px 0 0"),
    "a": ("a", "color:#b4380f"),
    "title link": ("t", "color:#1d1c1a;text-decoration:none"),
    "list": ("", "margin:12px 0 0;padding-left:24px"),
    "li": ("", "margin:4px 0 0"),
    "quote": ("q", f"margin:14px 0 0;padding:2px 0 2px 14px;border-left:3px solid #c9c4b9;{SANS};font-size:14px;"
              "line-height:1.5;color:#57534b"),
    "quote p": ("", "margin:0 0 4px"),
    "pre": ("c", f"margin:12px 0 0;padding:10px 12px;{_MONO};line-height:1.5;background:#efede8;white-space:pre-wrap"),
    "code": ("c", f"{_MONO};background:#efede8"),
    "hr": ("r", "margin:32px 0 0;border:0;border-top:1px solid #c9c4b9"),
    "cell": ("", "padding:3px 14px 3px 0;text-align:left;vertical-align:top"),
    "body": ("b", "margin:0;padding:0;background:#ffffff"),
    "page": ("b t", f"padding:28px 20px 40px;{_SERIF};font-size:17px;line-height:1.55;color:#1d1c1a;text-align:left;"
             "overflow-wrap:anywhere"),
}  # fmt: skip
# Programs that know no dark colours keep the light ones; those that do need them said over the styles above.
DARK = (
    "@media (prefers-color-scheme:dark){"
    ".b{background:#1c1e23!important}.t{color:#ece9e2!important}.m,.q{color:#b3aea3!important}"
    ".a{color:#ff9466!important}.s{background:#33280f!important;color:#f0c267!important}"
    ".q,.r{border-color:#434753!important}.c{background:#111215!important;color:#ece9e2!important}}"
)
_PLAIN = {"em": "em", "i": "em", "strong": "strong", "b": "strong", "sub": "sub", "sup": "sup", "del": "s", "s": "s"}


def look(name: str) -> str:
    """The attributes of something that LOOKS has."""
    kind, style = LOOKS[name]
    return (f' class="{kind}"' if kind else "") + f' style="{escape(style)}"'


def inside_html(element: Element, *, links: bool = True) -> str:
    """What is inside an element, in the tags and styles of a mail; without `links` only their words."""
    return _inside(element, links)


def _inside(element: Element, links: bool, in_quote: bool = False) -> str:
    parts = [escape(element.text or "")]
    for child in element:
        parts += [_html(child, links, in_quote), escape(child.tail or "")]
    return "".join(parts)


def _html(element: Element, links: bool, in_quote: bool) -> str:
    tag = element.tag
    if tag == "math":
        return readable(element, HtmlSpelling())
    if tag == "br":
        return "<br>"
    if tag == "hr":
        return f"<hr{look('hr')}>"
    inside = _inside(element, links, in_quote or tag == "blockquote")
    if tag == "a":
        address = escape(element.get("href", ""))
        return f'<a href="{address}"{look("a")}>{inside}</a>' if links and address else inside
    if tag in _PLAIN:
        return f"<{_PLAIN[tag]}>{inside}</{_PLAIN[tag]}>"
    return _BLOCKS.get(tag, _as_it_is)(element, inside, in_quote)


def _as_it_is(element: Element, inside: str, in_quote: bool) -> str:
    return inside


def _paragraph(element: Element, inside: str, in_quote: bool) -> str:
    return f"<p{_direction(element)}{look('quote p' if in_quote else 'p')}>{inside}</p>"


def _heading(element: Element, inside: str, in_quote: bool) -> str:
    return f"<p{look('p')}><strong>{inside}</strong></p>"


def _list(element: Element, inside: str, in_quote: bool) -> str:
    start = element.get("start", "")
    first = f' start="{start}"' if start.isdecimal() else ""
    return f"<{element.tag}{first}{look('list')}>{inside}</{element.tag}>"


def _quote(element: Element, inside: str, in_quote: bool) -> str:
    return f"<blockquote{look('quote')}>{inside}</blockquote>"


def _code(element: Element, inside: str, in_quote: bool) -> str:
    return f"<code{look('code')}>{inside}</code>"


def _block(name: str) -> Callable[[Element, str, bool], str]:
    def written(element: Element, inside: str, in_quote: bool) -> str:
        return f"<{element.tag}{look(name)}>{inside}</{element.tag}>"

    return written


def _row(element: Element, inside: str, in_quote: bool) -> str:
    return f"<tr>{inside}</tr>"


def _table(element: Element, inside: str, in_quote: bool) -> str:
    return f'<table cellspacing="0" cellpadding="0"{look("p")}>{inside}</table>'


def _term(element: Element, inside: str, in_quote: bool) -> str:
    return f"<p{look('p')}>{f'<strong>{inside}</strong>' if element.tag == 'dt' else inside}</p>"


def _direction(element: Element) -> str:
    """Of a quote in another language: which, and which way it is written."""
    given = {name: element.get(name) for name in ("lang", "dir")}
    return "".join(f' {name}="{escape(value)}"' for name, value in given.items() if value)


_BLOCKS: dict[str, Callable[[Element, str, bool], str]] = {
    "p": _paragraph,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    "ul": _list,
    "ol": _list,
    "li": _block("li"),
    "blockquote": _quote,
    "pre": _block("pre"),
    "code": _code,
    "tr": _row,
    "table": _table,
    "td": _block("cell"),
    "th": _block("cell"),
    "dt": _term,
    "dd": _term,
}
