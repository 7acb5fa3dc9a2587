"""A git repository as a target: one commit a delivery, on top of whatever is there, and what is not ours stays."""

import fcntl
import time
from pathlib import Path

import pytest

from app.domain.delivery import ChangedThere, DeliveryError
from app.targets import GitTarget
from app.targets import git as git_module
from app.targets.git_store import Access
from tests.targets.orders import NAME, order
from tests.targets.repositories import bare, commits, git, hook, shown, write

PATH = f"content/posts/{NAME}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The repository of a site, with a page in it."""
    site = bare(tmp_path / "site.git")
    write(site, {"content/about.md": b"About.\n"}, "Begin")
    return site


@pytest.fixture
def target(site: Path, tmp_path: Path) -> GitTarget:
    """The site as a target."""
    return GitTarget(Access(str(site)), tmp_path / "git", inside="content/posts", author="Desk <desk@site.example>")


def head(site: Path) -> str:
    """The newest commit of main."""
    return git(site, "rev-parse", "main").strip()


def is_over(process: int) -> bool:
    """Whether a process ends within some seconds; one that nobody has asked about yet has ended all the same."""
    line, end = Path(f"/proc/{process}/cmdline"), time.monotonic() + 10
    while line.exists() and line.read_bytes():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_a_delivery_is_one_commit_that_says_what_changed_and_by_whom(site, target):
    receipt = target.deliver(order(b"# 1. Moss\r\n\xff", note="Fern was\x00 left out.\n\nMoss too."))
    assert receipt == f"commit {head(site)}"
    assert shown(site, PATH) == b"# 1. Moss\r\n\xff"
    assert shown(site, "content/about.md") == b"About.\n"
    assert commits(site) == ["Begin", "Publish Hot Papers 2026-11-20"]
    said = git(site, "log", "-1", "--format=%an <%ae>|%cn|%b", "main")
    assert said.startswith("Desk <desk@site.example>|Desk|Revision 1, 12 papers, by Ada Fernsby.\n")
    assert "Fern was left out.\n\nMoss too.\n" in said
    assert "Delivery: delivery-17\nSHA-256: " in said


def test_delivering_twice_makes_no_second_commit_and_has_the_same_receipt(site, target, tmp_path):
    receipt = target.deliver(order())
    assert target.deliver(order()) == receipt
    elsewhere = GitTarget(Access(str(site)), tmp_path / "other", inside="content/posts")
    assert elsewhere.deliver(order()) == receipt
    assert len(commits(site)) == 2


def test_an_empty_repository_gets_its_first_commit(tmp_path):
    site = bare(tmp_path / "empty.git")
    target = GitTarget(Access(str(site)), tmp_path / "git")
    assert target.check() is None
    assert target.deliver(order(action="remove", event="retracted")) == f"{NAME} is not in main"
    target.deliver(order())
    assert shown(site, NAME) == order().data
    assert commits(site) == ["Publish Hot Papers 2026-11-20"]


def test_a_post_is_corrected_retracted_and_restored(site, target):
    target.deliver(order(b"one"))
    target.deliver(order(b"two", event="corrected", revision=2, replaces=[b"one"]))
    assert shown(site, PATH) == b"two"
    gone = order(b"two", action="remove", event="retracted", revision=2)
    assert target.deliver(gone) == f"commit {head(site)}"
    assert "content/posts" not in git(site, "ls-tree", "-r", "--name-only", "main")
    assert target.deliver(gone) == f"{PATH} is not in main as of commit {head(site)}"
    target.deliver(order(b"two", event="restored", revision=2))
    assert [subject.split()[0] for subject in commits(site)] == ["Begin", "Publish", "Correct", "Retract", "Restore"]


def test_what_somebody_wrote_stays_and_is_shown(site, target):
    target.deliver(order(b"one"))
    write(site, {PATH: b"by hand"}, "Mend")
    for action in ("put", "remove"):
        with pytest.raises(ChangedThere, match="other content in the branch main of .*site.git") as refused:
            target.deliver(order(b"two", action=action, replaces=[b"one"]))
        assert refused.value.found == b"by hand"
    assert commits(site)[-1] == "Mend"
    target.deliver(order(b"two", replaces=[b"by hand"]))
    assert shown(site, PATH) == b"two"


def test_bytes_and_modes_are_not_the_business_of_the_repository(site, target):
    write(site, {".gitattributes": b"* text=auto eol=crlf working-tree-encoding=UTF-16\n"}, "Attributes")
    write(site, {PATH: b"one\n"}, "A script", mode="100755")
    target.deliver(order(b"two\r\nthree\n", replaces=[b"one\n"]))
    assert shown(site, PATH) == b"two\r\nthree\n"
    assert git(site, "ls-tree", "main", PATH).startswith("100755 ")


@pytest.mark.parametrize(
    ("path", "mode", "sentence"),
    [
        (PATH, "120000", "is no plain file"),
        ("content/posts", "120000", "git says"),
        (f"{PATH}/x", "100644", "no plain"),
    ],
)
def test_links_and_folders_in_the_way_are_neither_followed_nor_replaced(site, target, path, mode, sentence):
    before = write(site, {path: b"../../etc"}, "In the way", mode=mode)
    with pytest.raises(DeliveryError, match=sentence):
        target.deliver(order())
    assert head(site) == before


def test_a_branch_that_is_not_there_is_not_made(site, tmp_path):
    target = GitTarget(Access(str(site)), tmp_path / "git", branch="mian")
    for sentence in (target.check(), str(pytest.raises(DeliveryError, target.deliver, order()).value)):
        assert "has no branch mian, only main" in sentence
    assert git(site, "branch").split() == ["*", "main"]


def test_a_repository_that_is_not_there_is_said(tmp_path):
    target = GitTarget(Access(str(tmp_path / "none.git")), tmp_path / "git")
    assert "is no git repository" in target.check()
    with pytest.raises(DeliveryError, match="is no git repository"):
        target.deliver(order())


def test_a_repository_that_refuses_is_quoted_and_nothing_is_lost(site, target):
    before = head(site)
    hook(site, "pre-receive", "echo 'error: main is frozen until Monday' >&2; exit 1")
    with pytest.raises(DeliveryError, match="pre-receive hook declined.*frozen until Monday") as refused:
        target.deliver(order())
    assert not refused.value.permanent
    assert head(site) == before
    hook(site, "pre-receive", "exit 0")
    target.deliver(order())
    assert shown(site, PATH) == order().data


def test_checking_changes_nothing(site, target, tmp_path):
    before = git(site, "for-each-ref"), git(site, "count-objects")
    assert target.check() is None
    assert (git(site, "for-each-ref"), git(site, "count-objects")) == before
    assert not (tmp_path / "git").exists()


def test_files_of_a_checked_out_branch_follow_unless_one_was_changed(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    git(site, "init", "--quiet", "--initial-branch=main")
    (site / "about.md").write_text("About.\n")
    git(site, "add", "about.md")
    git(site, "commit", "--quiet", "-m", "Begin")
    target = GitTarget(Access(str(site)), tmp_path / "git")
    target.deliver(order(b"one"))
    assert (site / NAME).read_bytes() == b"one"
    (site / "about.md").write_text("Not committed.\n")
    with pytest.raises(DeliveryError, match="did not take the commit"):
        target.deliver(order(b"two", replaces=[b"one"]))
    assert ((site / NAME).read_bytes(), (site / "about.md").read_text()) == (b"one", "Not committed.\n")


def test_a_file_that_is_not_committed_is_not_overwritten_in_a_checked_out_branch(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    git(site, "init", "--quiet", "--initial-branch=main")
    git(site, "commit", "--quiet", "--allow-empty", "-m", "Begin")
    (site / NAME).write_bytes(b"by hand")
    with pytest.raises(DeliveryError):
        GitTarget(Access(str(site)), tmp_path / "git").deliver(order())
    assert (site / NAME).read_bytes() == b"by hand"


def test_a_cache_that_was_killed_or_spoiled_stops_nothing(site, target, tmp_path):
    target.deliver(order(b"one"))
    (store,) = (tmp_path / "git").glob("*.git")
    (store / "shallow.lock").touch()
    write(site, {"news.md": b"News.\n"}, "News")
    target.deliver(order(b"two", replaces=[b"one"]))
    for part in store.glob("objects/*/*"):
        part.chmod(0o644)
        part.write_bytes(b"spoiled")
    with pytest.raises(DeliveryError):
        target.deliver(order(b"three", replaces=[b"two"]))
    target.deliver(order(b"three", replaces=[b"two"]))
    assert shown(site, PATH) == b"three"
    assert shown(site, "news.md") == b"News.\n"


def test_settings_and_variables_of_whoever_runs_the_desk_have_no_say(site, target, tmp_path, monkeypatch):
    home = tmp_path / "home"
    hook(home.parent, "pre-push", "exit 1")
    home.mkdir()
    (home / ".gitconfig").write_text(
        f"[core]\n\thooksPath = {tmp_path / 'hooks'}\n\tautocrlf = true\n[commit]\n\tgpgsign = true\n"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_TRACE", "1")
    target.deliver(order(b"one\r\n"))
    assert shown(site, PATH) == b"one\r\n"


def test_a_repository_that_never_answers_is_given_up_with_all_that_was_started(tmp_path, monkeypatch):
    told = tmp_path / "pid"
    monkeypatch.setenv("GIT_SSH_COMMAND", f"sh -c 'echo $$ > {told}; exec sleep 600' --")
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    monkeypatch.setattr(git_module, "CHECK_SECONDS", 1.0)
    target = GitTarget(Access("git@site.example:site.git"), tmp_path / "git")
    assert target.check() == "site.example:site.git did not answer in time."
    assert is_over(int(told.read_text()))


def test_a_delivery_that_waits_too_long_for_another_is_tried_later(target, tmp_path, monkeypatch):
    target.deliver(order())
    (lock,) = (tmp_path / "git").glob("*.lock")
    monkeypatch.setattr(git_module, "LOCK_SECONDS", 0.1)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DeliveryError, match="Another delivery to git is under way") as refused:
            target.deliver(order())
    assert not refused.value.permanent
    assert target.deliver(order()).startswith("commit ")


def test_git_that_is_missing_is_said(target, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in target.check()
