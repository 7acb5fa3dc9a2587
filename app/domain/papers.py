"""What an arXiv paper is called, and which papers a link or a text names."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit


class PaperId(NamedTuple):
    """The id of one arXiv work without its version, and the version where one was named."""

    arxiv_id: str
    version: int | None = None

    def __str__(self) -> str:
        return self.arxiv_id if self.version is None else f"{self.arxiv_id}v{self.version}"


_ARCHIVES = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga "
    "funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph "
    "q-alg q-bio quant-ph solv-int supr-con"
).split()
# Longest first, so that "math-ph" is not read as "math"; ASCII digits only, since \d also means other scripts' digits.
_ARCHIVE = "|".join(sorted(map(re.escape, _ARCHIVES), key=len, reverse=True))
_YYMM = r"[0-9]{2}(?:0[1-9]|1[0-2])"
_ID = (
    rf"(?:(?P<new>{_YYMM}\.[0-9]{{4,5}})|(?P<archive>{_ARCHIVE})(?:\.[a-z][a-z-]+)?/(?P<number>{_YYMM}[0-9]{{3}}))"
    # Four digits of version are plenty, and a longer run of digits is no version at all.
    r"(?:v(?P<version>[1-9][0-9]{0,3}))?(?!v?[0-9])"
)
_FLAGS = re.IGNORECASE | re.ASCII
_WHOLE = re.compile(rf"(?:arxiv:\s*)?{_ID}\Z", _FLAGS)

# Hosts that give every paper a page of its own, and what stands before the id in the path.
_PLACES = [
    (re.compile(host + r"\Z", _FLAGS), re.compile(path + _ID, _FLAGS))
    for host, path in (
        (r"(?:[a-z0-9-]+\.)*arxiv\.org", r"/(?:abs|pdf|html|format|src|e-print|ps|tb|bibtex)/"),
        (r"(?:[a-z0-9-]+\.)?ar5iv\.org", r"/(?:abs|pdf|html)/"),
        (r"(?:www\.)?arxiv-vanity\.com", r"/papers/"),
        (r"(?:www\.)?(?:huggingface\.co|hf\.co)", r"/papers/"),
        (r"(?:www\.)?alphaxiv\.org", r"/(?:[a-z]{2}/)?(?:abs|pdf|html|overview)/"),
        (r"(?:www\.)?scirate\.com", r"/arxiv/"),
        (r"(?:www\.)?semanticscholar\.org", r"/arxiv/"),
        (r"(?:dx\.|www\.)?doi\.org", r"/10\.48550/arxiv\."),
    )
]
_URL = re.compile(r"(?:https?://|(?<![\w@./-])(?=[\w.-]+\.(?:org|com|co)/))[^\s<>\"'\])}]+", re.IGNORECASE)
_NAMED = re.compile(rf"(?<![\w/.])(?:arxiv:\s*|10\.48550/arxiv\.){_ID}", _FLAGS)


def parse_arxiv_id(text: str) -> PaperId | None:
    """The paper that `text` as a whole names ("2103.12352v2", "arXiv:math.GT/0309136"), or None.

    The rules are arXiv's (info.arxiv.org/help/arxiv_identifier): four digits from 0704 to 1412, five from 1501;
    the old form, archive/YYMMNNN until 2007-03, loses its subject class and is lower case.
    """
    match = _WHOLE.match(text.strip())
    return _paper_id(match) if match else None


def arxiv_id_from_url(url: str) -> PaperId | None:
    """The one paper that a web address denotes, at arXiv or at a site that mirrors its ids; else None."""
    url = url.strip()
    try:
        # The host is read before percent-encoding is undone, or "arxiv.org%2F.example" would pass for arxiv.org.
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https"):
        return None
    path = re.sub(r"/{2,}", "/", unquote(parts.path))
    for place, pattern in _PLACES:
        if place.match(host):
            match = pattern.match(path)
            return _paper_id(match) if match else None
    return None


def arxiv_ids_from_text(text: str) -> list[PaperId]:
    """The distinct papers that a text links to or names as "arXiv:…" or by DOI, in order of appearance."""
    found = sorted(_papers_at(text), key=lambda hit: hit[0])
    return list(dict.fromkeys(paper for _, paper in found))


def abs_url(arxiv_id: str) -> str:
    """The address of a paper's page at arXiv."""
    return f"https://arxiv.org/abs/{arxiv_id}"


def pdf_url(arxiv_id: str) -> str:
    """The address of a paper's PDF at arXiv."""
    return f"https://arxiv.org/pdf/{arxiv_id}"


def _papers_at(text: str) -> Iterator[tuple[int, PaperId]]:
    for match in _URL.finditer(text):
        paper = arxiv_id_from_url(match[0].rstrip(".,;:!?"))
        if paper:
            yield match.start(), paper
    for match in _NAMED.finditer(text):
        paper = _paper_id(match)
        if paper:
            yield match.start(), paper


def _paper_id(match: re.Match[str]) -> PaperId | None:
    """The canonical id of a match, or None where the digits do not fit the years of their form."""
    version = int(match["version"]) if match["version"] else None
    if match["new"]:
        month, serial = match["new"].split(".")
        if month < "0704":
            return None
        digits = 4 if month <= "1412" else 5
        return PaperId(match["new"], version) if len(serial) == digits else None
    if "0703" < match["number"][:4] < "9101":
        return None
    return PaperId(f"{match['archive'].lower()}/{match['number']}", version)
