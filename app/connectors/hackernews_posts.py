"""A story or comment of Hacker News as a mention, from a search hit or from the item itself."""

from typing import Any

from app.connectors.fields import count, first_of, moment, paper_ids, text
from app.connectors.plain_text import PostText, read_html
from app.domain.entities import unescaped
from app.domain.sources import FetchedMention, KnownMention, Reading

PERMALINK = "https://news.ycombinator.com/item?id="
LONGEST_ID = 18


def is_item_id(external_id: str) -> bool:
    """Whether Hacker News can have an item of this name: it counts its items."""
    return external_id.isascii() and external_id.isdigit() and len(external_id) <= LONGEST_ID


def hit_id(hit: dict[str, Any]) -> str | None:
    """The item that a search hit stands for."""
    name = hit.get("objectID")
    name = str(name) if isinstance(name, int) else text(name)
    return name if is_item_id(name) else None


def mention_of_hit(hit: dict[str, Any]) -> FetchedMention | None:
    """A hit of the Algolia search as a mention; None where it names no paper.

    A comment names what its own words name: the story that it stands under (`story_url`) is another mention.
    """
    external_id = hit_id(hit)
    if external_id is None:
        return None
    said = text(hit.get("comment_text"))
    if said or "comment" in _tags(hit):
        title, link, body = "", "", read_html(said)
    else:
        title, link = _title(hit), text(first_of(hit, "url", "story_url"))
        body = read_html(text(hit.get("story_text")))
    return _mention(
        external_id,
        papers=_papers(title, link, body),
        author=text(hit.get("author")),
        words=_words(title, body),
        posted_at=moment(hit.get("created_at_i")) or moment(hit.get("created_at")),
        reading=_reading(hit.get("points"), hit.get("num_comments")),
    )


def mention_of_item(item: dict[str, Any], known: KnownMention) -> FetchedMention | None:
    """A known mention as the item itself tells it now, for all papers that it has ever named."""
    title, link, body = _title(item), text(item.get("url")), read_html(text(item.get("text")))
    return _mention(
        known.external_id,
        papers=tuple(dict.fromkeys(_papers(title, link, body) + known.paper_ids)),
        author=text(item.get("by")),
        words=_words(title, body),
        posted_at=moment(item.get("time")),
        reading=_reading(item.get("score"), item.get("descendants")),
    )


def _mention(
    external_id: str, *, papers: tuple[str, ...], author: str, words: str, **fields: Any
) -> FetchedMention | None:
    if not papers:
        return None
    return FetchedMention(
        source="hackernews",
        external_id=external_id,
        url=PERMALINK + external_id,
        paper_ids=papers,
        author_name=author,
        author_handle=author,
        text=words or None,
        **fields,
    )


def _title(post: dict[str, Any]) -> str:
    return unescaped(text(post.get("title")))


def _tags(hit: dict[str, Any]) -> list[Any]:
    tags = hit.get("_tags")
    return tags if isinstance(tags, list) else []


def _words(title: str, body: PostText) -> str:
    return f"{title}\n\n{body.text}".strip()


def _papers(title: str, link: str, body: PostText) -> tuple[str, ...]:
    return paper_ids(_words(title, body), (link, *body.links))


def _reading(points: Any, replies: Any) -> Reading | None:
    """The counts that there are; a comment has none."""
    points, replies = count(points), count(replies)
    return None if points is None and replies is None else Reading("hackernews", points=points, replies=replies)
