"""Pages for readers: the latest post, the archive, a month, a post, and a paper with every post that it was in."""

import re
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby

from flask import Blueprint, Response, abort, current_app, redirect, url_for
from markupsafe import Markup

from app.domain.papers import parse_arxiv_id
from app.domain.post_page import PostPage, title_of, without_links
from app.extensions import db
from app.queries.public import (
    OutPost,
    Place,
    Readers,
    all_posts,
    newest_posts,
    papers_elsewhere,
    places_between,
    places_of_paper,
    post_of_day,
    readers_at,
)
from app.web.filters import counted
from app.web.openly import full, open_to_all, page
from app.web.post_pages import PostPages
from app.web.urls import read_date

bp = Blueprint("public", __name__)
open_to_all(bp)

NO_POST = "There is no post at this address."
WITHDRAWN = "This post was withdrawn and can no longer be read here."
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
# As many titles as a description of a post names.
TITLES_NAMED = 3


def readers() -> Readers:
    """Readers, now."""
    return readers_at(db.session, current_app.extensions["clock"]())


def kept_pages() -> PostPages:
    """The posts as they were drawn."""
    return current_app.extensions["post_pages"]


def described(post_page: PostPage) -> str:
    """What a post is about, in one line of plain text: how many papers, and the first of them by name."""
    entries = post_page.entries
    if not entries:
        return "No papers on this day."
    named = "; ".join(entry.words for entry in entries[:TITLES_NAMED])
    rest = len(entries) - TITLES_NAMED
    return f"{counted(len(entries), 'paper')}: {named}{f'; and {rest} more' if rest > 0 else ''}."


@bp.app_template_filter()
@lru_cache(maxsize=8192)
def as_title(markdown: str) -> Markup:
    """A title as a post prints it, to stand in a link."""
    return without_links(title_of(markdown))


@bp.get("/hot-papers")
def latest() -> Response:
    """The newest post, whole."""
    now = readers()
    posts = newest_posts(db.session, now, 1)
    if not posts:
        return page("pages/public/nothing.html", full("public.latest"))
    return _post(posts[0], now, is_latest=True)


@bp.get("/hot-papers/archive")
def archive() -> Response:
    """Every post that is out, by year and month."""
    lines = all_posts(db.session, readers())
    months = [(month, list(days)) for month, days in groupby(lines, key=lambda line: line.date.replace(day=1))]
    years = [(year, list(group)) for year, group in groupby(months, key=lambda month: month[0].year)]
    return page("pages/public/archive.html", full("public.archive"), years=years, count=len(lines))


@bp.get("/hot-papers/<when>")
def show(when: str) -> Response:
    """The post of a day such as 2026-11-20, or all of a month such as 2026-11."""
    if found := MONTH.fullmatch(when):
        return _month(int(found[1]), int(found[2]))
    day, now = read_date(when), readers()
    post = post_of_day(db.session, now, day) if day else None
    if post is None:
        abort(404, NO_POST)
    if post.retracted:
        abort(410, WITHDRAWN)
    return _post(post, now)


@bp.get("/hot-papers/papers/<path:arxiv_id>")
def paper(arxiv_id: str) -> Response:
    """A paper: every post that it was in, and what the newest of them says of it."""
    named, now = parse_arxiv_id(arxiv_id), readers()
    places = places_of_paper(db.session, now, named.arxiv_id) if named else []
    if not named or not places:
        abort(404, "No post has a paper of this name.")
    if named.arxiv_id != arxiv_id:
        return redirect(url_for("public.paper", arxiv_id=named.arxiv_id), 308)
    post = post_of_day(db.session, now, places[0].date)
    if post is None:
        abort(404, NO_POST)
    entry = kept_pages().page(db.session, post).entries[places[0].position - 1]
    return page(
        "pages/public/paper.html",
        full("public.paper", arxiv_id=arxiv_id),
        post_sha256=post.sha256,
        changed=post.changed_at,
        description=f"{entry.words}: in {counted(len({place.date for place in places}), 'post')} of ours.",
        entry=entry,
        places=places,
    )


@bp.get("/hot-papers/")
def with_slash() -> Response:
    """The same page has one address."""
    return redirect(url_for("public.latest"), 308)


@bp.get("/hot-papers/<path:anything>")
def nothing(anything: str) -> Response:
    """Any other address below ours is answered as ours are: without a cookie."""
    abort(404)


def _post(post: OutPost, now: Readers, *, is_latest: bool = False) -> Response:
    post_page = kept_pages().page(db.session, post)
    return page(
        "pages/public/post.html",
        full("public.show", when=post.date.isoformat()),
        post_sha256=post.sha256,
        changed=post.changed_at,
        post=post,
        body=post_page,
        is_latest=is_latest,
        description=described(post_page),
        elsewhere=papers_elsewhere(db.session, now, post),
    )


def _month(year: int, number: int) -> Response:
    try:
        first = date(year, number, 1)
    except ValueError:
        abort(404, NO_POST)
    end = (first + timedelta(days=31)).replace(day=1) if (year, number) != (9999, 12) else date.max
    now = readers()
    days = _by_day(places_between(db.session, now, first, end))
    lines = all_posts(db.session, now)
    here = [line.date for line in lines if first <= line.date < end]
    if not here:
        abort(404, "There is no post of this month.")
    return page(
        "pages/public/month.html",
        full("public.show", when=f"{first:%Y-%m}"),
        description=f"{counted(len(here), 'post')} of {first:%B} {first.year}, with the titles of their papers.",
        month=first,
        days=[(day, days.get(day, [])) for day in here],
        earlier=max((line.date for line in lines if line.date < first), default=None),
        later=min((line.date for line in lines if line.date >= end), default=None),
    )


def _by_day(places: list[Place]) -> dict[date, list[Place]]:
    return {day: list(group) for day, group in groupby(places, key=lambda place: place.date)}
