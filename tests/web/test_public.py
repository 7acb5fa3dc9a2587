"""The pages for readers: what they show, what they keep of nobody, what may be kept of them, and who is not let in."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.domain.editions import Rules
from app.extensions import db
from app.models import Edition, Editor, Post
from app.services.acting import Acting
from app.services.correcting import reopen
from app.services.curation import annotate, drop
from app.services.publishing import publish
from app.services.retracting import restore, retract
from tests.conftest import Clock
from tests.factories import DAY, ingest_things, items, mention, paper
from tests.web.conftest import Laid

POST = f"/hot-papers/{DAY}"
PAGES = ("/hot-papers", POST, "/hot-papers/archive", "/hot-papers/2026-11", "/hot-papers/papers/2611.92001")
FEEDS = ("/hot-papers/feed.atom", "/hot-papers/feed.json", "/hot-papers/sitemap.xml", "/robots.txt")
GONE = "/hot-papers/2020-01-01"


@pytest.fixture
def by(editor: Editor, clock: Clock, rules: Rules) -> Callable[[], Acting]:
    """Ana, whenever it is by then."""
    return lambda: Acting(editor, clock(), rules)


@pytest.fixture
def out(session: Session, rules: Rules, by: Callable[[], Acting]) -> Edition:
    """A published edition of three papers, one with mathematics, a note and a quote."""
    first = paper("2611.92001", title="On the $\\ell_1$ Norm of <Moss> & Lanterns")
    others = [paper(f"2611.9200{n}", score=90 - n, title=f"Lanterns, Part {n}") for n in (2, 3)]
    ingest_things(session, rules, [first, *others, mention("said", first, reposts=900, text="A <b>short</b> proof!")])
    edition = session.query(Edition).filter_by(date=DAY).one()
    item = items(session)[0]
    annotate(session, item.id, by(), version=item.version, note="Read *this* first, where $x_i > 0$.")
    publish(session, edition.id, by(), targets=[])
    return edition


@pytest.fixture
def asked(app: Flask) -> list[str]:
    """Every question to the database from here on."""
    found: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_: found.append(statement))
    return found


def test_a_post_is_read_whole(client: FlaskClient, out: Edition) -> None:
    page = client.get(POST).text
    assert "Wednesday" in page and "18&nbsp;November" in page
    assert page.index("Part 2") < page.rindex("Part 2") < page.rindex("Part 3")
    assert "<math" in page and "&lt;Moss&gt; &amp; Lanterns" in page
    assert "Read <em>this</em> first" in page and "A &lt;b&gt;short&lt;/b&gt; proof!" in page
    assert 'href="https://arxiv.org/abs/2611.92001"' in page and 'id="2611.92001"' in page
    assert "900\xa0retweets" in page


def test_the_latest_is_the_newest_post_and_known_by_its_own_address(client: FlaskClient, out: Edition) -> None:
    page = client.get("/hot-papers").text
    assert f'<link rel="canonical" href="http://localhost{POST}">' in page
    assert '<meta property="og:type" content="article">' in page
    assert '<meta name="description" content="3 papers: On the ℓ₁ Norm of &lt;Moss&gt; &amp; Lanterns; Lant' in page


def test_where_nothing_is_out_the_pages_say_so(client: FlaskClient, laid: Laid) -> None:
    assert "The first post stands here" in client.get("/hot-papers").text
    assert "Nothing has been published yet" in client.get("/hot-papers/archive").text
    for feed in FEEDS:
        assert client.get(feed).status_code == 200
    assert client.get(POST).status_code == 404
    assert client.get("/hot-papers/2026-11").status_code == 404


def test_nobody_is_asked_who_they_are_and_nothing_runs(
    client: FlaskClient, as_editor: FlaskClient, out: Edition
) -> None:
    for address in (*PAGES, *FEEDS, GONE, "/hot-papers/a/b"):
        answers = [browser.get(address) for browser in (client, as_editor)]
        for answer in answers:
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")
            assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "<script" not in answer.text and "csrf" not in answer.text and "Ana" not in answer.text
            assert "public" in answer.headers["Cache-Control"]
        assert answers[0].data == answers[1].data


def test_what_a_browser_has_is_not_sent_again(client: FlaskClient, out: Edition) -> None:
    for address in (*PAGES, *FEEDS):
        first = client.get(address)
        tag = first.headers["ETag"]
        for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
            again = client.get(address, headers={"If-None-Match": sent, "Accept-Encoding": "gzip"})
            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["ETag"] == tag and "public" in again.headers["Cache-Control"]
        assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
        head = client.head(address)
        assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", tag)
        assert head.headers["Content-Length"] == first.headers["Content-Length"]


def test_a_page_says_when_it_last_changed_only_where_that_is_known(client: FlaskClient, out: Edition) -> None:
    assert client.get(POST).headers["Last-Modified"] == "Wed, 18 Nov 2026 08:30:00 GMT"
    for address in ("/hot-papers/archive", "/hot-papers/2026-11", "/hot-papers/sitemap.xml", "/robots.txt", GONE):
        assert "Last-Modified" not in client.get(address).headers


def test_what_is_long_is_sent_compressed_with_the_same_tag(client: FlaskClient, out: Edition) -> None:
    for address in (*PAGES, "/hot-papers/feed.atom", "/hot-papers/feed.json"):
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed.headers["Vary"]
        assert packed.headers["ETag"] == client.get(address).headers["ETag"]


def test_the_tag_of_a_post_is_made_of_its_hash_and_changes_with_what_is_around_it(
    client: FlaskClient, session: Session, rules: Rules, out: Edition, by: Callable[[], Acting]
) -> None:
    tag = client.get(POST).headers["ETag"]
    assert session.get_one(Post, out.post_id).sha256[:20] in tag
    next_day = DAY + timedelta(days=1)
    ingest_things(session, rules, [paper(score=70, announced_on=next_day)], day=next_day)
    publish(session, session.query(Edition).filter_by(date=next_day).one().id, by(), targets=[])
    beside = client.get(POST, headers={"If-None-Match": tag})
    assert beside.status_code == 200 and f'href="/hot-papers/{next_day}"' in beside.text


def test_a_correction_is_shown_and_dated_and_until_then_readers_have_what_they_had(
    client: FlaskClient, session: Session, clock: Clock, out: Edition, by: Callable[[], Acting]
) -> None:
    before = client.get(POST)
    clock.tick(days=5)
    reopen(session, out.id, by())
    drop(session, items(session)[1].id, by())
    assert client.get(POST, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    assert client.get("/hot-papers/papers/2611.92002").status_code == 200
    publish(session, out.id, by(), targets=[], note="Part 2 was not of this day.")
    after = client.get(POST)
    assert "corrected 23 November 2026" in after.text and "Part 2 was not of this day." in after.text
    assert 'id="2611.92002"' not in after.text
    assert client.get("/hot-papers/papers/2611.92002").status_code == 404
    assert after.headers["Last-Modified"] != before.headers["Last-Modified"]


def test_a_withdrawn_post_is_gone_everywhere_and_comes_back(
    client: FlaskClient, session: Session, out: Edition, by: Callable[[], Acting]
) -> None:
    retract(session, out.id, by(), reason="a mix-up", targets=[])
    gone = client.get(POST)
    assert gone.status_code == 410 and "withdrawn" in gone.text and "Lanterns" not in gone.text
    for address in (*PAGES, *FEEDS):
        answer = client.get(address)
        assert "Lanterns" not in answer.text and (answer.status_code != 200 or POST not in answer.text)
    restore(session, out.id, by(), targets=[])
    assert client.get(POST).status_code == 200


def test_the_archive_leads_to_the_month_and_the_month_to_its_papers(client: FlaskClient, out: Edition) -> None:
    archive = client.get("/hot-papers/archive").text
    assert 'href="/hot-papers/2026-11"' in archive and f'href="{POST}"' in archive
    month = client.get("/hot-papers/2026-11").text
    assert f'href="{POST}#2611.92001"' in month and "<math" in month and "Part 3" in month


def test_a_paper_has_a_page_by_any_spelling_of_its_name(client: FlaskClient, out: Edition) -> None:
    page = client.get("/hot-papers/papers/2611.92001")
    assert f'href="{POST}#2611.92001"' in page.text and "Read <em>this</em> first" in page.text
    moved = client.get("/hot-papers/papers/2611.92001v2")
    assert (moved.status_code, moved.location) == (308, "/hot-papers/papers/2611.92001")
    for nothing in ("2611.99999", "moss", "%00", "hep-th/9901001"):
        assert client.get(f"/hot-papers/papers/{nothing}").status_code == 404


def test_addresses_that_are_nearly_right_lead_to_the_right_one(client: FlaskClient, out: Edition) -> None:
    nearly = {"/hot-papers/": "/hot-papers", "/hot-papers-2026-11-18": POST, "/hot-papers/2026-13": None}
    nearly |= {"/hot-papers-2026-11-18/": POST}
    for address, leads_to in nearly.items():
        answer = client.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == ((308, leads_to) if leads_to else (404, None))
        assert "Set-Cookie" not in answer.headers


def test_feeds_have_the_whole_post_with_links_that_hold_anywhere(client: FlaskClient, out: Edition) -> None:
    atom = client.get("/hot-papers/feed.atom")
    assert atom.mimetype == "application/atom+xml"
    (entry,) = feedparser.parse(atom.data).entries
    told = json.loads(client.get("/hot-papers/feed.json").data)
    assert client.get("/hot-papers/feed.json").mimetype == "application/feed+json"
    (item,) = told["items"]
    assert (entry.id, entry.link, entry.title) == (item["id"], item["url"], item["title"])
    assert entry.link == f"http://localhost{POST}" and entry.title == "Hot Papers, 18 November 2026"
    assert "Lanterns, Part 3" in item["content_html"] and "ℓ<sub>1</sub>" in item["content_html"]
    assert "<math" not in item["content_html"]
    assert not re.search(r'href="(?!https?://)', item["content_html"])


def test_a_corrected_post_is_the_same_entry_of_the_feeds_and_newer(
    client: FlaskClient, session: Session, clock: Clock, out: Edition, by: Callable[[], Acting]
) -> None:
    (before,) = json.loads(client.get("/hot-papers/feed.json").data)["items"]
    clock.tick(days=1)
    reopen(session, out.id, by())
    drop(session, items(session)[1].id, by())
    publish(session, out.id, by(), targets=[], note="One paper less.")
    (after,) = json.loads(client.get("/hot-papers/feed.json").data)["items"]
    assert (after["id"], after["date_published"]) == (before["id"], before["date_published"])
    assert after["date_modified"] > before["date_modified"] and "One paper less." in after["content_html"]


def test_the_sitemap_and_robots_name_what_readers_may_read(client: FlaskClient, out: Edition) -> None:
    root = ElementTree.fromstring(client.get("/hot-papers/sitemap.xml").data)
    pages = [url[0].text.removeprefix("http://localhost") for url in root]
    assert pages == ["/hot-papers", "/hot-papers/archive", POST, "/hot-papers/2026-11"]
    for page in pages:
        assert client.get(page).status_code == 200
    robots = client.get("/robots.txt")
    assert robots.mimetype == "text/plain" and "Disallow: /\n" in robots.text
    assert "Sitemap: http://localhost/hot-papers/sitemap.xml" in robots.text


class TestSettings:
    """What an operator can say of the pages."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return settings | {
            "HOTPAPERS_PUBLIC_URL": "https://papers.example/",
            "HOTPAPERS_PUBLIC_TITLE": 'The "Moss" <Review>',
        }

    def test_addresses_and_the_name_are_those_that_were_set(self, client: FlaskClient, out: Edition) -> None:
        page = client.get(POST, headers={"Host": "evil.example"}).text
        assert f'<link rel="canonical" href="https://papers.example{POST}">' in page
        assert "evil.example" not in page and "&lt;Review&gt;" in page and "<Review>" not in page
        feed = feedparser.parse(client.get("/hot-papers/feed.atom", headers={"Host": "evil.example"}).data)
        assert feed.feed.id == "https://papers.example/hot-papers"
        assert feed.entries[0].link == f"https://papers.example{POST}"


class TestSwitchedOff:
    """With PUBLIC_PAGES=no there is nothing."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return settings | {"HOTPAPERS_PUBLIC_PAGES": "no"}

    def test_nothing_is_there(self, client: FlaskClient, out: Edition) -> None:
        for address in (*PAGES, *FEEDS, "/hot-papers/", "/hot-papers-2026-11-18"):
            answer = client.get(address)
            assert answer.status_code == 404
            assert "Lanterns" not in answer.text and "Set-Cookie" not in answer.headers


def test_a_page_costs_few_questions_and_a_post_is_drawn_once(
    client: FlaskClient, out: Edition, asked: list[str]
) -> None:
    client.get(POST)
    cold = len(asked)
    assert sum("posts.record" in statement for statement in asked) == 1
    for address in (POST, "/hot-papers", "/hot-papers/archive", "/hot-papers/2026-11", "/hot-papers/feed.atom"):
        asked.clear()
        client.get(address)
        assert len(asked) <= 4 <= cold
        assert not any("posts.record" in statement for statement in asked)


def test_a_busy_database_is_told_in_a_sentence_and_nothing_else(client: FlaskClient, out: Edition) -> None:
    db.session.execute(db.text("drop table post_entries"))
    db.session.commit()
    answer = client.get("/hot-papers/archive")
    assert answer.status_code == 503 and "try again" in answer.text
    assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
    assert "post_entries" not in answer.text and answer.headers["Retry-After"]
