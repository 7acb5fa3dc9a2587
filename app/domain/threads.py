"""An edition as a thread of short posts for Bluesky or Mastodon, each within its network's limit."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from app.domain.mail import Heading, entry_title, first_link, papers_in_words
from app.domain.mail_text import words_of
from app.domain.page_tree import inline_of, tree_of
from app.domain.posts import Entry, PostDocument

_GRAPHEME = regex.compile(r"\X")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
# An address of this form is a link to Mastodon for certain; what may be none is counted by its length.
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/[\w.~/%-]*[\w/])?", re.ASCII)
_COUNT = re.compile(r"([0-9]{1,18}) (points|reposts|likes|replies)\b")
_TWEETED = re.compile(r"retweets: ([0-9]{1,18}), favorites: ([0-9]{1,18})\b")
_LINK_COUNTS = 23
_BLUESKY_BYTES = 3000


def graphemes(text: str) -> int:
    """How long a text is to Bluesky: what a reader takes for one sign counts one."""
    return len(_GRAPHEME.findall(text))


def characters(text: str) -> int:
    """How long a text is to Mastodon, or a little longer: code points, but for links, each of which counts 23."""
    counted = len(text)
    for address in _ADDRESS.findall(text):
        is_link = _PLAIN_ADDRESS.fullmatch(address)
        counted += _LINK_COUNTS - len(address) if is_link else max(0, _LINK_COUNTS - len(address))
    return counted


@dataclass(frozen=True, slots=True)
class Network:
    """A network of short posts: its name, how many signs a post may have, and how it counts them."""

    name: str
    limit: int
    length: Callable[[str], int]
    unit: str

    def fits(self, text: str) -> bool:
        """Whether the network takes the text as one post."""
        return self.length(text) <= self.limit and len(text.encode()) <= _BLUESKY_BYTES


NETWORKS = {
    "bluesky": Network("Bluesky", 300, graphemes, "signs"),
    "mastodon": Network("Mastodon", 500, characters, "characters"),
}


@dataclass(frozen=True, slots=True)
class ThreadPost:
    """One post of a thread, and how long its network takes it to be."""

    text: str
    length: int


def thread_of(document: PostDocument, heading: Heading, network: Network) -> list[ThreadPost]:
    """The thread of an edition: an opening, then each paper with its number, title, loudest count and link.

    Every post ends with its place in the thread and fits, whatever the titles are; what is too long ends at a word,
    with an ellipsis.
    """
    count = len(document.entries) + 1
    texts = [_opening(document, heading, f"1/{count}", network)]
    texts += [_paper(entry, f"{place}/{count}", network) for place, entry in enumerate(document.entries, start=2)]
    return [ThreadPost(text, network.length(text)) for text in texts]


def loudest_count(entry: Entry) -> str:
    """The largest single number that an entry tells: `7,553 retweets`, `120 points on Hacker News`; or nothing."""
    told = [found for line in entry.metrics for found in _counts(words_of(inline_of(line)))]
    number, noun, place = max(told, key=lambda found: found[0], default=(0, "", ""))
    if not number:
        return ""
    noun = noun if number != 1 else {"replies": "reply"}.get(noun, noun.removesuffix("s"))
    return f"{number:,} {noun}{f' on {place}' if place else ''}"


def _counts(line: str) -> list[tuple[int, str, str]]:
    """The numbers of one line: each with what it counts and, unless the word says so, where."""
    if tweeted := _TWEETED.match(line):
        return [(int(tweeted[1]), "retweets", ""), (int(tweeted[2]), "favorites", "Twitter")]
    place, _, counts = line.rpartition(": ")
    return [(int(number), noun, place[:40]) for number, noun in _COUNT.findall(counts)]


def _opening(document: PostDocument, heading: Heading, place: str, network: Network) -> str:
    day = f"{heading.day.day} {heading.day:%B} {heading.day.year}"
    first = f"Hot Papers, {day}: {papers_in_words(document)} from arXiv that people talk about."
    said = words_of(tree_of(document.introduction))
    return _fitted([first], said, [heading.address, place], network)


def _paper(entry: Entry, place: str, network: Network) -> str:
    title = f"{entry.number}. {words_of(entry_title(entry))}"
    return _fitted([], title, [loudest_count(entry), first_link(entry), place], network)


def _fitted(before: Sequence[str], text: str, after: Sequence[str], network: Network) -> str:
    """The parts one below the other, the text cut where they would not fit; a link that is too long is left out."""

    def whole(middle: str, below: Sequence[str]) -> str:
        *facts, place = below
        return "\n\n".join(part for part in (*before, middle, "\n".join(filter(None, facts)), place) if part)

    kept = list(after)
    while len(kept) > 1 and not network.fits(whole("…", kept)):
        kept.remove(max(kept[:-1], key=network.length))
    signs = _GRAPHEME.findall(text)
    if network.fits(whole(text, kept)):
        return whole(text, kept)
    end = min(len(signs), network.limit)
    while end and not network.fits(whole(_cut(signs, end), kept)):
        end -= 1
    return whole(_cut(signs, end) if end else "", kept)


def _cut(signs: Sequence[str], end: int) -> str:
    """The first signs of a text up to the end of a word, unless that word is most of them, and an ellipsis."""
    text = "".join(signs[:end])
    words = text.rpartition(" ")[0]
    kept = words if len(words) * 2 > len(text) and not signs[end : end + 1] == [" "] else text
    return f"{kept.rstrip(' ,;:–—-')}…"
