"""Papers, mentions and days of real size, invented from a fixed seed: the same ones in every run."""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from app.domain.sources import Expected, Fetched, FetchedMention, FetchedPaper, FetchedReading, Question, Reading

SEED = 20261118
# The day that is edited; every other date follows from it, so that no result depends on today.
DAY = date(2026, 11, 18)
MORNING = datetime(2026, 11, 18, 8, 2, 11, tzinfo=UTC)
SYLLABLES = "ba con di er fa gra hel in jo ke lo mi nor os pra qui re su tal un ver wi xa yo zet ment tion al".split()
CATEGORIES = "cs.LG cs.CL cs.CV cs.AI stat.ML cs.RO cs.IR math.OC eess.AS cs.CR".split()
FORMULAS = ("$O(n^{2})$", "$\\ell_1$", "$k$", "$\\varepsilon$", "$\\mathbb{R}^d$")
NETWORKS = ("twitter", "bluesky", "mastodon")
PAPERS_IN_POST = 15
# As far below the cut of 50 as none of its mentions can lift a paper over it.
MOST_BELOW = 12


def _vocabulary(count: int, syllables: tuple[int, int]) -> list[str]:
    """Words that nobody has heard, as many as a day of titles has: fewer would let pages be packed too small."""
    chance = random.Random(f"{SEED} words {count}")
    made = {"".join(chance.choices(SYLLABLES, k=chance.randint(*syllables))) for _ in range(2 * count)}
    return sorted(made)[:: max(len(made) // count, 1)][:count]


WORDS = _vocabulary(4000, (2, 4))
NAMES = [word.capitalize() for word in _vocabulary(1500, (2, 3))]
# Some words are common and most are rare.
COMMON = list(itertools.accumulate(1 / (n + 3) for n in range(len(WORDS))))


class Inventor:
    """Draws papers and what was said of them; two with the same name draw the same."""

    def __init__(self, name: str) -> None:
        self.chance = random.Random(f"{SEED} {name}")

    def words(self, count: int) -> str:
        """A sentence of so many words, without its full stop."""
        return " ".join(self.chance.choices(WORDS, cum_weights=COMMON, k=count)).capitalize()

    def name(self) -> str:
        """Somebody's name."""
        return f"{self.chance.choice(NAMES)} {self.chance.choice(NAMES)}"

    def paper(self, arxiv_id: str, day: date, *, reposts: int | None = None) -> FetchedPaper:
        """One paper; `reposts` is a total for the whole of it, which picks it from 50 on."""
        chance = self.chance
        formula = f" in {chance.choice(FORMULAS)} Steps" if chance.random() < 0.08 else ""
        names = tuple(self.name() for _ in range(chance.randint(2, 9)))
        readings = () if reposts is None else (Reading("twitter", MORNING, reposts=reposts, likes=0),)
        return FetchedPaper(
            arxiv_id=arxiv_id,
            title=f"{self.words(chance.randint(6, 10)).title()}{formula}",
            authors=names,
            abstract=" ".join(f"{self.words(chance.randint(14, 22))}." for _ in range(9)),
            categories=tuple(dict.fromkeys(chance.choices(CATEGORIES, k=3))),
            announced_on=day,
            version=1,
            readings=readings,
        )

    def mention(self, external_id: str, paper: FetchedPaper, *, most: int = MOST_BELOW) -> FetchedMention:
        """One post about a paper, with at most so many reposts and half as many likes."""
        source, name = self.chance.choice(NETWORKS), self.name()
        reposts = self.chance.randint(0, most)
        return FetchedMention(
            source=source,
            external_id=external_id,
            url=f"https://{source}.example/posts/{external_id}",
            paper_ids=(paper.arxiv_id,),
            author_name=name,
            author_handle=name.lower().replace(" ", ""),
            text=f"{self.words(self.chance.randint(18, 36))}. https://arxiv.org/abs/{paper.arxiv_id}",
            posted_on=f"{DAY:%B} {DAY.day}, {DAY.year}",
            reading=Reading(source, MORNING, reposts=reposts, likes=reposts // 2),
        )

    def history(self, paper: FetchedPaper, highest: int, hours: int) -> list[FetchedReading]:
        """Totals of a paper, one an hour, rising to `highest` points, for the line beside its score."""
        steps = [highest * (n + 1) // hours for n in range(hours)]
        times = [MORNING - timedelta(hours=hours - 1 - n) for n in range(hours)]
        readings = [Reading("hackernews", at, points=points) for at, points in zip(times, steps, strict=True)]
        return [FetchedReading(paper.arxiv_id, reading) for reading in readings]


class Listing:
    """A source that yields what it was given."""

    name = "invented"

    def __init__(self, things: Iterable[Fetched]) -> None:
        self.things = things

    def fetch(self, question: Question) -> Iterator[Fetched]:
        """Everything, in order."""
        yield from self.things


def a_day(day: date, picked: int, candidates: int, *, hours: int = 6) -> list[Fetched]:
    """A day's papers and what was said of them: so many above the cut, each with four mentions, and so many below.

    Of those below, two of five were mentioned once or twice, as on a day of the blog. What was counted was counted
    every hour for so many `hours`.
    """
    inventor = Inventor(f"day {day} {picked} {candidates}")
    above = [inventor.paper(number_of(day, n), day, reposts=900 - 800 * n // max(picked, 1)) for n in range(picked)]
    below = [inventor.paper(number_of(day, picked + n), day) for n in range(candidates)]
    things: list[Fetched] = [Expected(len(above) + len(below)), *above, *below]
    for paper in above:
        things += [inventor.mention(f"{paper.arxiv_id}-{n}", paper, most=90) for n in range(4)]
        things += inventor.history(paper, 300, hours)
    for n, paper in enumerate(below):
        if n % 5 < 2:
            things += [inventor.mention(f"{paper.arxiv_id}-{k}", paper) for k in range(1 + n % 2)]
            things += inventor.history(paper, 3 + n % 9, hours)
    return things


def picked_only(day: date, count: int) -> list[Fetched]:
    """A day on which every paper is above the cut, and so in the list that is put in order by hand."""
    inventor = Inventor(f"picked {day}")
    papers = [inventor.paper(number_of(day, n), day, reposts=60 + 2 * (count - n)) for n in range(count)]
    return [Expected(count), *papers]


def number_of(day: date, number: int) -> str:
    """The arXiv id of a day's paper: no two days have one in common, and none has more than 5,000."""
    year = (day.year + number // 1000 * 10) % 100
    return f"{year:02}{day:%m}.{day.day:02}{number % 1000:03}"


def weekdays_before(day: date, count: int) -> Sequence[date]:
    """The last weekdays before a day, the newest first."""
    found: list[date] = []
    while len(found) < count:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            found.append(day)
    return found
