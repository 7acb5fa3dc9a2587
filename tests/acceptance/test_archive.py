"""The blog's own days: its candidates in, its posts out, its advert struck, its archive kept byte for byte."""

import html
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from app.models import Mention, Post

DAYS = ("2020-11-19", "2021-03-24", "2021-05-18", "2021-08-11")
ADVERT = ("twitter", "1286451077781618690")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# Mathematics carries its own backslashes, which are no escapes.
MATHEMATICS = re.compile(r"(\$[^$\s](?:[^$]*[^$\s])?\$)")


def settled(data: bytes) -> list[str]:
    """A post's lines without what may differ: the date, doubled spaces in texts, entities in quotes."""
    lines = data.decode().split("\n")
    return [settled_line(line) for line in lines if not line.startswith("date: ")]


def settled_line(line: str) -> str:
    if line.startswith("<blockquote"):
        return html.unescape(line)
    if line.startswith(("- ", "  - ", "<script")):
        return line
    return re.sub(" {2,}", " ", line).rstrip(" ") if not line.startswith(("title:", "tags:")) else line


def unescaped(lines: list[str]) -> list[str]:
    """Titles and texts without the escapes that Markdown needs; our post is read so, the blog's as it stands."""
    return [line if line.startswith(("<", "- ", "  - ")) else _unescaped_line(line) for line in lines]


def _unescaped_line(line: str) -> str:
    pieces = MATHEMATICS.split(line)
    return "".join(p if n % 2 else html.unescape(ESCAPE.sub(r"\1", p)) for n, p in enumerate(pieces))


def entries(lines: list[str]) -> list[list[str]]:
    """The head, then each paper's lines without its number."""
    found: list[list[str]] = [[]]
    for line in lines:
        if re.match(r"# \d+\. ", line):
            found.append([])
            line = re.sub(r"^# \d+\. ", "# ", line)
        found[-1].append(line)
    return found


def total(entry: list[str]) -> int:
    """Retweets and favourites of an entry."""
    line = next((line for line in entry if line.startswith("- retweets")), "")
    return sum(map(int, re.findall(r"\d+", line)[:2]))


def same_post(ours: bytes, theirs: bytes) -> bool:
    """Whether two posts differ in nothing but what may differ; papers of equal score may stand in any order."""
    mine, blogs = entries(unescaped(settled(ours))), entries(settled(theirs))
    for post in (mine, blogs):
        # The blank lines after the last entry are one fewer; which entry is last may differ among equals.
        post[-1].append("")
    if [total(entry) for entry in mine] != [total(entry) for entry in blogs]:
        return False
    by_total = lambda post: [post[0], *sorted(post[1:], key=lambda entry: (-total(entry), entry))]  # noqa: E731
    return by_total(mine) == by_total(blogs)


@pytest.fixture
def run(runner):
    """Run a command and give back its result, which must be the expected exit status."""

    def go(*args: object, status: int = 0):
        result = runner.invoke(args=[str(arg) for arg in args])
        assert result.exit_code == status, result.output
        return result

    return go


def published(run, corpus: Path, app, day: str) -> bytes:
    """A day of the blog ingested and published; its post's bytes."""
    run("ingest", "--from", corpus / "candidates" / f"{day}.jsonl", "--date", day)
    run("publish", day, "--yes")
    return (app.config["TARGET_DIR"] / f"{day}---Hot-Papers.md").read_bytes()


@pytest.mark.parametrize("day", DAYS)
def test_the_blogs_candidates_give_the_blogs_post(run, corpus, app, day):
    theirs = (corpus / "posts" / f"{day}---Hot-Papers.md").read_bytes()
    assert same_post(published(run, corpus, app, day), theirs)


@pytest.mark.parametrize("day", DAYS)
def test_the_date_alone_is_the_one_deliberate_change_of_the_head(run, corpus, app, day, clock):
    ours = published(run, corpus, app, day).decode().split("\n")
    theirs = (corpus / "posts" / f"{day}---Hot-Papers.md").read_text().split("\n")
    differing = [n for n in range(16) if ours[n] != theirs[n]]
    assert differing == [2]
    assert ours[2] == "date: 2026-11-18T08:30:00.000Z"


MUTATIONS = [
    (b" the ", b" teh "),
    (b"draft: false", b"draft: true"),
    (b"retweets: ", b"Retweets: "),
    (b"&mdash;", b"-"),
    (b"](https://arxiv.org/pdf/", b"](http://arxiv.org/pdf/"),
    (b'charset="utf-8"></script>\n\n', b'charset="utf-8"></script>\n'),
    (b", ", b" , "),
    (b"# 2. ", b"## 2. "),
]


@pytest.mark.parametrize(("found", "put"), MUTATIONS)
def test_any_other_difference_would_be_seen(run, corpus, app, found, put):
    theirs = (corpus / "posts" / "2021-03-24---Hot-Papers.md").read_bytes()
    ours = published(run, corpus, app, "2021-03-24")
    assert found in ours
    assert not same_post(ours.replace(found, put, 1), theirs)


def test_two_papers_that_change_places_would_be_seen(run, corpus, app):
    theirs = (corpus / "posts" / "2021-03-24---Hot-Papers.md").read_bytes()
    ours = published(run, corpus, app, "2021-03-24")
    first, second, third = ours.index(b"# 1. "), ours.index(b"# 2. "), ours.index(b"# 3. ")
    swapped = (
        ours[:first]
        + ours[second:third].replace(b"# 2.", b"# 1.")
        + ours[first:second].replace(b"# 1.", b"# 2.")
        + ours[third:]
    )
    assert not same_post(swapped, theirs)


@pytest.fixture
def incident(run, corpus) -> None:
    """The morning of 2020-07-28."""
    run("ingest", "--from", corpus / "incident" / "candidates.jsonl", "--date", "2020-07-28")


def edition(run) -> dict:
    """The edition of the incident as other programs see it."""
    return json.loads(run("editions", "show", "2020-07-28", "--json").stdout)


def corrected(corpus) -> list[str]:
    """The titles of the post as its owner corrected it by hand."""
    text = (corpus / "incident" / "2020-07-28-as-corrected-by-hand.md").read_text()
    return [" ".join(title.split()) for title in re.findall(r"(?m)^# \d+\. (.*)$", text)]


def titles(shown: dict) -> list[str]:
    """The picked titles in order."""
    return [" ".join(item["title"].split()) for item in shown["picked"]]


def test_one_strike_leaves_the_eight_papers_of_the_corrected_post(run, incident, corpus):
    assert len(edition(run)["picked"]) == 22
    run("mentions", "strike", *ADVERT)
    shown = titles(edition(run))
    assert sorted(shown) == sorted(corrected(corpus))
    assert len(shown) == 8
    assert shown[0].startswith("Towards Learning Convolutions from Scratch")
    assert shown[1].startswith("Storywrangler")


def test_a_second_ingest_brings_the_advert_not_back(run, incident, corpus):
    run("mentions", "strike", *ADVERT)
    before = titles(edition(run))
    run("ingest", "--from", corpus / "incident" / "candidates.jsonl", "--date", "2020-07-28")
    assert titles(edition(run)) == before


def test_the_strike_taken_back_restores_all_in_their_order(run, incident):
    before = edition(run)["picked"]
    run("mentions", "strike", *ADVERT)
    run("mentions", "strike", *ADVERT, "--undo")
    assert edition(run)["picked"] == before


def test_an_editor_sees_one_banner_strikes_it_and_one_undo_restores_all_22(run, incident, as_editor, session):
    before = edition(run)["picked"]
    page = as_editor.get("/editions/2020-07-28").get_data(as_text=True)
    assert page.count("is counted for") == 1
    assert "One mention is counted for 15 papers</strong>" in page
    advert = session.scalars(select(Mention).where(Mention.external_id == ADVERT[1])).one().id
    assert as_editor.post(f"/mentions/{advert}/strike", data={"date": "2020-07-28"}).status_code == 303
    assert len(edition(run)["picked"]) == 8
    assert "is counted for" not in as_editor.get("/editions/2020-07-28").get_data(as_text=True)
    assert as_editor.post("/editions/2020-07-28/undo").status_code == 303
    assert edition(run)["picked"] == before


def test_the_whole_archive_is_the_same_byte_for_byte(run, corpus):
    result = run("posts", "verify", *sorted((corpus / "posts").glob("*.md")))
    assert "28 of 28 byte for byte" in result.stdout


def test_a_changed_byte_is_named_by_its_line(run, corpus, tmp_path):
    post = tmp_path / "2021-03-24---Hot-Papers.md"
    post.write_bytes(b"no front matter\n")
    result = run("posts", "verify", post, status=1)
    assert "0 of 1" in result.stdout
    assert "ine 1" in result.stderr


def test_importing_twice_makes_each_post_once_and_export_writes_the_same_bytes(run, corpus, tmp_path):
    paths = sorted((corpus / "posts").glob("*.md"))
    assert "28 imported, 0 there already, 0 failed" in run("posts", "import", *paths).stdout
    assert "0 imported, 28 there already, 0 failed" in run("posts", "import", *paths).stdout
    run("posts", "export", tmp_path / "out")
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == {p.name: p.read_bytes() for p in paths}
    assert "28 of 28 byte for byte" in run("posts", "verify").stdout


def test_an_imported_day_is_a_published_edition_of_its_papers(run, corpus):
    run("posts", "import", corpus / "posts" / "2021-03-24---Hot-Papers.md")
    shown = json.loads(run("editions", "show", "2021-03-24", "--json").stdout)
    assert (shown["status"], len(shown["picked"]), shown["candidates"]) == ("published", 15, [])
    assert shown["picked"][0]["arxiv_id"] == "2103.12352"
    assert shown["picked"][0]["score"] == 6460
    assert shown["picked"][0]["mentions"][0]["author_handle"] == "SucarEdgar"


def test_an_imported_post_keeps_the_time_at_which_it_says_it_was_published(run, corpus, session):
    run("posts", "import", corpus / "posts" / "2021-03-24---Hot-Papers.md")
    post = session.scalars(select(Post)).one()
    assert post.published_at == datetime(2021, 3, 25, 9, 3, 24, tzinfo=UTC)


def test_what_cannot_be_read_is_said_and_the_others_go_in(run, corpus, tmp_path):
    bad = tmp_path / "2021-01-01---Hot-Papers.md"
    bad.write_bytes(b"\xff")
    result = run("posts", "import", bad, corpus / "posts" / "2021-03-24---Hot-Papers.md", status=1)
    assert "1 imported, 0 there already, 1 failed" in result.stdout
    assert result.stderr.count(str(bad)) == 1


def test_a_second_post_of_the_same_day_is_left_out(run, corpus):
    folder = corpus / "incident"
    run("posts", "import", folder / "2020-07-28-as-first-published.md")
    result = run("posts", "import", folder / "2020-07-28-as-corrected-by-hand.md", status=1)
    assert "Another post of 2020-07-28 is in the archive already" in result.stderr


def test_repeats_keep_both_editions(run, corpus):
    run("posts", "import", corpus / "repeats")
    twice = {"2010.04296": ("2020-10-12", "2020-10-13")}
    for arxiv_id, days in twice.items():
        for day in days:
            shown = json.loads(run("editions", "show", day, "--json").stdout)
            assert arxiv_id in [item["arxiv_id"] for item in shown["picked"]]
