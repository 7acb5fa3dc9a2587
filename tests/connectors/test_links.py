"""The papers of a page whose address somebody typed."""

import pytest

from app.connectors.http import HttpClient
from app.connectors.links import papers_linked
from tests.fakes.site import FakeTime, Page, ScriptedSite


@pytest.fixture
def anywhere(fake_time: FakeTime) -> HttpClient:
    """A client for which the loopback is as public as any other place."""
    return HttpClient(
        "t",
        default_interval=0,
        sleep=fake_time.sleep,
        clock=fake_time.clock,
        check_address=lambda url: None,
        may_reach=lambda address: True,
    )


def test_the_papers_that_a_page_links_or_names(anywhere: HttpClient, site: ScriptedSite):
    page = b'<a href="https:&#47;&#47;arxiv.org/abs/2611.99002v3">moss</a> and arXiv:2611.99001, arXiv:2611.99002'
    site.says(Page(body=page, headers={"Content-Type": "text/html"}))
    assert papers_linked(anywhere, site.url) == ["2611.99002", "2611.99001"]


def test_a_number_of_thousands_of_digits_does_not_keep_a_page_from_being_read(anywhere: HttpClient, site: ScriptedSite):
    page = b"&#" + b"1" * 5000 + b"; <p>arXiv:2611.99001</p>"
    site.says(Page(body=page, headers={"Content-Type": "text/html"}))
    assert papers_linked(anywhere, site.url) == ["2611.99001"]
