"""The catalogues that count citations: Semantic Scholar's batch endpoint and OpenAlex's list of works."""

from collections.abc import Callable
from time import time
from typing import Any

from tests.fakes.service import Answer, Asked, FakeService

TOO_MANY = (
    "Too Many Requests. Please wait and try again or apply for a key for higher rate limits. "
    "https://www.semanticscholar.org/product/api#api-key-form"
)


class FakeSemanticScholar(FakeService):
    """`papers` by arXiv id: how often it is cited, or a whole record. Nobody without one of `keys` gets anything.

    Without a key one meets the crowded pool (429), a key that is not known is refused (403). An id with a version is
    unknown, like any other that is not among the papers; where all are, the answer is `none_known`. One of `poisoned`
    makes a whole portion fail with 500.
    """

    def __init__(self, *, clock: Callable[[], float] = time) -> None:
        super().__init__(clock=clock)
        self.papers: dict[str, Any] = {}
        self.keys = {"s2-moss"}
        self.poisoned: set[str] = set()
        self.none_known = Answer({"error": "No valid paper ids given"}, 400)

    def respond(self, asked: Asked) -> Answer:
        """What is known of each id, in the order of the question."""
        key = asked.header("x-api-key")
        if not key:
            return Answer({"message": TOO_MANY, "code": "429"}, 429)
        if key not in self.keys:
            return Answer({"message": "Forbidden"}, 403)
        if asked.method != "POST" or asked.path != "/graph/v1/paper/batch":
            return Answer({"error": "Not found"}, 404)
        ids = asked.json["ids"]
        if not 0 < len(ids) <= 500:
            return Answer({"error": f"Too many ids: {len(ids)}. The maximum is 500."}, 400)
        names = [name.removeprefix("ARXIV:") for name in ids]
        if self.poisoned.intersection(names):
            return Answer({"message": "Internal Server Error"}, 500)
        if not any(name in self.papers for name in names):
            return self.none_known
        fields = {"paperId", *asked.param("fields").split(",")}
        return Answer([self._record(name, fields) for name in names])

    def _record(self, name: str, fields: set[str]) -> Any:
        known = self.papers.get(name)
        if name not in self.papers or not isinstance(known, int):
            return known
        number = 990000001 + list(self.papers).index(name)
        record = {
            "paperId": f"{number:040x}",
            "externalIds": {"ArXiv": name, "DOI": f"10.48550/arXiv.{name}", "CorpusId": number},
            "title": "Fictional Lanterns",
            "citationCount": known,
            "influentialCitationCount": 1,
        }
        return {field: value for field, value in record.items() if field in fields}


class FakeOpenAlex(FakeService):
    """`works` by the DOI in lower case: how often it is cited, or a list of whole records under it.

    The key comes as a bearer or as `api_key`; one that is not among `keys` is refused (401). `budget` are the lists
    that may still be asked for today; once they are spent the answer is 429, with seconds to go.
    """

    def __init__(self, *, clock: Callable[[], float] = time) -> None:
        super().__init__(clock=clock)
        self.works: dict[str, Any] = {}
        self.keys = {"oa-moss"}
        self.budget = 10_000

    def cite(self, arxiv_id: str, citations: Any) -> None:
        """Let a paper be known under arXiv's DOI."""
        self.works[f"10.48550/arxiv.{arxiv_id}"] = citations

    def respond(self, asked: Asked) -> Answer:
        """A list of works; what is not known is not in it, and its order is not that of the question."""
        key = asked.header("Authorization").removeprefix("Bearer ") or asked.param("api_key")
        if key not in self.keys:
            return Answer({"error": "Invalid or missing API key", "message": "API key not found"}, 401)
        if asked.path != "/works":
            return Answer({"error": "Not found", "message": "No such entity"}, 404)
        if not self.budget:
            spent = {"error": "Rate limit exceeded", "message": "Insufficient budget.", "retryAfter": 30_000}
            return Answer(spent, 429, {"Retry-After": "30000"} | self._limits())
        name, _, values = asked.param("filter").partition(":")
        dois, size = values.lower().split("|"), int(asked.param("per_page", "25"))
        if name != "doi" or len(dois) > 100 or not 0 < size <= 100:
            return Answer(
                {"error": "Invalid query parameters error.", "message": "Maximum number of values is 100"}, 400
            )
        self.budget -= 1
        return self._list(asked, dois, size)

    def _list(self, asked: Asked, dois: list[str], size: int) -> Answer:
        found = [work for doi in sorted(self.works, reverse=True) if doi in dois for work in self._records(doi)]
        fields = asked.param("select").split(",")
        works = [{name: work[name] for name in fields if name in work} for work in found]
        meta: dict[str, Any] = {"count": len(works), "db_response_time_ms": 12, "page": 1, "per_page": size}
        if asked.param("cursor"):
            start = 0 if asked.param("cursor") == "*" else int(asked.param("cursor"))
            rest = start + size < len(works)
            meta |= {"page": None, "next_cursor": str(start + size) if rest else None}
            works = works[start:]
        return Answer({"meta": meta, "results": works[:size], "group_by": []}, headers=self._limits())

    def _records(self, doi: str) -> list[Any]:
        known = self.works[doi]
        if isinstance(known, list):
            return known
        number = 9900000001 + list(self.works).index(doi)
        return [
            {
                "id": f"https://openalex.org/W{number}",
                "doi": f"https://doi.org/{doi}",
                "title": "Fictional Lanterns",
                "type": "preprint",
                "cited_by_count": known,
            }
        ]

    def _limits(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": "10000",
            "X-RateLimit-Remaining": str(self.budget),
            "X-RateLimit-Reset": "30000",
        }
