"""Somebody else pushes at the same moment: nobody's commit is lost, and nobody's file is overwritten."""

import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.delivery import ChangedThere, DeliveryError
from app.targets import GitTarget
from app.targets import git as git_module
from app.targets.git_store import Access
from tests.targets.orders import NAME, order
from tests.targets.repositories import bare, commits, git, hook, shown, write

# Moves main to the next commit that was laid ready, as somebody does who pushes just then.
MOVE = """
next=$(head -n 1 "{ready}")
if [ -n "$next" ]; then
  sed -i 1d "{ready}"
  env -u GIT_QUARANTINE_PATH git --git-dir="{site}" update-ref refs/heads/main "$next"
fi
"""
# Stands in for ssh: the other machine is this one. The rival comes after our fetch, when we knock to push.
SSH = '#!/bin/sh\ncase "$2" in *receive-pack*) {move} ;; esac\neval "exec $2"\n'


class Rival:
    """Somebody whose commits come exactly between our fetching and our pushing."""

    def __init__(self, site: Path, ready: Path) -> None:
        self.site, self.ready = site, ready
        ready.touch()

    def will_push(self, *files: dict[str, bytes]) -> None:
        """Lay commits ready, each on top of the one before, which come one at a time."""
        before = git(self.site, "rev-parse", "main").strip()
        laid = [write(self.site, changed, f"Rival {sorted(changed)[0]}") for changed in files]
        git(self.site, "update-ref", "refs/heads/main", before)
        self.ready.write_text("".join(f"{commit}\n" for commit in laid))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The repository of a site, with a page in it."""
    site = bare(tmp_path / "site.git")
    write(site, {"about.md": b"About.\n"}, "Begin")
    return site


@pytest.fixture(params=["before the other side is asked", "while the other side takes our commit"])
def rival(request, site: Path, tmp_path: Path, monkeypatch) -> Rival:
    """The rival comes early enough for git to see it, or so late that only the repository can."""
    move = MOVE.format(ready=tmp_path / "ready", site=site)
    early = request.param.startswith("before")
    ssh = tmp_path / "ssh"
    ssh.write_text(SSH.format(move=move if early else ":"))
    ssh.chmod(0o755)
    if not early:
        hook(site, "pre-receive", move)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    return Rival(site, tmp_path / "ready")


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that were made, in seconds."""
    return []


@pytest.fixture
def target(site: Path, tmp_path: Path, pauses: list[float]) -> GitTarget:
    """The site as a target behind ssh; pauses take no time."""
    access = Access(f"ssh://desk@site.example{site}")
    return GitTarget(access, tmp_path / "git", sleep=pauses.append, jitter=lambda: 1.0)


def test_our_commit_goes_on_top_of_theirs_however_often_they_are_quicker(site, target, rival, pauses):
    for number, times in enumerate([0, 1, 2]):
        rival.will_push(*({f"rival-{number}-{time}.md": b"theirs"} for time in range(times)))
        receipt = target.deliver(order(f"{number}".encode(), file_name=f"{number}.md"))
        assert receipt == f"commit {git(site, 'rev-parse', 'main').strip()}"
        assert len(pauses) == times
        pauses.clear()
    assert len(commits(site)) == 1 + 3 + 3
    assert git(site, "log", "--merges", "--format=%s", "main") == ""
    assert len(git(site, "ls-tree", "-r", "--name-only", "main").split()) == 1 + 3 + 3


def test_a_file_that_changes_between_our_looking_and_our_pushing_is_not_overwritten(site, target, rival):
    target.deliver(order(b"one"))
    rival.will_push({NAME: b"by hand"})
    with pytest.raises(ChangedThere) as refused:
        target.deliver(order(b"two", replaces=[b"one"]))
    assert refused.value.found == b"by hand"
    assert shown(site, NAME) == b"by hand"


def test_the_same_post_pushed_by_somebody_else_meanwhile_is_no_second_commit(site, target, rival):
    rival.will_push({NAME: order().data})
    assert target.deliver(order()) == f"commit {git(site, 'rev-parse', 'main').strip()}"
    assert commits(site) == ["Begin", f"Rival {NAME}"]


def test_whoever_is_always_quicker_is_said_and_pauses_grow_to_a_bound(site, target, rival, pauses, monkeypatch):
    monkeypatch.setattr(git_module, "ROUNDS", 6)
    rival.will_push(*({f"rival-{time}.md": b"theirs"} for time in range(6)))
    with pytest.raises(DeliveryError, match="Others pushed to the branch main of .* each time") as refused:
        target.deliver(order())
    assert not refused.value.permanent
    assert pauses == sorted(pauses)
    assert pauses[-1] == 2.0
    target.deliver(order())
    assert shown(site, NAME) == order().data


def test_two_desks_and_somebody_else_at_once_lose_nothing(site, tmp_path):
    # The first two share a cache, as the worker and a request of one desk do.
    targets = [GitTarget(Access(str(site)), tmp_path / folder) for folder in ("git", "git", "other")]

    def deliver(number: int) -> None:
        for count in range(2):
            targets[number].deliver(order(file_name=f"{number}-{count}.md"))

    def push() -> None:
        count = 0
        while count < 4:
            # The other was quicker: as git would, it is told so and does it again.
            with suppress(subprocess.CalledProcessError):
                write(site, {f"rival-{count}.md": b"theirs"}, f"Rival {count}")
                count += 1

    works: list[Callable[[], None]] = [push, *(lambda number=number: deliver(number) for number in range(3))]
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert len(git(site, "ls-tree", "-r", "--name-only", "main").split()) == 1 + 3 * 2 + 4
    assert len(commits(site)) == 1 + 3 * 2 + 4
