"""What a mention says, as plain text for the screen, whichever form its source gave it in."""

from html.parser import HTMLParser

SILENT = {"script", "style", "template"}


def said(text: str | None, html: str | None) -> str:
    """The mention's own words: its text, else the words of its embed up to the end of the first paragraph.

    Line breaks are kept. The result is plain text and still has to be escaped where it is shown.
    """
    if text is not None:
        return text.strip()
    words = _Words()
    words.feed(html or "")
    words.close()
    return "".join(words.heard).strip()


class _Words(HTMLParser):
    """Collects the visible words of the first paragraph that has any; of the whole where there is no paragraph."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.heard: list[str] = []
        self._silent = 0
        self._is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag == "br" and not self._is_over:
            self.heard.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "p":
            self._is_over = bool("".join(self.heard).strip())

    def handle_data(self, data: str) -> None:
        if not self._silent and not self._is_over:
            self.heard.append(data)
