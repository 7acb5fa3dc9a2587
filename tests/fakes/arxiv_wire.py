"""Invented papers, and how arXiv would write them: Atom answers, daily feeds, listing pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import escape

ATOM_HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom">\n'
)
RSS_HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">\n'
)
SUBJECTS = {"cs.LG": "Machine Learning", "stat.ML": "Machine Learning", "cs.CL": "Computation and Language"}


@dataclass(frozen=True, slots=True)
class FakePaper:
    """One invented paper; categories primary first. `replaced_on` is the listing date of its newest version."""

    arxiv_id: str
    announced_on: date
    title: str = "Fictional Lanterns"
    authors: tuple[str, ...] = ("Ada Fernsby",)
    abstract: str = "We study imaginary lanterns."
    categories: tuple[str, ...] = ("cs.LG",)
    version: int = 1
    comment: str | None = None
    doi: str | None = None
    submitted_at: datetime | None = None
    replaced_on: date | None = None

    @property
    def submitted(self) -> datetime:
        """By default at noon UTC of the day before the announcement, inside the window of its listing."""
        return self.submitted_at or datetime.combine(self.announced_on - timedelta(days=1), time(12), UTC)

    def in_subject(self, subject: str) -> bool:
        return any(name == subject or name.startswith(f"{subject}.") for name in self.categories)

    def kind_on(self, day: date, subject: str) -> str | None:
        """How the listing of `day` has the paper: new, cross, replace, replace-cross, or not at all."""
        if not self.in_subject(subject) or day not in (self.announced_on, self.replaced_on):
            return None
        home = self.categories[0] == subject or self.categories[0].startswith(f"{subject}.")
        if day == self.announced_on:
            return "new" if home else "cross"
        return "replace" if home else "replace-cross"


def sample_papers(day: date) -> list[FakePaper]:
    """The papers of one listing date that have everything in them that has ever surprised a client of arXiv."""
    prefix = f"{day:%y%m}.9"
    return [
        FakePaper(
            f"{prefix}9001",
            day,
            "Fictional Lanterns: $k$-Step Moss Inference\n  with $O(n^{2})$ Glow",
            ("Ada Fernsby", "Tomás Quill Jr"),
            "  We study imaginary lanterns with $\\alpha < 1$ & more.\nCode: https://github.com/fernsby/moss-lantern",
            ("cs.LG", "stat.ML"),
            comment="12 pages, 3 figures",
            doi="10.5555/moss.2021.7",
        ),
        FakePaper(f"{prefix}9002", day, "0", ("E. X. Ample",), "Nothing.", ("cs.CL",)),
        FakePaper(
            f"{prefix}9003", day, "Scaling *down* A*", ("Bo Quartz",), "A <b>bold</b> claim.", ("stat.ML", "cs.LG")
        ),
        FakePaper(
            f"{prefix}9004", day, "A Lemma That Was Withdrawn", comment="This paper has been withdrawn by the author"
        ),
        FakePaper("math/0309999", day, "An Old Lemma, Held for Years", categories=("math.GT", "cs.LG")),
        FakePaper(
            f"{prefix}8001",
            day - timedelta(days=7),
            "Lanterns, Revised",
            categories=("cs.LG",),
            version=2,
            replaced_on=day,
        ),
    ]


def many_papers(day: date, count: int, categories: tuple[str, ...] = ("cs.LG",)) -> list[FakePaper]:
    """`count` plain papers of one listing date."""
    return [
        FakePaper(f"{day:%y%m}.{10_000 + number}", day, f"Lantern No. {number}", categories=categories)
        for number in range(count)
    ]


def atom_feed(papers: Iterable[FakePaper], total: int, start: int, asked: int) -> str:
    """An answer of the API; itemsPerPage is what was asked for, not what came."""
    return (
        f"{ATOM_HEAD}  <id>https://arxiv.org/api/Qm9ndXM</id>\n  <title>arXiv Query: invented</title>\n"
        f"  <updated>2026-11-20T09:00:00Z</updated>\n  <opensearch:itemsPerPage>{asked}</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n" + "".join(map(_atom_entry, papers)) + "</feed>\n"
    )


def atom_error(message: str) -> str:
    """An error of the API, which looks like a hit."""
    anchor = message.replace(" ", "_")
    return (
        f"{ATOM_HEAD}  <id>https://arxiv.org/</id>\n  <title>arXiv Search Results</title>\n"
        "  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>\n"
        "  <opensearch:totalResults>1</opensearch:totalResults>\n  <opensearch:startIndex>0</opensearch:startIndex>\n"
        f"  <entry>\n    <id>https://arxiv.org/api/errors#{anchor}</id>\n    <title>Error</title>\n"
        f"    <summary>{escape(message)}</summary>\n    <author><name>arXiv api core</name></author>\n"
        "  </entry>\n</feed>\n"
    )


def _atom_entry(paper: FakePaper) -> str:
    versioned = f"{paper.arxiv_id}v{paper.version}"
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    categories = "".join(f'<category term="{name}"/>' for name in paper.categories)
    comment = f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>" if paper.comment else ""
    doi = f"<arxiv:doi>{paper.doi}</arxiv:doi>" if paper.doi else ""
    return (
        f"  <entry>\n    <id>http://arxiv.org/abs/{versioned}</id>\n    <title>{escape(paper.title)}</title>\n"
        f"    <updated>{paper.submitted:%Y-%m-%dT%H:%M:%SZ}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{versioned}" rel="alternate" type="text/html"/>\n'
        f"    <summary>{escape(paper.abstract)}</summary>\n    {categories}\n"
        f"    <published>{paper.submitted:%Y-%m-%dT%H:%M:%SZ}</published>\n    {comment}{doi}\n"
        f'    <arxiv:primary_category term="{paper.categories[0]}"/>\n    {authors}\n  </entry>\n'
    )


def rss_feed(subject: str, items: Sequence[tuple[FakePaper, str]], stamped: date) -> str:
    """A daily feed of (paper, announce type); `stamped` is what its dates say, which need not be true."""
    stamp = f"{stamped:%a, %d %b %Y} 00:00:00 -0400"
    return (
        f"{RSS_HEAD}<channel>\n<title>{subject} updates on arXiv.org</title>\n"
        f"<link>https://rss.arxiv.org/rss/{subject}</link>\n<description>{subject} updates.</description>\n"
        f"<pubDate>{stamp}</pubDate>\n<skipDays><day>Saturday</day><day>Sunday</day></skipDays>\n"
        + "".join(_rss_item(paper, kind, stamp) for paper, kind in items[:2000])
        + "</channel>\n</rss>\n"
    )


def rss_error(subject: str) -> str:
    """The body of a 400, a healthy feed to a careless reader."""
    return (
        f"{RSS_HEAD}<channel><title>Feed error for query: {escape(subject)}</title>"
        "<description>Bad archive.</description></channel></rss>"
    )


def _rss_item(paper: FakePaper, kind: str, stamp: str) -> str:
    return (
        f"<item>\n<title>{escape(' '.join(paper.title.split()))}</title>\n"
        f"<link>https://arxiv.org/abs/{paper.arxiv_id}</link>\n"
        f"<description>arXiv:{paper.arxiv_id}v{paper.version} Announce Type: {kind} \nAbstract: "
        f"{escape(paper.abstract)}</description>\n"
        f'<guid isPermaLink="false">oai:arXiv.org:{paper.arxiv_id}v{paper.version}</guid>\n'
        + "".join(f"<category>{name}</category>\n" for name in paper.categories)
        + f"<pubDate>{stamp}</pubDate>\n<arxiv:announce_type>{kind}</arxiv:announce_type>\n"
        f"<dc:creator>{escape(', '.join(paper.authors))} (Moss Lab, Glow Dept)</dc:creator>\n</item>\n"
    )


def listing_page(heading: str, items: Sequence[tuple[FakePaper, str]], skip: int, show: int, none: str) -> str:
    """A page of a listing of (paper, kind), in the markup of arxiv-browse; `none` is what an empty listing says."""
    order = {"new": 0, "cross": 1, "replace": 2, "replace-cross": 2}
    ranked = sorted(items, key=lambda item: order[item[1]])
    sections = []
    for rank, name in enumerate(("New", "Cross", "Replacement")):
        whole = [item for item in ranked if order[item[1]] == rank]
        shown = [(number, *item) for number, item in enumerate(ranked, 1) if order[item[1]] == rank]
        shown = [item for item in shown if skip < item[0] <= skip + show]
        if shown:
            words = "showing first" if len(shown) < len(whole) else "showing"
            title = f"<h3>{name} submissions ({words} {len(shown)} of {len(whole)} entries)</h3>"
            sections.append(
                f"<dl id='articles'>\n{title}\n" + "".join(_listing_item(*item) for item in shown) + "</dl>\n"
            )
    body = "".join(sections) or f"<p>{none}</p>"
    return (
        f"<!DOCTYPE html><html><head><title>arXiv</title></head><body><h1>Subject</h1>{heading}\n"
        f"<div class='paging'>Total of {len(ranked)} entries</div>\n{body}</body></html>"
    )


def _listing_item(number: int, paper: FakePaper, kind: str) -> str:
    note = f"(cross-list from {paper.categories[0]})" if kind == "cross" else "(replaced)" if "replace" in kind else ""
    authors = ", ".join(
        f'<a href="https://arxiv.org/search/?query=x" rel="nofollow">{escape(a)}</a>' for a in paper.authors
    )
    comment = (
        f"<div class='list-comments mathjax'><span class='descriptor'>Comments:</span>\n{escape(paper.comment)}\n</div>"
        if paper.comment
        else ""
    )
    subjects = [f"{SUBJECTS.get(name, 'Subject')} ({name})" for name in paper.categories]
    primary = f'<span class="primary-subject">{subjects[0]}</span>'
    return (
        f'<dt>\n<a name=\'item{number}\'>[{number}]</a>\n<a href ="/abs/{paper.arxiv_id}" title="Abstract" '
        f'id="{paper.arxiv_id}">\n arXiv:{paper.arxiv_id}\n</a>\n{note}\n[<a href="/pdf/{paper.arxiv_id}" '
        f"title=\"Download PDF\">pdf</a>]\n</dt>\n<dd>\n<div class='meta'>\n"
        f"<div class='list-title mathjax'><span class='descriptor'>Title:</span>\n {escape(paper.title)}\n</div>\n"
        f"<div class='list-authors'>{authors}</div>\n{comment}\n"
        "<div class='list-subjects'><span class='descriptor'>Subjects:</span>\n"
        f"{'; '.join([primary, *subjects[1:]])}\n</div>\n"
        f"<p class='mathjax'>\n{escape(paper.abstract)}\n</p>\n</div>\n</dd>\n"
    )
