"""Posts drawn for readers, kept by their hash: a frozen post never changes, so what is kept is never out of date."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from sqlalchemy.orm import Session

from app.domain.post_page import PostPage, page_of
from app.domain.records import document_of
from app.queries.public import OutPost, records_of

# Drawn, a post has 30 to 200 KB.
MOST_KEPT = 100


class PostPages:
    """The posts that were read last, as pages; several threads may ask at once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], PostPage] = OrderedDict()
        self._lock = Lock()

    def pages(self, session: Session, posts: Sequence[OutPost]) -> list[PostPage]:
        """The page of each post; the records of those that are not kept are read by one query."""
        found = {post.post_id: page for post in posts if (page := self._find(post))}
        missing = [post for post in posts if post.post_id not in found]
        records = records_of(session, [post.post_id for post in missing]) if missing else {}
        for post in missing:
            found[post.post_id] = page_of(document_of(records[post.post_id]))
            self._keep(post, found[post.post_id])
        return [found[post.post_id] for post in posts]

    def page(self, session: Session, post: OutPost) -> PostPage:
        """The page of one post."""
        return self.pages(session, [post])[0]

    def _find(self, post: OutPost) -> PostPage | None:
        with self._lock:
            page = self._kept.get(_name(post))
            if page:
                self._kept.move_to_end(_name(post))
            return page

    def _keep(self, post: OutPost, page: PostPage) -> None:
        with self._lock:
            self._kept[_name(post)] = page
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


def _name(post: OutPost) -> tuple[str, int]:
    # A profile of one's own may leave out what changed, so that two revisions are the same bytes.
    return post.sha256, post.post_id
