"""Finding and reading Bluesky's posts, with an account and without one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.connectors.bluesky import SOURCE, BlueskyConnector
from app.connectors.http import HttpClient
from app.domain.sources import KnownMention, SoughtPaper
from tests.fakes.bluesky import BACKLINKS, HANDLE, PASSWORD, POSTED, POSTS, SEARCH, FakeBluesky, FakePost
from tests.fakes.listener import DAY, NOW, SINCE, about, ago, listen, values_of

PAPER, OTHER = "2611.99001", "2611.99002"
ABS, PDF = f"https://arxiv.org/abs/{PAPER}", f"https://arxiv.org/pdf/{PAPER}"
Make = Callable[..., BlueskyConnector]


@pytest.fixture
def bluesky() -> Iterator[FakeBluesky]:
    with FakeBluesky() as fake:
        yield fake


@pytest.fixture
def make(client: HttpClient, bluesky: FakeBluesky, tmp_path: Path) -> Make:
    """Makes the connector on the fake, which has no embeds; `account` signs it in, and settings may be given."""

    def make(*, account: bool = False, **given: Any) -> BlueskyConnector:
        names = ("BLUESKY_URL", "BLUESKY_PDS_URL", "CONSTELLATION_URL", "BLUESKY_OEMBED_URL")
        addresses = dict.fromkeys(names, bluesky.url)
        signed_in = {"BLUESKY_HANDLE": HANDLE, "BLUESKY_APP_PASSWORD": PASSWORD} if account else {}
        settings = values_of(SOURCE, INSTANCE_DIR=tmp_path, **{**addresses, **signed_in, **given})
        return SOURCE.make(settings, client, DAY)

    return make


def known(post: FakePost, **given: Any) -> KnownMention:
    return KnownMention(post.uri, post.url, (PAPER,), **given)


def test_without_an_account_posts_are_found_by_their_links_and_the_run_says_so(
    make: Make, bluesky: FakeBluesky
) -> None:
    post = FakePost(links=[ABS], likes=5, reposts=3)
    bluesky.posts = [post, FakePost(links=["https://arxiv.org/abs/2611.98765"])]
    heard = listen(make(), about(PAPER))
    assert heard.error is None and heard.problems == []
    assert [mention.external_id for mention in heard.mentions] == [post.uri]
    assert len(heard.notices) == 1
    assert "exact links only" in heard.notices[0]
    assert "HOTPAPERS_BLUESKY_HANDLE and HOTPAPERS_BLUESKY_APP_PASSWORD" in heard.notices[0]
    assert bluesky.asked(SEARCH) == []


def test_a_post_is_read_whole(make: Make, bluesky: FakeBluesky) -> None:
    post = FakePost(links=[ABS + "v2"], likes=5, reposts=3, replies=2)
    bluesky.posts = [post]
    (mention,) = listen(make(account=True), about(PAPER)).mentions
    assert (mention.source, mention.external_id) == ("bluesky", post.uri)
    assert mention.url == f"https://bsky.app/profile/{post.did}/post/{post.key}"
    assert (mention.author_name, mention.author_handle) == ("Ada Fernsby", "ada.moss.example")
    assert mention.paper_ids == (PAPER,)
    assert mention.text == "New: moss lanterns 🌿 arxiv.org/abs/2611.990..."
    assert mention.posted_at == POSTED
    reading = mention.reading
    assert reading and (reading.likes, reading.reposts, reading.replies) == (5, 3, 2)
    assert reading.captured_at is None and reading.points is None


@pytest.mark.parametrize(
    "post",
    [
        FakePost(card=ABS),
        FakePost(media_card=PDF),
        FakePost(text=f"Read {ABS}."),
        FakePost(text=f"arXiv:{PAPER} is out", links=["https://arxiv.org/list/cs/new"]),
        FakePost(links=["https://huggingface.co/papers/" + PAPER]),
        FakePost(links=["https://www.alphaxiv.org/abs/" + PAPER]),
    ],
)
def test_a_paper_is_named_in_any_part_of_a_post(make: Make, bluesky: FakeBluesky, post: FakePost) -> None:
    bluesky.posts = [post]
    question = about(PAPER) if post.addresses() else about(PAPER, sweeps=False)
    heard = listen(make(account=True), question)
    assert [mention.paper_ids for mention in heard.mentions] == [(PAPER,)]


def test_all_papers_of_a_post_are_named_in_order(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [FakePost(links=[f"https://arxiv.org/abs/{OTHER}", ABS, PDF])]
    (mention,) = listen(make(account=True), about(PAPER)).mentions
    assert mention.paper_ids == (OTHER, PAPER)


def test_a_post_found_in_several_ways_is_told_once(make: Make, bluesky: FakeBluesky) -> None:
    post = FakePost(links=[ABS, f"https://huggingface.co/papers/{PAPER}"], card=ABS)
    bluesky.posts = [post]
    question = about(PAPER, papers=(SoughtPaper(PAPER, heard=True),), known=(known(post, has_embed=True),))
    assert len(listen(make(account=True), question).mentions) == 1


def test_counts_that_are_not_given_are_unknown(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [
        FakePost(links=[ABS], likes=None, reposts=None, replies=None, quotes=None),
        FakePost(links=[ABS], view={"likeCount": -1, "repostCount": True, "replyCount": "many"}),
        FakePost(links=[ABS], view={"likeCount": 2**60, "repostCount": None, "replyCount": 1.5}),
    ]
    for mention in listen(make(), about(PAPER)).mentions:
        reading = mention.reading
        assert reading and (reading.likes, reading.reposts, reading.replies) == (None, None, None)


def test_a_post_is_as_old_as_the_earlier_of_its_two_times(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [
        FakePost(links=[ABS], created_at="2999-01-01T00:00:00Z"),
        FakePost(links=[ABS], created_at="2026-11-20T10:00:00+02:00"),
        FakePost(links=[ABS], created_at="yesterday"),
        FakePost(links=[ABS], created_at="x", view={"indexedAt": None}),
    ]
    times = [mention.posted_at for mention in listen(make(), about(PAPER)).mentions]
    assert times == [POSTED, POSTED - timedelta(hours=4), POSTED, None]


def test_authors_who_are_shown_to_signed_in_people_only_are_passed_over(make: Make, bluesky: FakeBluesky) -> None:
    hidden = FakePost(links=[ABS], labels=["!no-unauthenticated"])
    bluesky.posts = [hidden, FakePost(links=[ABS], labels=["other"])]
    for account in (True, False):
        heard = listen(make(account=account), about(PAPER))
        assert len(heard.mentions) == 1 and hidden.uri not in {mention.external_id for mention in heard.mentions}


def test_a_known_post_that_its_author_has_hidden_since_is_gone(make: Make, bluesky: FakeBluesky) -> None:
    hidden = FakePost(links=[ABS], labels=["!no-unauthenticated"])
    bluesky.posts = [hidden]
    assert listen(make(account=True), about(PAPER, known=(known(hidden),))).gone == [hidden.uri]


def test_a_handle_that_does_not_hold_is_left_out(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [FakePost(links=[ABS], handle="handle.invalid")]
    (mention,) = listen(make(), about(PAPER)).mentions
    assert mention.author_handle == "" and mention.author_name == "Ada Fernsby"


def test_known_posts_are_read_again_in_batches_of_25_and_missing_ones_are_gone(
    make: Make, bluesky: FakeBluesky
) -> None:
    posts = [FakePost(links=[ABS], likes=number) for number in range(60)]
    posts[3].state, posts[40].state = "deleted", "hidden"
    bluesky.posts = posts
    question = about(PAPER, papers=(), known=tuple(known(post, has_embed=True) for post in posts))
    heard = listen(make(), question)
    assert [len(asked.all("uris")) for asked in bluesky.asked(POSTS)] == [25, 25, 10]
    assert heard.gone == [posts[3].uri, posts[40].uri]
    assert sorted(mention.reading.likes for mention in heard.mentions if mention.reading) == [
        number for number in range(60) if number not in (3, 40)
    ]


def test_known_posts_whose_names_are_no_addresses_are_not_asked_for(make: Make, bluesky: FakeBluesky) -> None:
    strange = tuple(KnownMention(name, "", (PAPER,)) for name in ("", "at://", "3kmoss", "at://did:plc:a/b/c", "x" * 9))
    heard = listen(make(), about(known=strange))
    assert bluesky.asked(POSTS) == [] and heard.gone == [] and heard.error is None


def test_a_sweep_searches_three_domains_within_the_time_of_interest(make: Make, bluesky: FakeBluesky) -> None:
    early, late = FakePost(links=[ABS], at=SINCE - timedelta(seconds=1)), FakePost(links=[ABS], at=NOW)
    first, last = FakePost(links=[ABS], at=SINCE), FakePost(links=[ABS], at=ago(seconds=1))
    model = FakePost(links=["https://huggingface.co/moss/lantern"])
    bluesky.posts = [early, late, first, last, model]
    heard = listen(make(account=True), about(OTHER))
    assert {mention.external_id for mention in heard.mentions} == {first.uri, last.uri}
    assert [asked.param("domain") for asked in bluesky.asked(SEARCH)] == [
        "arxiv.org",
        "arxiv.org",
        "huggingface.co",
        "alphaxiv.org",
    ]
    asked = bluesky.asked(SEARCH)[0]
    assert asked.param("since") == "2026-11-20T01:00:00.000Z" and asked.param("until") == "2026-11-20T15:00:00.000Z"
    assert (asked.param("q"), asked.param("sort"), asked.param("limit")) == ("arxiv.org", "latest", "100")


def test_a_sweep_follows_the_cursor_to_the_end(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [FakePost(links=[ABS], at=ago(minutes=number)) for number in range(1, 251)]
    heard = listen(make(account=True), about(OTHER))
    assert len(heard.mentions) == 250
    assert [asked.param("cursor") for asked in bluesky.asked(SEARCH)[:3]] == ["", "100", "200"]


def test_a_search_that_ends_too_early_is_taken_up_where_it_ended(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [FakePost(links=[ABS], at=ago(seconds=10 * (number // 3))) for number in range(3, 700)]
    bluesky.ends_after = 1
    heard = listen(make(account=True), about(OTHER))
    assert {mention.external_id for mention in heard.mentions} == {post.uri for post in bluesky.posts}
    assert len(heard.mentions) == 697


def test_a_search_without_an_end_is_cut_and_says_so(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.never_ends = True
    heard = listen(make(account=True), about(OTHER))
    assert len([asked for asked in bluesky.asked(SEARCH) if asked.param("domain") == "arxiv.org"]) == 100
    assert heard.notices[0] == "Bluesky has more posts about arxiv.org than were read; the newest 100 were."


def test_a_single_paper_is_searched_by_its_id_whenever_the_post_was_made(make: Make, bluesky: FakeBluesky) -> None:
    old = FakePost(text=f"arXiv:{PAPER}", at=ago(days=400))
    bluesky.posts = [old, FakePost(links=[f"https://arxiv.org/abs/{OTHER}"])]
    heard = listen(make(account=True), about(PAPER, sweeps=False))
    assert [mention.external_id for mention in heard.mentions] == [old.uri]
    (asked,) = bluesky.asked(SEARCH)
    assert asked.param("q") == f'"{PAPER}"' and asked.param("since") == "" and asked.param("domain") == ""


def test_a_single_paper_is_looked_for_under_every_address(make: Make, bluesky: FakeBluesky) -> None:
    links = [
        f"https://arxiv.org/pdf/{PAPER}.pdf",
        f"http://arxiv.org/abs/{PAPER}",
        f"https://arxiv.org/abs/{PAPER}v1",
        f"https://arxiv.org/abs/{PAPER}v3",
        f"https://www.arxiv.org/abs/{PAPER}",
        f"https://huggingface.co/papers/{PAPER}",
        f"https://alphaxiv.org/abs/{PAPER}",
    ]
    bluesky.posts = [FakePost(links=[link]) for link in links] + [FakePost(card=link) for link in links]
    heard = listen(make(), about(PAPER, papers=(SoughtPaper(PAPER, version=3),), sweeps=False))
    assert len(heard.mentions) == 14
    assert heard.notices[1:] == []


def test_links_are_followed_over_all_pages_and_gone_posts_are_nothing(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [FakePost(links=[ABS], state="hidden" if number == 7 else "public") for number in range(230)]
    heard = listen(make(), about(PAPER))
    assert len(heard.mentions) == 229 and heard.gone == []
    pages = [asked for asked in bluesky.asked(BACKLINKS) if asked.param("subject") == ABS]
    assert [asked.param("cursor") for asked in pages] == ["", "64", "c8", ""]
    assert [len(asked.all("uris")) for asked in bluesky.asked(POSTS)] == [25] * 9 + [5]


def test_the_budget_goes_to_the_likeliest_links_of_all_papers_and_its_end_is_told(
    make: Make, bluesky: FakeBluesky
) -> None:
    papers = [f"2611.9{number:04d}" for number in range(10)]
    heard = listen(make(BLUESKY_BUDGET=27), about(*papers))
    subjects = [asked.param("subject") for asked in bluesky.asked(BACKLINKS)]
    assert subjects[::2] == [f"https://arxiv.org/abs/{name}" for name in papers] + [
        f"https://arxiv.org/pdf/{name}" for name in papers[:3]
    ]
    assert subjects[::2] == subjects[1::2]
    assert heard.notices[1] == (
        "The 27 requests that HOTPAPERS_BLUESKY_BUDGET allows for finding posts by links covered "
        "arxiv.org/abs/ID of 10 and arxiv.org/pdf/ID of 3 of 10 papers."
    )


def test_papers_that_the_budget_does_not_cover_take_turns(make: Make, bluesky: FakeBluesky) -> None:
    papers = tuple(SoughtPaper(f"2611.9{number:04d}", heard=number == 0) for number in range(7))
    reached: set[str] = set()
    for hour in range(12):
        bluesky.requests.clear()
        listen(make(BLUESKY_BUDGET=6), about(papers=papers, now=NOW + timedelta(hours=hour)))
        asked = [asked.param("subject")[-10:] for asked in bluesky.asked(BACKLINKS)][::2]
        assert (asked[0], len(asked)) == (papers[0].arxiv_id, 3)
        reached |= set(asked)
    assert reached == {paper.arxiv_id for paper in papers}


def test_without_a_budget_no_links_are_followed(make: Make, bluesky: FakeBluesky) -> None:
    heard = listen(make(BLUESKY_BUDGET=0), about(PAPER))
    assert bluesky.asked(BACKLINKS) == [] and heard.notices[1].endswith("covered no links of 1 papers.")


def test_beside_the_search_links_are_followed_for_papers_heard_of_only(make: Make, bluesky: FakeBluesky) -> None:
    papers = (SoughtPaper(PAPER, heard=True), SoughtPaper(OTHER))
    heard = listen(make(account=True), about(papers=papers))
    assert {asked.param("subject") for asked in bluesky.asked(BACKLINKS)} == {ABS}
    assert heard.notices == []


def test_beside_the_search_links_get_a_third_of_the_budget(make: Make, bluesky: FakeBluesky) -> None:
    papers = tuple(SoughtPaper(f"2611.9{number:04d}", heard=True) for number in range(10))
    heard = listen(make(account=True, BLUESKY_BUDGET=12), about(papers=papers))
    assert len(bluesky.asked(BACKLINKS)) == 4
    assert "arxiv.org/abs/ID of 2 of 10 papers" in heard.notices[0]


def test_every_step_is_counted(make: Make, bluesky: FakeBluesky) -> None:
    bluesky.posts = [FakePost(links=[ABS]) for _ in range(30)]
    done, expected = listen(make(account=True), about(PAPER, known=tuple(map(known, bluesky.posts)))).steps
    assert done == expected == 3 + 2
    done, expected = listen(make(), about(PAPER, known=tuple(map(known, bluesky.posts)))).steps
    assert done == expected == 2 + 18
