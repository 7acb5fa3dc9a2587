"""Settings of targets: what is taken, what is refused, and that a refusal repeats no secret."""

import base64
from pathlib import Path

import pytest

from app.config import SettingError, read_settings
from app.domain.target_settings import repository, signing_secret, tells_tokens
from app.targets import targets_from


def read(name: str, raw: str):
    """The value of one setting."""
    return read_settings({f"HOTPAPERS_{name}": raw})[name]


@pytest.mark.parametrize(
    "address",
    [
        "https://site.example/ada/site.git",
        "https://site.example:8443/site.git",
        "ssh://git@site.example/srv/site.git",
        "git@site.example:ada/site.git",
        "site.example:site.git",
    ],
)
def test_addresses_of_https_and_ssh_are_taken_as_they_are(address):
    assert read("TARGET_GIT", address) == address


def test_a_path_is_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/srv/desk")
    assert repository("site.git") == str(tmp_path / "site.git")
    assert repository("~/site.git") == "/srv/desk/site.git"
    assert repository("-u/site:1") == str(tmp_path / "-u/site:1")


@pytest.mark.parametrize(
    "address",
    [
        "https://ada:s3cret@site.example/site.git",
        "https://s3cret@site.example/site.git",
        "https://:s3cret@site.example/site.git",
        "ssh://git:s3cret@site.example/site.git",
        "ext::sh -c s3cret",
        "file:///srv/s3cret.git",
        "git://site.example/s3cret.git",
        "https://site.example:port/s3cret",
        "https:///s3cret.git",
        "-oProxyCommand=s3cret:site.git",
        "ssh://-oProxyCommand=s3cret/site.git",
        "https://site.example/s3cret\n.git",
        "ada:s3cret@site.example:site.git",
    ],
)
def test_other_addresses_are_refused_by_name_and_not_repeated(address):
    with pytest.raises(SettingError) as refused:
        read("TARGET_GIT", address)
    assert str(refused.value).startswith("HOTPAPERS_TARGET_GIT must be ")
    assert "s3cret" not in str(refused.value)


def test_a_token_is_not_sent_where_it_can_be_read_on_the_way():
    with pytest.raises(SettingError, match="must be an address of https") as refused:
        read_settings({"HOTPAPERS_TARGET_GIT": "http://site.example/a.git", "HOTPAPERS_TARGET_GIT_TOKEN": "s3cret"})
    assert "s3cret" not in str(refused.value)
    assert not any(
        map(tells_tokens, ["https://site.example/a", "http://127.0.0.1:80/a", "http://[::1]/a", "/a", "h:a"])
    )
    assert tells_tokens("http://localhost.site.example/a")


@pytest.mark.parametrize("raw", ["main", "site/posts", "release-1.x", "a+b_c"])
def test_names_of_branches_are_taken(raw):
    assert read("TARGET_GIT_BRANCH", raw) == raw


@pytest.mark.parametrize(
    "raw", ["-d", "a..b", "/main", "main/", "a//b", ".a", "a/.b", "a.lock", "a.", "a b", "a:b", "+a~"]
)
def test_what_is_no_branch_is_refused(raw):
    with pytest.raises(SettingError, match="HOTPAPERS_TARGET_GIT_BRANCH must be the name of a branch"):
        read("TARGET_GIT_BRANCH", raw)


def test_a_folder_stays_inside_the_repository():
    assert read("TARGET_GIT_FOLDER", "content/posts/") == "content/posts"
    for raw in ("/etc", "..", "a/../b", "a/./b", "a//b", ".git/hooks", "a/.GIT", "a\\b", "a\nb"):
        with pytest.raises(SettingError, match="HOTPAPERS_TARGET_GIT_FOLDER must be a folder inside"):
            read("TARGET_GIT_FOLDER", raw)


def test_an_author_is_a_name_and_an_address():
    assert read("TARGET_GIT_AUTHOR", "Ada Fernsby <ada@site.example>") == "Ada Fernsby <ada@site.example>"
    for raw in ("Ada", "<ada@site.example>", "Ada <ada>", "Ada <a@b> <c@d>", "A\nda <a@b.example>"):
        with pytest.raises(SettingError, match="HOTPAPERS_TARGET_GIT_AUTHOR must be a name and a mail address"):
            read("TARGET_GIT_AUTHOR", raw)


def test_a_webhook_keeps_its_address_and_a_wrong_one_is_not_repeated():
    assert read("TARGET_WEBHOOK", "https://build.example/hook/?key=a") == "https://build.example/hook/?key=a"
    for raw in ("build.example/s3cret", "ftp://build.example/s3cret", "https://ada:s3cret@build.example/"):
        with pytest.raises(SettingError, match="HOTPAPERS_TARGET_WEBHOOK must be an address") as refused:
            read("TARGET_WEBHOOK", raw)
        assert "s3cret" not in str(refused.value)


def test_a_signing_secret_is_base64_behind_its_sign_or_any_text():
    assert signing_secret("whsec_" + base64.b64encode(b"\xffkey").decode()) == b"\xffkey"
    assert signing_secret("ein Schlüssel") == "ein Schlüssel".encode()
    for raw in ("whsec_s3cret!", "whsec_"):
        with pytest.raises(SettingError, match="HOTPAPERS_TARGET_WEBHOOK_SECRET must be base64") as refused:
            read("TARGET_WEBHOOK_SECRET", raw)
        assert "s3cret" not in str(refused.value)


def test_there_are_as_many_targets_as_are_set(tmp_path: Path):
    settings = {"HOTPAPERS_INSTANCE_DIR": str(tmp_path)}
    assert [target.name for target in targets_from(read_settings(settings))] == ["directory"]
    settings["HOTPAPERS_TARGET_GIT"] = "https://site.example/site.git"
    settings["HOTPAPERS_TARGET_WEBHOOK"] = "https://build.example/s3cret"
    targets = targets_from(read_settings(settings))
    assert [(target.name, target.is_hook) for target in targets] == [
        ("directory", False),
        ("git", False),
        ("webhook", True),
    ]
    assert [target.describe() for target in targets] == [
        str(tmp_path / "posts"),
        "the branch main of site.example/site.git",
        "the webhook at build.example",
    ]
