"""The oEmbed endpoints of Bluesky and X, each with its own way of saying no."""

from dataclasses import dataclass
from html import escape
from typing import Any

from tests.fakes.service import HTML, PLAIN, Answer, Asked, FakeService

BLUESKY_PATH, X_PATH = "/oembed", "/x/oembed"
NOT_AUTHORIZED = "Sorry, you are not authorized to see this status."


@dataclass
class EmbeddedPost:
    """A post that can be embedded; `state` is public, protected or deleted."""

    text: str = "Our moss lanterns paper is out!"
    author_name: str = "Ada Fernsby"
    handle: str = "ada.moss.example"
    day: str = "November 20, 2026"
    uri: str = ""
    state: str = "public"


def clamped(asked: str, least: int, most: int) -> int:
    """The width that is given for the one that was asked for."""
    return max(least, min(most, int(asked))) if asked.isdigit() else most


class FakeOembed(FakeService):
    """`posts` by their addresses. Bluesky answers at `bluesky` (errors as plain text), X at `x` (string cache_age,
    null height, 403 as JSON, 404 as a page).
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.posts: dict[str, EmbeddedPost] = {}

    @property
    def bluesky(self) -> str:
        """The whole address of Bluesky's endpoint."""
        return self.url + BLUESKY_PATH

    @property
    def x(self) -> str:
        """The whole address of X's endpoint."""
        return self.url + X_PATH

    def respond(self, asked: Asked) -> Answer:
        """The embed of a post, or its network's way of having none."""
        answers = {BLUESKY_PATH: self._bluesky, X_PATH: self._x}
        if asked.path not in answers or asked.method != "GET":
            return Answer("Not Found", 404, content_type=PLAIN)
        return answers[asked.path](asked, asked.param("url"))

    def _bluesky(self, asked: Asked, url: str) -> Answer:
        post = self.posts.get(url)
        if asked.param("format", "json") != "json":
            return Answer("Not implemented", 501, content_type=PLAIN)
        if not url.startswith("https://bsky.app/profile/"):
            return Answer("invalid url parameter", 400, content_type=PLAIN)
        if post is None or post.state == "deleted":
            return Answer("Post not found", 404, content_type=PLAIN)
        if post.state == "protected":
            return Answer("Post not publicly accessible", 403, content_type=PLAIN)
        script = '<script async src="https://embed.bsky.app/static/embed.js" charset="utf-8"></script>'
        quote = (
            f'<blockquote class="bluesky-embed" data-bluesky-uri="{escape(post.uri)}" data-bluesky-cid="bafyfictional">'
            f'<p lang="en">{escape(post.text)}</p>&mdash; {escape(post.author_name)} '
            f'(<a href="https://bsky.app/profile/{post.handle}?ref_src=embed">@{post.handle}</a>) '
            f'<a href="{escape(url)}?ref_src=embed">{post.day}</a></blockquote>'
        )
        return Answer(
            {
                "type": "rich",
                "version": "1.0",
                "author_name": f"{post.author_name} (@{post.handle})",
                "author_url": f"https://bsky.app/profile/{post.handle}",
                "provider_name": "Bluesky Social",
                "provider_url": "https://bsky.app",
                "cache_age": 86400,
                "width": clamped(asked.param("maxwidth"), 220, 600),
                "height": None,
                "html": quote + script,
            }
        )

    def _x(self, asked: Asked, url: str) -> Answer:
        post = self.posts.get(url)
        if post is None or post.state == "deleted":
            return Answer("<html><body>Sorry, that page doesn't exist!</body></html>", 404, content_type=HTML)
        if post.state == "protected":
            return Answer({"error": NOT_AUTHORIZED, "request": f"/oembed?url={url}"}, 403)
        untracked = ' data-dnt="true"' if asked.param("dnt") in ("1", "true") else ""
        quote = (
            f'<blockquote class="twitter-tweet"{untracked}>'
            f'<p lang="en" dir="ltr">{escape(post.text)}</p>&mdash; {escape(post.author_name)} (@{post.handle}) '
            f'<a href="{escape(url)}?ref_src=twsrc%5Etfw">{post.day}</a></blockquote>\n'
        )
        script = '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>\n'
        omitted = asked.param("omit_script") in ("1", "true", "t")
        return Answer(
            {
                "url": url,
                "author_name": post.author_name,
                "author_url": f"https://twitter.com/{post.handle}",
                "html": quote + ("\n" if omitted else script),
                "width": clamped(asked.param("maxwidth"), 220, 550),
                "height": None,
                "type": "rich",
                "cache_age": "3153600000",
                "provider_name": "Twitter",
                "provider_url": "https://twitter.com",
                "version": "1.0",
            }
        )
