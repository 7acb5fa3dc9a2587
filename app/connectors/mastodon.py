"""The Mastodon connector: what the instances of one's choice have heard of papers, each post counted once."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from app.connectors.answers import HttpResponse
from app.connectors.fields import first_of, moment
from app.connectors.http import JSON_TYPES, HttpClient, lane_of
from app.connectors.mastodon_statuses import NAME, may_be_found, mention_of, next_page, origin_id, together
from app.connectors.source import Settings, Source
from app.connectors.turns import in_turn
from app.domain.papers import abs_url
from app.domain.settings import Setting, names, text, urls, whole_number
from app.domain.sources import (
    ConnectorError,
    Done,
    Expected,
    Fetched,
    FetchedMention,
    Gone,
    KnownMention,
    Notice,
    Problem,
    Question,
)

PAGE = 40
MOST_PAGES = 25
# So many known posts in a row that cannot be read mean that an instance has trouble with all of them.
MOST_FAILURES = 3
GIVEN_UP = " No more known posts were read there."
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Instances take 300 questions of an address in 5 minutes.
INTERVAL = 1.0


@dataclass(slots=True)
class _Found:
    """The mentions of a run by their uri, for other instances may have better counts of any of them."""

    question: Question
    mentions: dict[str, FetchedMention] = field(default_factory=dict)
    # Statuses that their own instance has told of, whose words and counts are the true ones; and those it has no more.
    at_home: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    # The instances whose timelines have shown anything at all.
    speaking: set[str] = field(default_factory=set)
    # By instance, how many known statuses in a row could not be read.
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, statuses: list[Any], instance: str, papers: tuple[str, ...] = ()) -> None:
        """Take in what an instance has told of; a sweep has no use for posts from before its time."""
        host = lane_of(instance)
        for status in statuses:
            mention = mention_of(status, host, papers)
            if mention and (papers or self._is_wanted(mention)):
                self._put(mention, lane_of(mention.external_id) == host)

    def lose(self, name: str) -> None:
        """Note that a status is gone where it was written; other instances may show it for a while yet."""
        self.gone.add(name)
        self.mentions.pop(name, None)

    def _is_wanted(self, mention: FetchedMention) -> bool:
        if mention.external_id in self.gone:
            return False
        return not self.question.sweeps or mention.posted_at is None or mention.posted_at >= self.question.since

    def _put(self, mention: FetchedMention, is_at_home: bool) -> None:
        name = mention.external_id
        before = self.mentions.get(name, mention)
        self.mentions[name] = together(mention, before) if is_at_home else together(before, mention)
        self.at_home |= {name} if is_at_home else set()


class MastodonConnector:
    """Reads timelines of hashtags at every instance, and searches for papers at the first one if that gave a token."""

    name = NAME
    needs_papers = True

    def __init__(
        self, client: HttpClient, *, instances: tuple[str, ...], tags: tuple[str, ...], token: str, searches: int
    ) -> None:
        self._client = client
        self._instances = instances
        self._tags = tags
        self._token = token
        self._searches = searches

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Every status since the listing that names a paper, known ones with today's counts, and those deleted.

        The mentions come at the end, when every instance has told its counts. An instance that cannot be read is a
        problem, and none that can be a failure.
        """
        found = _Found(question)
        plans = {instance: self._plan(instance, found) for instance in self._instances}
        yield Expected(sum(map(len, plans.values())))
        done, failures = 0, []
        for instance, plan in plans.items():
            try:
                for place, step in enumerate(plan, start=1):
                    yield from step()
                    yield Done(done + place)
                self._check(instance, found)
            except ConnectorError as error:
                failures.append(error)
                if len(plans) > 1:
                    yield Problem(lane_of(instance), str(error))
            done += len(plan)
            yield Done(done)
        yield from found.mentions.values()
        if failures and len(failures) == len(plans):
            raise failures[0] if len(plans) == 1 else _none_readable(failures)

    def _plan(self, instance: str, found: _Found) -> list[Callable[[], Iterable[Fetched]]]:
        """What an instance is asked, step by step: public things first, which a bad token cannot spoil."""
        question = found.question
        if question.sweeps:
            steps = [partial(self._tag, instance, tag, found) for tag in self._tags]
        else:
            steps = [partial(self._link, instance, paper.arxiv_id, found) for paper in question.papers]
        homes = [(known, name) for known in question.known if (name := origin_id(known, instance))]
        steps += [partial(self._known, instance, known, name, found) for known, name in homes]
        if self._token and instance == self._instances[0]:
            papers = in_turn(question.papers, self._searches, question.now)[: self._searches]
            steps += [partial(self._search, instance, paper.arxiv_id, found) for paper in papers]
            if len(papers) < len(question.papers):
                steps.append(partial(_unsearched, instance, len(papers), len(question.papers)))
        return steps

    def _tag(self, instance: str, tag: str, found: _Found) -> Iterator[Fetched]:
        """The timeline of a hashtag, newest first, back to the listing."""
        params = {"limit": str(PAGE)}
        for _ in range(MOST_PAGES):
            answer = self._get(instance, f"/api/v1/timelines/tag/{quote(tag, safe='')}", params)
            statuses = _statuses(instance, self._client.parse_json(answer))
            found.add(statuses, instance)
            found.speaking |= {instance} if statuses else set()
            times = [moment(first_of(status, "created_at")) for status in statuses]
            oldest = next((time for time in reversed(times) if time), None)
            following = next_page(answer.headers)
            is_last = not following or following == params.get("max_id")
            if is_last or oldest is None or oldest < found.question.since:
                return
            params["max_id"] = following
        yield Notice(f"{lane_of(instance)} has more under #{tag} than the {PAGE * MOST_PAGES} newest that were read.")

    def _link(self, instance: str, arxiv_id: str, found: _Found) -> Iterable[Fetched]:
        """What links to a paper, which an instance tells only of pages that are much spoken of just now."""
        answer = self._get(instance, "/api/v1/timelines/link", {"url": abs_url(arxiv_id), "limit": str(PAGE)}, 404)
        if answer.status == 200:
            found.add(_statuses(instance, self._client.parse_json(answer)), instance)
        return ()

    def _search(self, instance: str, arxiv_id: str, found: _Found) -> Iterable[Fetched]:
        """What an instance's search has of a paper; only a member may search, hence the token."""
        answer = self._get(instance, "/api/v2/search", {"q": arxiv_id, "type": "statuses", "limit": str(PAGE)})
        told = self._client.parse_json(answer)
        found.add(_statuses(instance, first_of(told, "statuses")), instance)
        return ()

    def _known(self, instance: str, known: KnownMention, status_id: str, found: _Found) -> Iterator[Fetched]:
        """A known status at the instance where it was written, unless that has told of it in this run."""
        if known.external_id in found.at_home or found.failures[instance] >= MOST_FAILURES:
            return
        try:
            yield from self._read_again(instance, known, status_id, found)
        except ConnectorError as error:
            found.failures[instance] += 1
            is_last = found.failures[instance] >= MOST_FAILURES
            yield Problem(f"a known post at {lane_of(instance)}", f"{error}{GIVEN_UP if is_last else ''}")
        else:
            found.failures[instance] = 0

    def _read_again(self, instance: str, known: KnownMention, status_id: str, found: _Found) -> Iterator[Fetched]:
        # What is said of one status is no word on the token or on the instance.
        answer = self._get(instance, f"/api/v1/statuses/{status_id}", {}, 404, 410, refusals=())
        status = self._client.parse_json(answer) if answer.status == 200 else None
        is_it = first_of(status, "uri") == known.external_id
        if answer.status != 200 or (is_it and not may_be_found(status)):
            found.lose(known.external_id)
            yield Gone(NAME, known.external_id)
        elif is_it:
            found.add([status], instance, known.paper_ids)

    def _get(
        self,
        instance: str,
        path: str,
        params: dict[str, str],
        *also: int,
        refusals: tuple[int, ...] = (401, 403, 422),
    ) -> HttpResponse:
        """One answer with status 200 or `also`; `refusals` mean that strangers, or the token, may not ask at all.

        The token goes to the instance that gave it and to no other.
        """
        is_ours = bool(self._token) and instance == self._instances[0]

        def last_word(answer: HttpResponse) -> str | None:
            if answer.status not in refusals:
                return None
            if is_ours:
                return "does not take the token; check HOTPAPERS_MASTODON_TOKEN, which must allow to read and to search"
            return "shows this to members only; take it out of HOTPAPERS_MASTODON_INSTANCES"

        return self._client.get(
            instance + path,
            params=params,
            headers={"Authorization": f"Bearer {self._token}"} if is_ours else None,
            content_types=JSON_TYPES,
            statuses=(200, *also),
            final=last_word,
        )

    def _check(self, instance: str, found: _Found) -> None:
        """An instance that keeps its timelines to its members may say so with empty ones."""
        if found.question.sweeps and self._tags and instance not in found.speaking:
            asked = ", ".join(f"#{tag}" for tag in self._tags)
            raise ConnectorError(f"{lane_of(instance)} shows nothing under {asked}; it may do so to members only.")


def _statuses(instance: str, told: Any) -> list[Any]:
    if not isinstance(told, list):
        raise ConnectorError(f"{lane_of(instance)} sent something that is no list of posts; the next run tries again.")
    return told


def _unsearched(instance: str, searched: int, papers: int) -> Iterable[Fetched]:
    allowed = "as many as HOTPAPERS_MASTODON_SEARCHES allows"
    return [Notice(f"{lane_of(instance)} was searched for {searched} of {papers} papers, {allowed}.")]


def _none_readable(failures: list[ConnectorError]) -> ConnectorError:
    permanent = all(failure.permanent for failure in failures)
    outlook = "their problems say what to change" if permanent else "the next run tries again"
    said = f"None of the {len(failures)} Mastodon instances could be read; {outlook}."
    return ConnectorError(said, permanent=permanent)


def instances(raw: str) -> tuple[str, ...]:
    """The addresses of instances with commas between them, all encrypted, for a token may go there."""
    found = urls(raw)
    for address in found:
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("must be addresses that start with https:// with commas between them")
    return found


def tags(raw: str) -> tuple[str, ...]:
    """Hashtags with commas between them, with or without their sign."""
    found = tuple(name.removeprefix("#") for name in names(raw))
    if not all(name.replace("_", "").isalnum() for name in found):
        raise ValueError("must be hashtags with commas between them, such as arxiv,machinelearning")
    return found


def make(settings: Settings, client: HttpClient, today: date) -> MastodonConnector:
    """The Mastodon connector as the settings describe it."""
    return MastodonConnector(
        client,
        instances=settings["MASTODON_INSTANCES"],
        tags=settings["MASTODON_TAGS"],
        token=settings["MASTODON_TOKEN"],
        searches=settings["MASTODON_SEARCHES"],
    )


SOURCE = Source(
    name=NAME,
    label="Mastodon",
    make=make,
    settings=(
        Setting("MASTODON_INSTANCES", "", instances, "the addresses of the instances that are read, with commas"),
        Setting("MASTODON_TAGS", "arxiv,machinelearning", tags, "the hashtags whose timelines are read"),
        Setting(
            "MASTODON_TOKEN",
            "",
            text,
            "a member's token for search, of the first instance, and sent to no other: tokens belong to one instance",
            True,
        ),
        Setting("MASTODON_SEARCHES", "200", whole_number, "papers that a run searches for at the first instance"),
    ),
    needs=("MASTODON_INSTANCES",),
    intervals={"MASTODON_INSTANCES": INTERVAL},
)
