"""Sites that hugo, jekyll, eleventy and astro really build show every post as the desk's preview shows it."""

from dataclasses import replace
from datetime import datetime
from html import escape

import pytest

from app.domain.mathematics import mathml
from app.domain.post_html import post_html
from app.domain.posts import compose
from tests.sites.comparing import differences, preview_of, previewed
from tests.sites.conftest import CANDIDATES, Site
from tests.sites.pages import read_page
from tests.sites.posts import ORDINARY, hostile, of_now, ordinary


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_every_post_is_at_its_address_with_its_title_and_its_moment(site: Site):
    for slug, post in site.posts.items():
        page = site.page(slug)
        assert page.title == post.front.title
        assert abs((moment(page.time) - post.about.published_at).total_seconds()) < 1, slug


def test_a_post_that_was_published_this_moment_is_the_first_of_the_site(site: Site):
    newest = of_now(site.now)
    titles = [title.split("<")[0] for title in site.index.split(">") if title.startswith("Hot Papers")]
    assert titles[0] == newest.front.title
    assert len(titles) == len(site.posts)
    assert site.page(newest.slug).parts[-1].words.startswith("1. Moss of the Moment")


def test_papers_stand_in_their_order_with_links_formulas_quotes_and_corrections(site: Site):
    introduction, first, second, third = site.page(ordinary().slug).parts
    assert introduction.words == "Good morning; three papers."
    assert [part.heading for part in (first, second, third)] == ["1", "2", "3"]
    assert first.links == [
        ("https://arxiv.org/abs/2611.00001", "abs"),
        ("https://arxiv.org/pdf/2611.00001", "pdf"),
        ("https://arxiv.org/list/cs.LG/recent", "cs.LG"),
        ("https://arxiv.org/list/stat.ML/recent", "stat.ML"),
        ("https://example.org/proof_1?x=1&y=2", "its page"),
        ("https://twitter.com/paperbird/status/1", "November 18, 2026"),
    ]
    assert first.elements["em"] == 1 and first.elements["blockquote"] == 2 and first.elements["code"] == 1
    assert "Ten years! Read it: $5 -- Paper Bird (@paper_bird) November 18, 2026" in first.words.replace("---", "--")
    opening, closing = (r"\(", r"\)") if site.generator.name == "jekyll" else ("$", "$")
    for source in (r"O(n \log n)", r"\mathbb{R}^d", "a_i < b_i"):
        assert f"{opening}{source}{closing}" in second.words
    assert third.heading == "3" and third.words.endswith(
        "Until tomorrow. Correction, 19 November 2026: The second paper is not about ferns."
    )
    assert ORDINARY.isoformat() in site.page(ordinary().slug).title


def test_every_post_shows_what_its_preview_shows_and_nothing_breaks_out_of_it(site: Site):
    name = site.generator.name
    found = [
        f"{slug}, {said}"
        for slug, post in site.posts.items()
        for said in differences(
            site.page(slug),
            previewed(post, kramdown=name == "jekyll"),
            html=name != "hugo",
            links_addresses=name == "astro",
        )
    ]
    assert not found, "\n".join(found[:20])


def test_a_full_day_of_real_papers_is_among_the_posts(site: Site):
    if not CANDIDATES.is_file():
        pytest.skip("the corpus ../shared/corpus is not here")
    assert len(site.page("hot-papers-2021-05-18").parts) == 1 + 65


def test_what_a_site_is_compared_with_is_the_preview():
    post = hostile()[0]
    for entry in post.entries:
        piece = replace(post, introduction="", closing="", entries=(entry,))
        drawn = preview_of(piece, lambda span: mathml(span) or f"<code>{escape(span)}</code>")
        shown = read_page(f"<main>{post_html(compose(piece))}</main>")
        assert [(part.words, part.links) for part in shown.parts] == [
            (part.words, part.links) for part in read_page(drawn).parts
        ]
