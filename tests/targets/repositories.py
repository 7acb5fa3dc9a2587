"""Real repositories for the tests of the git target: bare ones as remotes, and somebody else who writes into them."""

import os
import subprocess
import threading
from pathlib import Path

# Nobody's own settings have a say, and every commit has an author.
QUIET = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Grete Holm",
    "GIT_AUTHOR_EMAIL": "grete@site.example",
    "GIT_COMMITTER_NAME": "Grete Holm",
    "GIT_COMMITTER_EMAIL": "grete@site.example",
}
INDEXES = iter(range(10**9))


def git(repository: Path, *words: str, data: bytes = b"", **environment: str) -> str:
    """What a command of git prints in a repository."""
    done = subprocess.run(
        ["git", *words],
        cwd=repository,
        input=data,
        env=QUIET | environment,
        capture_output=True,
        timeout=30,
        check=True,
    )
    return done.stdout.decode()


def bare(path: Path) -> Path:
    """An empty bare repository whose branch is main."""
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--bare", "--initial-branch=main")
    return path


def shown(repository: Path, path: str, branch: str = "main") -> bytes:
    """The bytes of a file in a branch."""
    words = ["git", "cat-file", "blob", f"{branch}:{path}"]
    return subprocess.run(words, cwd=repository, env=QUIET, capture_output=True, timeout=30, check=True).stdout


def commits(repository: Path, branch: str = "main") -> list[str]:
    """The subjects of a branch, oldest first."""
    return git(repository, "log", "--reverse", "--format=%s", branch).splitlines()


def write(repository: Path, files: dict[str, bytes], subject: str, branch: str = "main", mode: str = "100644") -> str:
    """Commit files to a branch as somebody else, in one step that fails if the branch has moved; the commit."""
    index = {"GIT_INDEX_FILE": str(repository / f"index-{next(INDEXES)}-{threading.get_ident()}")}
    known = git(repository, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").strip()
    git(repository, "read-tree", known or "--empty", **index)
    for path, data in files.items():
        blob = git(repository, "hash-object", "-w", "--stdin", data=data).strip()
        git(repository, "update-index", "--index-info", data=f"{mode} {blob}\t{path}\n".encode(), **index)
    tree = git(repository, "write-tree", **index).strip()
    parents = ["-p", known] if known else []
    commit = git(repository, "commit-tree", tree, *parents, "-m", subject).strip()
    git(repository, "update-ref", f"refs/heads/{branch}", commit, known or "0" * 40)
    return commit


def hook(repository: Path, name: str, script: str) -> None:
    """Put a hook of a few shell lines into a repository."""
    path = repository / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
