"""The sitemap and what robots may read."""

from datetime import UTC, datetime
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

from app.domain.sitemap import MOST_PAGES, NAMESPACE, SitePage, robots, sitemap

NAMES = {"s": NAMESPACE}


def test_each_page_stands_in_it_with_its_last_change() -> None:
    pages = [
        SitePage("https://papers.example/hot-papers?a=1&b=2"),
        SitePage("https://papers.example/hot-papers/2026-11-20", datetime(2026, 11, 20, 9, 3, tzinfo=UTC)),
    ]
    root = ElementTree.fromstring(sitemap(pages))
    assert root.tag == f"{{{NAMESPACE}}}urlset"
    assert [url.find("s:loc", NAMES).text for url in root] == [page.address for page in pages]
    assert [url.findtext("s:lastmod", namespaces=NAMES) for url in root] == [None, "2026-11-20T09:03:00+00:00"]


def test_it_is_never_longer_than_its_readers_take() -> None:
    pages = (SitePage(f"https://papers.example/{n}") for n in range(MOST_PAGES + 5))
    assert sitemap(pages).count(b"<loc>") == MOST_PAGES


def test_a_robot_reads_what_readers_may_and_nothing_of_the_desk() -> None:
    text = robots(allowed=("/hot-papers", "/styles/"), sitemap_address="https://papers.example/hot-papers/sitemap.xml")
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    for path in ("/hot-papers", "/hot-papers/2026-11-20", "/styles/ab/public.css"):
        assert rules.can_fetch("Robot", f"https://papers.example{path}")
    for path in ("/", "/editions/2026-11-20", "/sign-in", "/read/token", "/posts"):
        assert not rules.can_fetch("Robot", f"https://papers.example{path}")
    assert rules.site_maps() == ["https://papers.example/hot-papers/sitemap.xml"]
