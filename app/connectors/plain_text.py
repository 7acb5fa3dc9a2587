"""The HTML of a post, read as what it says: its plain text and the addresses that it links to."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

from app.connectors.fields import writable

# A post is a page or two; what is longer is none, and is read as far as this.
LONGEST_HTML = 50_000
_PARAGRAPHS = frozenset("p div blockquote pre ul ol table h1 h2 h3 h4 h5 h6".split())
_LINES = frozenset(["br", "li", "tr"])
_SPACE = re.compile(r"[ \t\r\n\f]+")
_LINE_END = re.compile(r"[ \t]*\n")
_GAP = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class PostText:
    """What a post says: `text` with an empty line between paragraphs and a new line for <br>, `links` in order."""

    text: str
    links: tuple[str, ...]


def read_html(html: str) -> PostText:
    """The plain text and the hrefs of a post's HTML, entities decoded, however broken it is.

    What a page would hide by its style (Mastodon's invisible parts of addresses) is kept; scripts and styles are not,
    nor links that are no addresses, such as javascript:.
    """
    # html.parser takes minutes over a page of broken tags, so it is given a sound one.
    sound = nh3.clean(
        writable(html[:LONGEST_HTML]), tags=set(_PARAGRAPHS | _LINES | {"a"}), attributes={"a": {"href"}}, link_rel=None
    )
    reader = _Reader()
    reader.feed(sound)
    reader.close()
    text = _GAP.sub("\n\n", _LINE_END.sub("\n", "".join(reader.pieces)))
    return PostText(text.strip(), tuple(reader.links))


class _Reader(HTMLParser):
    """Collects the pieces of the text, white space as a page would show it, and the links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[str] = []
        self._as_typed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._as_typed += tag == "pre"
        self._put("\n\n" if tag in _PARAGRAPHS else "\n" if tag in _LINES else "")
        self.links += [link.strip() for name, link in attrs if name == "href" and link and link.strip()]

    def handle_endtag(self, tag: str) -> None:
        self._as_typed -= tag == "pre"
        self._put("\n\n" if tag in _PARAGRAPHS else "")

    def handle_data(self, data: str) -> None:
        self._put(data if self._as_typed else _SPACE.sub(" ", data))

    def _put(self, piece: str) -> None:
        """Add a piece; of the spaces between two pieces one is kept, and none where a line begins."""
        if not self._as_typed and (not self.pieces or self.pieces[-1].endswith(("\n", " "))):
            piece = piece.lstrip(" ")
        if piece:
            self.pieces.append(piece)
