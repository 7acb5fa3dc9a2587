"""For programs that read: the newest posts as Atom and as JSON Feed, the sitemap, and what robots may read."""

from flask import Blueprint, Response, current_app, url_for

from app.domain.feeds import Feed, FeedItem, atom, json_feed, lasting_id
from app.domain.post_page import PostPage, feed_html
from app.domain.sitemap import SitePage, robots, sitemap
from app.extensions import db
from app.queries.public import OutPost, changes_of_posts, newest_posts
from app.web.filters import asset
from app.web.openly import answer, full, open_to_all
from app.web.public import described, kept_pages, readers

bp = Blueprint("feeds", __name__)
open_to_all(bp)

# Two weeks of weekdays.
POSTS_IN_FEED = 10
SUBTITLE = "The arXiv papers that people talk about, put in order by editors."


@bp.get("/hot-papers/feed.atom")
def atom_feed() -> Response:
    """The newest posts, whole, as Atom."""
    feed = _feed()
    return _told(atom(feed), "application/atom+xml", feed)


@bp.get("/hot-papers/feed.json")
def json_of_feed() -> Response:
    """The same as JSON Feed."""
    feed = _feed()
    return _told(json_feed(feed), "application/feed+json", feed)


def _told(data: bytes, mimetype: str, feed: Feed) -> Response:
    response = answer(data, mimetype, changed=feed.updated if feed.items else None)
    # A reader of feeds may be a page of another site; nothing here is for one person alone.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _feed() -> Feed:
    posts = newest_posts(db.session, readers(), POSTS_IN_FEED)
    pages = kept_pages().pages(db.session, posts)
    base = full("public.latest").removesuffix(url_for("public.latest"))
    return Feed(
        title=current_app.config["PUBLIC_TITLE"],
        subtitle=SUBTITLE,
        home=full("public.latest"),
        atom=full("feeds.atom_feed"),
        json=full("feeds.json_of_feed"),
        icon=f"{base}{asset('icons/mark.svg')}",
        items=[_item(post, page) for post, page in zip(posts, pages, strict=True)],
    )


def _item(post: OutPost, page: PostPage) -> FeedItem:
    address = full("public.show", when=post.date.isoformat())
    day = f"{post.date.day} {post.date:%B} {post.date.year}"
    return FeedItem(
        id=lasting_id(post.first_sha256),
        address=address,
        title=f"{current_app.config['PUBLIC_TITLE']}, {day}",
        summary=described(page),
        content=feed_html(page, address),
        published=post.published_at,
        updated=post.changed_at,
    )


@bp.get("/hot-papers/sitemap.xml")
def site_map() -> Response:
    """The pages for search engines: the latest, the posts, the months."""
    changes = changes_of_posts(db.session, readers())
    pages = [SitePage(full("public.latest")), SitePage(full("public.archive"))]
    pages += [SitePage(full("public.show", when=day.isoformat()), changed) for day, changed in changes.items()]
    pages += [SitePage(full("public.show", when=month)) for month in dict.fromkeys(f"{day:%Y-%m}" for day in changes)]
    return answer(sitemap(pages), "application/xml")


@bp.get("/robots.txt")
def robots_txt() -> Response:
    """Robots read what readers may, and nothing of the desk."""
    text = robots(allowed=("/hot-papers", "/styles/", "/static/"), sitemap_address=full("feeds.site_map"))
    return answer(text, "text/plain")
