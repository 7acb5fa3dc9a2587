"""Sites built by real generators, once in a run whichever worker comes first; skipped by name without them."""

import fcntl
import functools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.posts import PostDocument, compose, file_name
from app.domain.profiles import load_profile
from tests.databases import skip_or_fail
from tests.sites.generators import GENERATORS, Generator
from tests.sites.pages import Page, read_page
from tests.sites.posts import all_posts

ROOT = Path(__file__).resolve().parents[2]
CANDIDATES = ROOT.parent / "shared" / "corpus" / "candidates" / "2021-05-18.jsonl"
REQUIRE = "REQUIRE_SITES"


@dataclass(frozen=True)
class Site:
    """A built site: who built it, when its newest post was published, where its pages lie."""

    generator: Generator
    now: datetime
    pages: Path

    @functools.cached_property
    def posts(self) -> dict[str, PostDocument]:
        """The posts by the address that each must have."""
        return {post.slug: post for post in all_posts(self.now, CANDIDATES)}

    def page(self, slug: str) -> Page:
        """The page at `/<slug>/`."""
        return read_page((self.pages / slug / "index.html").read_text(encoding="utf-8"))

    @property
    def index(self) -> str:
        """The site's first page."""
        return (self.pages / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="session", params=GENERATORS, ids=lambda generator: generator.name)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site of each generator in turn."""
    generator: Generator = request.param
    if missing := generator.missing:
        pytest.skip(missing) if generator.optional else skip_or_fail(missing, REQUIRE)
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if hasattr(request.config, "workerinput") else folder) / f"site-{generator.name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = folder / "built-at"
        if not told.exists():
            # Of a post of the very second in which it starts jekyll reads the date from the file's name.
            now = datetime.now(UTC) - timedelta(seconds=3)
            _build(generator, folder / "site", now)
            told.write_text(now.isoformat())
    yield Site(generator, datetime.fromisoformat(told.read_text()), folder / "site" / generator.pages)


def _build(generator: Generator, folder: Path, now: datetime) -> None:
    profile = load_profile(generator.name)
    posts = {}
    for post in all_posts(now, CANDIDATES):
        assert post.about is not None
        posts[file_name(post.about.edition_date, profile)] = compose(post, profile)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    generator.build(folder, posts)
