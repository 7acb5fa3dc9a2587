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
from dataclasses import dataclass
from pathlib import Path

from app.domain.delivery import ChangedThere, DeliveryError, Order, checked_name, may_replace
from app.targets.commit_message import commit_message
from app.targets.git_store import Access, GitFailed, GitStore

# How often a commit is made anew because somebody else pushed meanwhile, and the longest pause before that in seconds.
ROUNDS = 10
LONGEST_PAUSE = 2.0
# Seconds that one delivery waits for another, and that asking whether all is well may take.
LOCK_SECONDS = 60.0
CHECK_SECONDS = 10.0
OURS = "refs/target/branch"
NO_OBJECT = "0" * 40
# What a repository answers when the branch is no more what it was when we looked.
MOVED = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|incorrect old value"
    r"|reference already exists|remote ref updated since checkout"
)
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
    (r"unable to access|Could not resolve|onnection|timed out|not done after", "cannot be reached"),
)


@dataclass(frozen=True, slots=True)
class _There:
    """What stands at a post's path in the branch."""

    mode: str
    data: bytes


class GitTarget:
    """Pushes posts to a branch of a repository by a bare repository of our own under `folder`, which is only a cache.

    There is never a working tree, so no link, filter or attribute of the repository has a say in what is written.
    `sleep` takes seconds and `jitter` gives 0 to 1; both are arguments so that tests need no time.
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
        self._store = GitStore(folder / f"{named}.git", access)
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
            raise DeliveryError(f"{self._store.folder} cannot be used ({reason}); make room for it.") from error

    def check(self) -> str | None:
        """Ask for the branch, and rehearse a push, of which nothing is sent."""
        if self._access.is_local and not self._may_write():
            return f"{self._access.shown()} cannot be written to; give the desk's user the repository."
        try:
            with tempfile.TemporaryDirectory() as folder:
                store = GitStore(Path(folder) / "check.git", self._access)
                store.prepare()
                self._tip(store, CHECK_SECONDS)
                tree = store.run("hash-object", "-w", "-t", "tree", "--stdin").strip()
                commit = self._commit_tree(store, tree, None, "Nothing")
                # A branch that is nowhere: asking for the real one would be refused as no step forward.
                name = f"refs/heads/hotpapers-check-{commit[:12]}"
                self._push(store, f"{commit}:{name}", "--dry-run", seconds=CHECK_SECONDS)
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
        try:
            self._store.prepare()
            for round_number in range(ROUNDS):
                if round_number:
                    self._sleep(self._jitter() * min(LONGEST_PAUSE, 0.1 * 2**round_number))
                commit = self._once(order, path)
                if commit:
                    return commit
        except GitFailed as failed:
            if failed.is_local:
                # It is only a cache: whatever is wrong with it is gone with it.
                shutil.rmtree(self._store.folder, ignore_errors=True)
            raise
        raise DeliveryError(f"Others pushed to {self.describe()} each time, {ROUNDS} times; deliver again.")

    def _once(self, order: Order, path: str) -> str | None:
        """The receipt, or None where somebody else pushed between our looking and our pushing."""
        tip = self._fetched()
        there = self._there(tip, path)
        if there and not may_replace(there.data, order.data, order.replaces):
            raise ChangedThere(
                f"{path} has other content in {self.describe()} than the desk delivered; nothing was overwritten.",
                found=there.data,
            )
        if order.action == "remove" and there is None:
            return f"{path} is not in {self._branch}" + (f" as of commit {tip}" if tip else "")
        if order.action == "put" and there and there.data == order.data:
            return f"commit {self._newest(tip, path)}"
        commit = self._commit(order, path, tip, there)
        try:
            self._push(self._store, f"{commit}:refs/heads/{self._branch}")
        except GitFailed as failed:
            if MOVED.search(failed.output):
                return None
            raise
        self._store.run("update-ref", OURS, commit)
        return f"commit {commit}"

    def _newest(self, tip: str | None, path: str) -> str:
        """The newest commit known here that has to do with a path."""
        return self._store.run("log", "-1", "--format=%H", tip or "", "--", f":(literal){path}").strip()

    def _fetched(self) -> str | None:
        """The newest commit of the branch, fetched if it is not here; None in an empty repository."""
        tip = self._tip(self._store)
        if tip is None or self._has(tip):
            return tip
        # The branch is named and not its commit, which some servers do not give; so it may be newer than `tip`.
        wanted = f"+refs/heads/{self._branch}:{OURS}"
        options = ("--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        try:
            self._store.ask("fetch", *options, "--", self._access.address, wanted)
        except GitFailed as failed:
            # What stops it may as well lie in what is here.
            failed.is_local = True
            raise
        return self._store.run("rev-parse", "--verify", OURS).strip()

    def _tip(self, store: GitStore, seconds: float | None = None) -> str | None:
        """The newest commit of the branch there; None where the repository is empty."""
        ask = {"seconds": seconds} if seconds else {}
        wanted = f"refs/heads/{self._branch}"
        lines = store.ask("ls-remote", "--heads", "--", self._access.address, **ask).splitlines()
        branches = {name: commit for commit, _, name in (line.partition("\t") for line in lines)}
        if branches and wanted not in branches:
            others = ", ".join(sorted(name.removeprefix("refs/heads/") for name in branches)[:5])
            raise DeliveryError(
                f"{self._access.shown()} has no branch {self._branch}, only {others}; make it there, or change "
                "HOTPAPERS_TARGET_GIT_BRANCH."
            )
        return branches.get(wanted)

    def _has(self, commit: str) -> bool:
        try:
            self._store.run("cat-file", "-e", f"{commit}^{{tree}}")
        except GitFailed:
            return False
        return True

    def _there(self, tip: str | None, path: str) -> _There | None:
        if tip is None:
            return None
        listed = self._store.run("ls-tree", "-z", "--full-tree", tip, "--", path)
        if not listed:
            return None
        mode, kind, name = listed.partition("\t")[0].split()
        if kind != "blob" or mode == "120000":
            raise DeliveryError(f"{path} is no plain file in {self.describe()}; take it away and deliver again.")
        return _There(mode, self._store.read(name))

    def _commit(self, order: Order, path: str, tip: str | None, there: _There | None) -> str:
        """A commit on top of `tip` that puts or removes the one file."""
        if order.action == "put":
            name = self._store.run("hash-object", "-w", "--no-filters", "--stdin", data=order.data).strip()
            # Unlike lines of --index-info this gives way to a file or link that stands where the folder should be.
            change, data = ("--add", "--cacheinfo", f"{there.mode if there else '100644'},{name},{path}"), b""
        else:
            change, data = ("-z", "--index-info"), f"0 {NO_OBJECT}\t{path}\0".encode()
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._store.run("read-tree", tip or "--empty", environment=index)
            self._store.run("update-index", *change, data=data, environment=index)
            tree = self._store.run("write-tree", environment=index).strip()
        return self._commit_tree(self._store, tree, tip, commit_message(order))

    def _commit_tree(self, store: GitStore, tree: str, parent: str | None, message: str) -> str:
        name, _, mail = self._author.rstrip(">").rpartition(" <")
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", name), ("EMAIL", mail))
        }
        parents = ("-p", parent) if parent else ()
        words = ("commit-tree", tree, *parents, "-F", "-")
        return store.run(*words, data=message.encode("utf8", "replace"), environment=who).strip()

    def _push(self, store: GitStore, what: str, *options: str, seconds: float | None = None) -> None:
        # A repository on this machine may have the branch checked out: its files follow, unless one in it is changed.
        follow = ("--receive-pack=git -c receive.denyCurrentBranch=updateInstead receive-pack",)
        options = (*options, *(follow if self._access.is_local else ()))
        ask = {"seconds": seconds} if seconds else {}
        store.ask("push", "--porcelain", "--no-verify", *options, "--", self._access.address, what, **ask)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Held while the repository of our own is used; it ends with its process."""
        self._store.folder.parent.mkdir(parents=True, exist_ok=True)
        end = time.monotonic() + LOCK_SECONDS
        with open(self._store.folder.with_suffix(".lock"), "w") as file:
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
