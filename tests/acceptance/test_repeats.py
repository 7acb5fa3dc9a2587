"""The blog ran four papers twice: these are offered with where they ran, and no other paper is."""

from datetime import date

import pytest
from sqlalchemy import select

from app.models import Edition, Item
from app.queries.editions import edition_on
from app.queries.repeats import earlier_runs
from tests.factories import ingest_things, paper

# A day after the last of the posts.
DAY = date(2021, 1, 26)
# The paper, when it ran again, and where it stood before.
REPEATS = {
    ("2010.04296", "2020-10-13", "2020-10-12", 4),
    ("2010.14680", "2020-11-03", "2020-10-29", 11),
    ("2011.11660", "2020-11-26", "2020-11-25", 3),
    ("2101.06887", "2021-01-22", "2021-01-19", 3),
}


@pytest.fixture
def import_posts(runner, corpus):
    """Read folders of the blog's posts in, in order; the posts that two folders have go in once."""

    def go(*folders: str) -> None:
        by_name = {path.name: path for folder in folders for path in (corpus / folder).glob("*.md")}
        result = runner.invoke(args=["posts", "import", *(str(by_name[name]) for name in sorted(by_name))])
        assert result.exit_code == 0, result.output

    return go


def offered(session) -> set[tuple[str, str, str, int]]:
    """Every paper of every edition that is offered as one that ran before."""
    found = set()
    for edition in session.scalars(select(Edition)):
        for item_id, ran in earlier_runs(session, edition).items():
            assert (ran.version, ran.version_since, ran.is_update) == (None, None, False)
            arxiv_id = session.get_one(Item, item_id).paper.arxiv_id
            found.add((arxiv_id, str(edition.date), str(ran.date), ran.number))
    return found


@pytest.mark.parametrize(
    ("folders", "expected"), [(["repeats"], REPEATS), (["posts"], set()), (["posts", "repeats"], REPEATS)]
)
def test_exactly_the_papers_that_ran_twice_are_offered(session, import_posts, folders, expected):
    import_posts(*folders)
    assert offered(session) == expected


def test_a_draft_offers_it_on_its_page_and_the_post_links_to_it(session, import_posts, rules, as_editor, runner):
    import_posts("repeats")
    again = paper("2101.06887", announced_on=DAY, score=500, title="Lanterns and Moss")
    ingest_things(session, rules, [again, paper(announced_on=DAY, score=60)], day=DAY)
    edition = edition_on(session, DAY)
    (item_id,) = earlier_runs(session, edition)
    for page in (f"/editions/{edition.date}", f"/items/{item_id}"):
        shown = as_editor.get(page).text
        assert shown.count('class="ran"') == 1
        assert '<a href="/posts/2021-01-22">Fri 22 January 2021</a> at no. 4' in shown
        assert shown.count("Run as an update") == 1
    assert as_editor.post(f"/items/{item_id}/update").status_code == 303
    markdown = as_editor.get(f"/editions/{edition.date}/preview.md").text
    said = "Update: ran on 22 January 2021 at no. 4 ([Hot Papers 2021-01-22](/hot-papers-2021-01-22))."
    assert f"\n\n{said}\n\n" in markdown
    assert runner.invoke(args=["publish", str(edition.date), "--yes"]).exit_code == 0
    assert said in as_editor.get(f"/posts/{edition.date}.md").text
    assert "9 of 9 byte for byte" in runner.invoke(args=["posts", "verify"]).stdout
