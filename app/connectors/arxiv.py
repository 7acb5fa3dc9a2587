"""The arXiv connector: the papers of one listing date, with their metadata."""

from collections.abc import Iterator, Sequence, Set
from datetime import date, timedelta
from urllib.parse import quote

from app.connectors.arxiv_api import BATCH, ArxivApi, Metadata, papers_of
from app.connectors.arxiv_listing import MEMBERS, Entry, ListingPage, UnreadableAnswer, parse_feed, parse_listing_page
from app.connectors.http import HttpClient
from app.domain.listings import CATCHUP_DAYS, NotAnnounced, TooOld, holiday_near, submission_window, weekend
from app.domain.papers import PaperId
from app.domain.sources import ConnectorError, Expected, Fetched, FetchedPaper, Notice, Problem, Question

PAGE_SIZE = 2000
MOST_PAGES = 10
# The evening before a Monday listing, a long weekend included, is the earliest that anybody can ask for it.
FARTHEST_AHEAD = timedelta(days=4)
# Where the 90 days of catchup pages end is not known to the day.
CATCHUP_DOUBT = 5


class ArxivConnector:
    """Reads arXiv. Which papers a date has is what its listing page says: never a feed, never a time stamp.

    A paper belongs to a date as new or as a cross-list into one of `categories`, as on the blog; replacements do not.
    `today` is the date in New York. The addresses are bases, such as https://arxiv.org. `page_interval` is the pause
    before a listing page in seconds; `empty_tries` and `empty_pause` are for empty API answers.
    """

    name = "arxiv"

    def __init__(
        self,
        client: HttpClient,
        *,
        api_url: str,
        rss_url: str,
        list_url: str,
        categories: Sequence[str],
        today: date,
        holidays: Set[date] = frozenset(),
        page_interval: float = 15.0,
        empty_tries: int = 3,
        empty_pause: float = 5.0,
    ) -> None:
        self._client = client
        self._api = ArxivApi(client, _under(api_url, "/api/query"), empty_tries=empty_tries, empty_pause=empty_pause)
        self._rss_url = _under(rss_url, "/rss")
        self._list_url = list_url.rstrip("/")
        self._categories = tuple(categories)
        self._today = today
        self._holidays = holidays
        self._page_interval = page_interval

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """The papers of the listing of a day, or of today's. Raises ConnectorError only where nothing could be got.

        A question that does not sweep is answered with the papers that it names, whatever listing they stood in.
        """
        day = question.day or self._today
        if not question.sweeps:
            yield from self._fetch_named([paper.arxiv_id for paper in question.papers])
        elif reason := weekend(day):
            yield Notice(reason)
        elif day > self._today + FARTHEST_AHEAD:
            raise NotAnnounced(day)
        elif self._age(day) > CATCHUP_DAYS:
            yield from self._fetch_by_submission(day)
        else:
            yield from self._fetch_listed(day)

    def _fetch_named(self, ids: Sequence[str]) -> Iterator[Fetched]:
        """Papers by their ids; one that arXiv does not know is a problem of its own."""
        yield Expected(len(ids))
        found: dict[str, Metadata] = {}
        yield from self._api.look_up(ids, found, [])
        for arxiv_id in ids:
            if arxiv_id in found:
                yield _paper(found[arxiv_id], None)
            else:
                yield Problem(arxiv_id, "is not known to arXiv's API; a fresh paper may take a day to get there")

    def _fetch_listed(self, day: date) -> Iterator[Fetched]:
        try:
            entries, problems = self._fetch_members(day)
        except TooOld:
            yield from self._fetch_by_submission(day)
        except NotAnnounced:
            if not (reason := holiday_near(day, self._holidays)):
                raise
            yield Notice(reason)
        else:
            yield from problems
            yield from self._fetch_papers(entries, day)

    def _age(self, day: date) -> int:
        return (self._today - day).days

    def _fetch_members(self, day: date) -> tuple[dict[str, Entry], list[Problem | Notice]]:
        """The entries of all categories by id, and what went wrong in single categories."""
        entries: dict[str, Entry] = {}
        problems: list[Problem | Notice] = []
        failed: list[tuple[str, ConnectorError]] = []
        for category in self._categories:
            try:
                found = self._fetch_category(category, day, problems)
            except TooOld:
                raise
            except ConnectorError as error:
                failed.append((category, error))
                continue
            for entry in found:
                entries.setdefault(entry.paper.arxiv_id, entry)
        if failed and len(failed) == len(self._categories):
            raise _summary(day, [error for _, error in failed])
        return entries, [Problem(f"the listing of {name}", str(error)) for name, error in failed] + problems

    def _fetch_category(self, category: str, day: date, problems: list[Problem | Notice]) -> list[Entry]:
        if day >= self._today:
            listing = self._fetch_listing(f"/list/{quote(category)}/new", "skip", day)
            if listing.day < day:
                raise NotAnnounced(day)
            if listing.day == day:
                self._compare_feed(category, listing, problems)
                return _members(listing)
            # Evening in New York: the page already shows the next listing.
        listing = self._fetch_listing(f"/catchup/{quote(category)}/{day}", "page", day)
        if listing.day != day:
            raise ConnectorError(f"arXiv showed the listing of {listing.day} when asked for {day}.")
        return _members(listing)

    def _fetch_listing(self, path: str, paging: str, day: date) -> ListingPage:
        """All pages of a listing as one, as far as new papers and cross-lists go."""
        entries: list[Entry] = []
        first: date | None = None
        for number in range(MOST_PAGES):
            if paging == "page":
                params = {"abs": "True", "page": str(number + 1)}
            else:
                params = {"skip": str(number * PAGE_SIZE), "show": str(PAGE_SIZE)}
            page = self._fetch_page(path, params, day)
            first = first or page.day
            entries += page.entries
            if page.day != first or (not page.entries and len(entries) < page.total):
                break
            if page.done or len(entries) >= page.total:
                return ListingPage(first, tuple(entries), page.total, True)
        raise ConnectorError(f"arXiv's listing {path} changed while it was being read; the next run tries again.")

    def _fetch_page(self, path: str, params: dict[str, str], day: date) -> ListingPage:
        doubtful = self._age(day) > CATCHUP_DAYS - CATCHUP_DOUBT
        response = self._client.get(
            self._list_url + path,
            params=params,
            content_types=("text/html",),
            statuses=(200, 400) if doubtful else (200,),
            interval=self._page_interval,
        )
        if response.status == 400:
            raise TooOld(day)
        try:
            return parse_listing_page(response.body)
        except UnreadableAnswer as error:
            raise ConnectorError(f"arXiv's listing {path} could not be read: {error}.") from error

    def _compare_feed(self, category: str, listing: ListingPage, problems: list[Problem | Notice]) -> None:
        """Take the versions from the daily feed, and tell of papers that it has beyond the listing page.

        A feed may be of another day, whatever its own dates say, so it adds no paper. A page without papers counts as
        an empty day only where the feed agrees.
        """
        where = f"The feed of {category}"
        try:
            feed = self._fetch_feed(category)
        except ConnectorError as error:
            if not listing.entries:
                raise
            # Its versions come from the API as well, so nothing is lost.
            problems.append(Notice(f"{where}: {error}"))
            return
        listed = {entry.paper.arxiv_id for entry in listing.entries}
        strange = {paper.arxiv_id for paper, kind in feed.items() if kind in MEMBERS} - listed
        if strange and not listing.entries:
            raise ConnectorError(
                f"arXiv's listing of {category} says that {listing.day} has no papers, but its feed has "
                f"{len(strange)}; the next run tries again."
            )
        if strange:
            odd = f"has {papers_of(len(strange))} that the listing of {listing.day} has not; left out"
            problems.append(Notice(f"{where} {odd}."))
        versions = {paper.arxiv_id: paper for paper in feed}
        for entry in listing.entries:
            entry.paper = versions.get(entry.paper.arxiv_id, entry.paper)

    def _fetch_feed(self, category: str) -> dict[PaperId, str]:
        types = ("application/rss+xml", "application/xml", "text/xml")
        address = f"{self._rss_url}/{quote(category)}"
        response = self._client.get(address, content_types=types, remember=True)
        try:
            return parse_feed(response.body)
        except UnreadableAnswer as error:
            self._client.forget(address)
            raise ConnectorError(f"arXiv's feed of {category} could not be read: {error}.") from error

    def _fetch_papers(self, entries: dict[str, Entry], day: date) -> Iterator[Fetched]:
        if not entries:
            yield Notice(f"arXiv lists no papers on {day}.")
            return
        yield Expected(len(entries))
        ids = list(entries)
        refused: list[str] = []
        pending = 0
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            found: dict[str, Metadata] = {}
            yield from self._api.look_up(batch, found, refused)
            for arxiv_id in batch:
                if arxiv_id in found:
                    yield _paper(found[arxiv_id], day)
                elif entries[arxiv_id].title:
                    pending += 1
                    yield entries[arxiv_id].as_paper(day)
                else:
                    yield Problem(arxiv_id, "has no title on the listing, and the API does not have the paper yet")
        if pending:
            yield Notice(f"The listing alone tells of {papers_of(pending)} of {day}; the next run asks the API again.")

    def _fetch_by_submission(self, day: date) -> Iterator[Fetched]:
        """Papers of a day that the listing pages no longer show, by their time of submission: nearly the same ones."""
        papers: list[Metadata] = []
        problem: ConnectorError | None = None
        try:
            papers.extend(self._api.fetch_submitted(self._categories, *submission_window(day, self._holidays)))
        except ConnectorError as error:
            problem = error
        if not papers:
            raise problem or ConnectorError(f"arXiv's API has no papers for {day}; the next run tries again.")
        yield Notice(
            f"The papers of {day} were chosen by their time of submission, for arXiv's listing pages go back "
            f"{CATCHUP_DAYS} days only; a few may belong to a day beside it."
        )
        if problem:
            yield Problem(f"the papers of {day} after the first {len(papers)}", str(problem))
        yield Expected(len(papers))
        for paper in papers:
            yield _paper(paper, day)


def _members(listing: ListingPage) -> list[Entry]:
    return [entry for entry in listing.entries if entry.kind in MEMBERS]


def _paper(metadata: Metadata, day: date | None) -> FetchedPaper:
    return FetchedPaper(
        arxiv_id=metadata.arxiv_id,
        title=metadata.title,
        authors=metadata.authors,
        abstract=metadata.abstract,
        categories=metadata.categories,
        announced_on=day,
        version=metadata.version,
        comment=metadata.comment,
        doi=metadata.doi,
        submitted_at=metadata.submitted_at,
    )


def _summary(day: date, errors: Sequence[ConnectorError]) -> ConnectorError:
    """One error for a day of which no category could be read."""
    if all(isinstance(error, NotAnnounced) for error in errors):
        return errors[0]
    sentences = list(dict.fromkeys(map(str, errors)))
    first = (
        sentences[0]
        if len(sentences) == 1
        else f"No listing of {day} could be read, the first for this: {sentences[0]}"
    )
    return ConnectorError(first, permanent=all(error.permanent for error in errors))


def _under(base: str, path: str) -> str:
    """The address of a service from its base; one that is complete already stays as it is."""
    base = base.rstrip("/")
    return base if base.endswith(path) else base + path
