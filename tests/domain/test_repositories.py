"""Which repositories a text links, however the link is written and whatever stands around it."""

import pytest

from app.domain.repositories import repositories_in


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/fernsby/moss-lantern",
        "Code: http://www.github.com/Fernsby/Moss-Lantern.",
        "Code at github.com/fernsby/moss-lantern, data on request",
        "(https://github.com/fernsby/moss-lantern)",
        r"\url{https://github.com/fernsby/moss-lantern}",
        "https://github.com/fernsby/moss-lantern.git",
        "See https://github.com/fernsby/moss-lantern.git.",
        "https://github.com/fernsby/moss-lantern/tree/main/data?tab=readme#start",
        "[code](https://github.com/fernsby/moss-lantern/)",
        "HTTPS://GITHUB.COM/FERNSBY/MOSS-LANTERN",
        "https://github.com/fernsby/moss-lantern...",
    ],
)
def test_a_link_is_found_however_it_is_written(text: str) -> None:
    assert repositories_in(text) == ("fernsby/moss-lantern",)


def test_repositories_come_in_order_and_once() -> None:
    text = "https://github.com/b/two, https://github.com/a/one and again https://github.com/B/Two.git"
    assert repositories_in(text) == ("b/two", "a/one")


def test_a_name_may_have_dots_and_underscores_also_escaped_ones() -> None:
    assert repositories_in(r"https://github.com/fernsby/moss\_lantern.v2") == ("fernsby/moss_lantern.v2",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We light lanterns.",
        "https://github.com/fernsby",
        "https://github.com/fernsby/",
        "https://github.com/topics/lanterns",
        "https://github.com/sponsors/fernsby and https://github.com/orgs/fernsby",
        "https://github.com/Features/actions",
        "https://github.com/fernsby/..",
        "https://github.com/fernsby/.git",
        "https://fernsby.github.io/moss-lantern",
        "https://notgithub.com/fernsby/moss-lantern",
        "https://moss.example/github.com/fernsby/moss-lantern",
        "https://gist.github.com/fernsby/0123456789abcdef",
        "https://raw.github.com.example/fernsby/moss-lantern",
        "git@github.com:fernsby/moss-lantern.git",
        "https://github.com/" + "a" * 40 + "/moss",
        "https://github.com/fernsby/" + "a" * 101,
        "https://gıthub.com/fernsby/moss-lantern",
    ],
)
def test_what_is_no_repository_is_not_found(text: str) -> None:
    assert repositories_in(text) == ()


def test_a_long_text_of_half_links_is_read_at_once() -> None:
    assert repositories_in("https://github.com/" * 20_000 + "a" * 100_000) == ()
