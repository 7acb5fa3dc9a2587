"""An editor's desk in short: asks the arXiv connector for a day and sorts what comes by kind."""

from datetime import date

import pytest

from app.connectors.arxiv import ArxivConnector
from app.connectors.http import HttpClient
from app.domain.sources import ConnectorError, Expected, FetchedPaper, Notice, Problem
from tests.factories import asked
from tests.fakes.arxiv import FakeArxiv

TODAY = date(2026, 11, 20)  # A Friday.


class Desk:
    """The last fetch: all values, and the papers, problems, notices and expectations among them."""

    def __init__(self, client: HttpClient, fake: FakeArxiv) -> None:
        self.client, self.fake = client, fake

    def fetch(self, day: date | None = None, categories: tuple[str, ...] = ("cs", "stat.ML"), **kwargs) -> "Desk":
        connector = ArxivConnector(
            self.client,
            api_url=self.fake.url,
            rss_url=self.fake.url,
            list_url=self.fake.url,
            categories=categories,
            today=self.fake.today,
            **kwargs,
        )
        self.values = list(connector.fetch(asked(day)))
        self.papers = {value.arxiv_id: value for value in self.values if isinstance(value, FetchedPaper)}
        self.problems = [f"{value.where}: {value.reason}" for value in self.values if isinstance(value, Problem)]
        self.notices = [value.text for value in self.values if isinstance(value, Notice)]
        self.expected = [value.count for value in self.values if isinstance(value, Expected)]
        return self

    def failure(self, day: date | None = None, **kwargs) -> ConnectorError:
        with pytest.raises(ConnectorError) as caught:
            self.fetch(day, **kwargs)
        return caught.value
