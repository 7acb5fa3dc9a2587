"""Text search: what a text is folded to so that it can be found, what an editor's words ask for, and which texts fit.

Both databases are given only what is folded here, so both find the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.papers import arxiv_id_from_url, parse_arxiv_id
from app.domain.sayings import said
from app.domain.tex import plain_text

# As much of what is typed as is looked at, in signs.
LONGEST_TYPED = 500
# Longer words are cut, where they are kept and where they are looked for; no database takes endless ones.
LONGEST_WORD = 60
# As much of a paper's texts as is kept, in signs of the folded text; 4 bytes each stay below PostgreSQL's megabyte.
LONGEST = {"title": 20_000, "authors": 80_000, "words": 140_000}
# Between pieces of text, so that no phrase is found across them: words are one space apart.
BETWEEN = "  "

_NO_CHARACTERS = re.compile("[\ufdd0-\ufdef]")
_FONTS = re.compile(r"\\(?:(?:math|text)[a-z]*|operatorname|emph|em|it|bf|rm|sc|sf|sl|tt)(?![A-Za-z])")
_JOINED = re.compile(r"[{}$]")
# CO$_2$ is read, and typed, as CO2.
_INDEX = re.compile(r"(?<=[^\W\d_])[_^](?=\d)")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# Every sign of plain text as it stands in words: small letters and digits, and a space for all else.
_PLAIN = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else ord(" ") for code in range(256))
# Scripts that put no space between words: every sign is a word, and what is typed in one go is a phrase of them.
_UNSPACED = "\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"(?=\w)[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# Letters that are no letter with a mark to Unicode, as those who have them on no keyboard write them; and Greek, which
# titles write now as α and now as $\alpha$.
_SPELLED = dict(zip("øłđðħıþæœŧŋ", ("o", "l", "d", "d", "h", "i", "th", "ae", "oe", "t", "n"), strict=True))
_SPELLED |= zip(
    "αβγδεζηθικλμνξοπρστυφχψω",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega".split(),
    strict=True,
)
_QUOTES = str.maketrans("“”„«»", '"""""')
_TYPED = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?P<end>"|$)|(?P<word>\S+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand beside each other in a text; of the last one the beginning is enough where it is a prefix."""

    words: tuple[str, ...]
    is_prefix: bool = True
    is_excluded: bool = False

    @property
    def text(self) -> str:
        """What a folded text with a space before and behind it must hold."""
        return f" {' '.join(self.words)}" + ("" if self.is_prefix else " ")


@dataclass(frozen=True, slots=True)
class Searched:
    """A paper's texts, folded: what it is called, who wrote it, and all else that it can be found by."""

    title: str
    authors: str
    words: str


def folded(text: str) -> str:
    """A text as words of small letters and digits, one space apart: no marks, no TeX, no punctuation."""
    if text.isascii() and not ("\\" in text or "_" in text or "^" in text):
        # Nearly all texts are so plain, and a run folds hundreds of thousands of them.
        words = text.encode().translate(_PLAIN, b"{}$").decode().split()
        return _cut(words) if len(text) > LONGEST_WORD else " ".join(words)
    text = _NO_CHARACTERS.sub(" ", text)
    if "\\" in text:
        text = _FONTS.sub(" ", plain_text(text))
    text = _without_marks(_without_marks(text).casefold()) if not text.isascii() else text.lower()
    text = _INDEX.sub("", _JOINED.sub("", text))
    return _cut(_WORD.findall(text))


def _cut(words: Sequence[str]) -> str:
    if max(map(len, words), default=0) > LONGEST_WORD:
        words = [word[:LONGEST_WORD] for word in words]
    return " ".join(words)


def _without_marks(text: str) -> str:
    return _NOT_ASCII.sub(_spelled, unicodedata.normalize("NFKD", text))


def _spelled(match: re.Match[str]) -> str:
    return "".join(_SPELLED.get(sign, sign) for sign in match[0] if unicodedata.category(sign)[0] != "M")


def forms_of(words: Mapping[str, Any], former: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """All forms that a thing's words had, by field: as they are now, and as they were before each revision of them.

    `former` holds what every revision replaced, newest first.
    """
    forms = [words]
    for before in former:
        forms.append({**forms[-1], **before})
    return forms


def searched(arxiv_id: str, papers: Iterable[Mapping[str, Any]], mentions: Iterable[Mapping[str, Any]]) -> Searched:
    """What a paper is found by: its texts and those of its mentions, by field, as they are and as they were before.

    What comes first is kept where there is more than there is room for. A field that is missing or None says nothing.
    """
    papers, mentions = list(papers), list(mentions)
    titles = [arxiv_id, *(paper.get("title") for paper in papers)]
    authors = [name for paper in papers for name in paper.get("authors") or ()]
    words = [category for paper in papers for category in paper.get("categories") or ()]
    words += [paper.get("abstract") for paper in papers]
    for mention in mentions:
        words += [mention.get("author_handle"), mention.get("author_name")]
        words.append(said(mention.get("text"), mention.get("html")))
    pieces = {"title": titles, "authors": authors, "words": words}
    return Searched(**{name: _joined(filter(None, texts), LONGEST[name]) for name, texts in pieces.items()})


def _joined(texts: Iterable[str], longest: int) -> str:
    """The texts folded, each once, as many as there is room for; what is too long breaks off."""
    pieces: dict[str, None] = {}
    room = longest
    for text in dict.fromkeys(texts):
        piece = folded(text[:longest])
        if piece and piece not in pieces:
            pieces[piece] = None
            room -= len(piece) + len(BETWEEN)
        if room <= 0:
            break
    return BETWEEN.join(pieces)[:longest].rstrip()


def terms_of(typed: str) -> list[Term]:
    """What typed words ask for: all of them, each as the beginning of a word.

    "Quoted words" are meant just so and beside each other (the last one may go on where the quote is not closed yet),
    -words must not be there, and the link or id of a paper means its id. Never an error; a text of signs only asks for
    nothing.
    """
    terms = []
    for match in _TYPED.finditer(typed[:LONGEST_TYPED].translate(_QUOTES)):
        if match["word"] is None:
            words, is_prefix = folded(match["phrase"]), not match["end"]
        else:
            words, is_prefix = folded(_named(match["word"])), True
        if words:
            terms.append(Term(tuple(words.split()), is_prefix, is_excluded=bool(match["minus"])))
    return list(dict.fromkeys(terms))


def _named(word: str) -> str:
    """The id of the paper that a link names, or the word."""
    paper = parse_arxiv_id(word) or arxiv_id_from_url(word)
    return paper.arxiv_id if paper else word


def is_in(term: Term, texts: Sequence[str]) -> bool:
    """Whether one of the folded texts holds the words of a term."""
    return any(term.text in f" {text} " for text in texts)


def fits(terms: Iterable[Term], texts: Sequence[str]) -> bool:
    """Whether the folded texts together hold all that is asked for and nothing that is excluded."""
    return all(is_in(term, texts) != term.is_excluded for term in terms)
