"""The branch of a repository that is elsewhere: what stands in it, and commits on top of it without a working tree."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.domain.delivery import DeliveryError
from app.targets.git_store import GitFailed, GitStore

OURS = "refs/target/branch"
NO_OBJECT = "0" * 40
LINK = "120000"
# What a repository answers when the branch is no more what it was when we looked.
MOVED = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|incorrect old value"
    r"|reference already exists|remote ref updated since checkout"
)


@dataclass(frozen=True, slots=True)
class There:
    """What stands at a path of the branch."""

    mode: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """One file put (`data`) or removed (None) in one commit; `author` is written as Name <name@host>."""

    path: str
    data: bytes | None
    message: str
    author: str


class GitBranch:
    """A branch by the store that was made for it. Every method raises GitFailed for what git says.

    There is never a working tree, so no link, filter or attribute of the repository has a say in what is written.
    """

    def __init__(self, store: GitStore, name: str) -> None:
        self._store = store
        self._access = store.access
        self._name = name
        self._reference = f"refs/heads/{name}"

    def tip(self) -> str | None:
        """The newest commit there, None in an empty repository; DeliveryError where only the branch is missing."""
        lines = self._store.ask("ls-remote", "--heads", "--", self._access.address).splitlines()
        branches = {name: commit for commit, _, name in (line.partition("\t") for line in lines)}
        if branches and self._reference not in branches:
            others = ", ".join(sorted(name.removeprefix("refs/heads/") for name in branches)[:5])
            raise DeliveryError(
                f"{self._access.shown()} has no branch {self._name}, only {others}; make it there, or change "
                "HOTPAPERS_TARGET_GIT_BRANCH."
            )
        return branches.get(self._reference)

    def fetched(self) -> str | None:
        """The newest commit, fetched if it is not here; None in an empty repository."""
        tip = self.tip()
        if tip is None or self._has(tip):
            return tip
        # The branch is named and not its commit, which some servers do not give; so it may be newer than `tip`.
        options = ("--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        try:
            self._store.ask("fetch", *options, "--", self._access.address, f"+{self._reference}:{OURS}")
        except GitFailed as failed:
            # What stops it may as well lie in what is here.
            failed.is_local = True
            raise
        return self._store.run("rev-parse", "--verify", OURS).strip()

    def there(self, tip: str | None, path: str) -> There | None:
        """The file at a path as of a commit; DeliveryError where that is no plain file."""
        listed = self._store.run("ls-tree", "-z", "--full-tree", tip, "--", path) if tip else ""
        if not listed:
            return None
        mode, kind, name = listed.partition("\t")[0].split()
        if kind != "blob" or mode == LINK:
            raise DeliveryError(
                f"{path} is no plain file in the branch {self._name} of {self._access.shown()}; take it away and "
                "deliver again."
            )
        return There(mode, self._store.read(name))

    def newest(self, tip: str | None, path: str) -> str:
        """The newest commit known here that has to do with a path."""
        return self._store.run("log", "-1", "--format=%H", tip or "", "--", f":(literal){path}").strip()

    def make_commit(self, change: Change, tip: str | None, there: There | None) -> str:
        """A commit on top of `tip`, where `there` stands at the path."""
        if change.data is None:
            words, data = ("-z", "--index-info"), f"0 {NO_OBJECT}\t{change.path}\0".encode()
        else:
            name = self._store.run("hash-object", "-w", "--no-filters", "--stdin", data=change.data).strip()
            # Unlike lines of --index-info this gives way to a file or link that stands where the folder should be.
            mode = there.mode if there else "100644"
            words, data = ("--add", "--cacheinfo", f"{mode},{name},{change.path}"), b""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._store.run("read-tree", tip or "--empty", environment=index)
            self._store.run("update-index", *words, data=data, environment=index)
            tree = self._store.run("write-tree", environment=index).strip()
        return self._commit_tree(tree, tip, change.message, change.author)

    def push(self, commit: str) -> bool:
        """Make a commit the newest of the branch there; False where somebody else was quicker."""
        try:
            self._push(f"{commit}:{self._reference}")
        except GitFailed as failed:
            if MOVED.search(failed.output):
                return False
            raise
        self._store.run("update-ref", OURS, commit)
        return True

    def rehearse(self, author: str) -> None:
        """Ask whether a push would be let in, of which nothing is sent."""
        tree = self._store.run("hash-object", "-w", "-t", "tree", "--stdin").strip()
        commit = self._commit_tree(tree, None, "Nothing", author)
        # A branch that is nowhere: asking for the real one would be refused as no step forward.
        self._push(f"{commit}:refs/heads/hotpapers-check-{commit[:12]}", "--dry-run")

    def _has(self, commit: str) -> bool:
        try:
            self._store.run("cat-file", "-e", f"{commit}^{{tree}}")
        except GitFailed:
            return False
        return True

    def _commit_tree(self, tree: str, parent: str | None, message: str, author: str) -> str:
        name, _, mail = author.rstrip(">").rpartition(" <")
        who = {f"GIT_{role}_NAME": name for role in ("AUTHOR", "COMMITTER")}
        who |= {f"GIT_{role}_EMAIL": mail for role in ("AUTHOR", "COMMITTER")}
        words = ("commit-tree", tree, *(("-p", parent) if parent else ()), "-F", "-")
        return self._store.run(*words, data=message.encode("utf8", "replace"), environment=who).strip()

    def _push(self, what: str, *options: str) -> None:
        if self._access.is_local:
            # It may have the branch checked out: its files follow then, unless one of them is changed.
            options = (*options, "--receive-pack=git -c receive.denyCurrentBranch=updateInstead receive-pack")
        self._store.ask("push", "--porcelain", "--no-verify", *options, "--", self._access.address, what)
