"""A git repository as a target: each delivery is one commit on top of the branch as it is, and nothing is forced."""

import fcntl
import hashlib
import os
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.delivery import ChangedThere, DeliveryError, Order, checked_name, may_replace
from app.targets.commit_message import commit_message
from app.targets.git_branch import Change, GitBranch
from app.targets.git_store import Access, GitFailed, GitStore

# How often a commit is made anew because somebody else pushed meanwhile, and the longest pause before that in seconds.
ROUNDS = 10
LONGEST_PAUSE = 2.0
# Seconds: one delivery, with a first fetch of a large site; waiting for another delivery; asking whether all is well.
DELIVERY_SECONDS = 420.0
LOCK_SECONDS = 60.0
CHECK_SECONDS = 10.0
SAYINGS = (
    (
        r"Authentication failed|could not read (?:User|Pass)|returned error: 40[13]|Permission denied|read.only",
        "does not let the desk in; check HOTPAPERS_TARGET_GIT_USER and HOTPAPERS_TARGET_GIT_TOKEN, or the key of ssh",
    ),
    (r"Host key verification", "is not known to ssh on this machine; connect to it once by hand, as the desk's user"),
    (r"dubious ownership", "belongs to another user of this machine; give the desk's user the repository"),
    (
        r"not a git repository|does not exist|not found|[Nn]o such file|Could not read from remote",
        "is no git repository, or not for the desk's eyes; check HOTPAPERS_TARGET_GIT",
    ),
    (r"not done after", "did not answer in time"),
    (r"unable to access|Could not resolve|onnection|timed out", "cannot be reached"),
)


class GitTarget:
    """Pushes posts to a branch of a repository by a bare repository of our own under `folder`, which is only a cache.

    `author` is written as Name <name@host>. `sleep` takes seconds and `jitter` gives 0 to 1; both are arguments so that
    tests need no time.
    """

    name = "git"
    is_hook = False

    def __init__(
        self,
        access: Access,
        folder: Path,
        *,
        branch: str = "main",
        inside: str = "",
        author: str = "Hot Papers <hot-papers@localhost>",
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        named = hashlib.sha256(f"{access.address}\n{branch}".encode()).hexdigest()[:16]
        self._folder = folder / f"{named}.git"
        self._access = access
        self._branch = branch
        self._inside = inside
        self._author = author
        self._sleep = sleep
        self._jitter = jitter

    def describe(self) -> str:
        """The branch and the repository."""
        return f"the branch {self._branch} of {self._access.shown()}"

    def deliver(self, order: Order) -> str:
        """Commit and push, and return the name of the commit that has it; where nothing is to change, of the one there.

        Raises ChangedThere where a file that is not ours stands in the branch.
        """
        path = f"{self._inside}/{checked_name(order.file_name)}".lstrip("/")
        try:
            with self._lock():
                return self._in_rounds(order, path)
        except GitFailed as failed:
            raise self._told(failed) from failed
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise DeliveryError(f"{self._folder} cannot be used ({reason}); make room for it.") from error

    def check(self) -> str | None:
        """Ask for the branch, and rehearse a push, of which nothing is sent."""
        if self._access.is_local and not self._may_write():
            return f"{self._access.shown()} cannot be written to; give the desk's user the repository."
        try:
            with tempfile.TemporaryDirectory() as folder:
                store = GitStore(Path(folder) / "check.git", self._access, CHECK_SECONDS)
                store.prepare()
                branch = GitBranch(store, self._branch)
                branch.tip()
                branch.rehearse(self._author)
        except GitFailed as failed:
            return str(self._told(failed))
        except (DeliveryError, OSError) as error:
            return str(error)
        return None

    def _may_write(self) -> bool:
        # Git finds out only when something is really sent.
        folder = Path(self._access.address)
        return all(os.access(part, os.W_OK) for part in (folder / "objects", folder / ".git/objects") if part.exists())

    def _in_rounds(self, order: Order, path: str) -> str:
        store = GitStore(self._folder, self._access, DELIVERY_SECONDS)
        try:
            store.prepare()
            for round_number in range(ROUNDS):
                if round_number:
                    self._sleep(self._jitter() * min(LONGEST_PAUSE, 0.1 * 2**round_number))
                receipt = self._once(GitBranch(store, self._branch), order, path)
                if receipt:
                    return receipt
        except GitFailed as failed:
            if failed.is_local:
                # It is only a cache: whatever is wrong with it is gone with it.
                shutil.rmtree(self._folder, ignore_errors=True)
            raise
        raise DeliveryError(f"Others pushed to {self.describe()} each time, {ROUNDS} times; deliver again.")

    def _once(self, branch: GitBranch, order: Order, path: str) -> str | None:
        """The receipt, or None where somebody else pushed between our looking and our pushing."""
        tip = branch.fetched()
        there = branch.there(tip, path)
        if there and not may_replace(there.data, order.data, order.replaces):
            raise ChangedThere(
                f"{path} has other content in {self.describe()} than the desk delivered; nothing was overwritten.",
                found=there.data,
            )
        if order.action == "remove" and there is None:
            return f"{path} is not in {self._branch}" + (f" as of commit {tip}" if tip else "")
        if order.action == "put" and there and there.data == order.data:
            return f"commit {branch.newest(tip, path)}"
        data = order.data if order.action == "put" else None
        commit = branch.make_commit(Change(path, data, commit_message(order), self._author), tip, there)
        return f"commit {commit}" if branch.push(commit) else None

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Held while the repository of our own is used; it ends with its process."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        end = time.monotonic() + LOCK_SECONDS
        with open(self._folder.with_suffix(".lock"), "w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise DeliveryError("Another delivery to git is under way; deliver again.") from None
                    time.sleep(0.05)
            yield

    def _told(self, failed: GitFailed) -> DeliveryError:
        refused = re.search(r"\[(?:remote )?rejected\] \((.+)\)", failed.output)
        if refused:
            return DeliveryError(f"{self.describe()} did not take the commit ({refused[1]}): {failed}.")
        for pattern, saying in SAYINGS:
            if re.search(pattern, f"{failed}\n{failed.output}"):
                return DeliveryError(f"{self._access.shown()} {saying}.")
        return DeliveryError(f"{self._access.shown()}: git says that {failed}.")
