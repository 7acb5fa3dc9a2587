"""A bare repository of our own, and the one way git is run: bounded in time, asking nobody, telling no secret."""

import base64
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

# What of the environment is for git's connections; the rest could lead it into another repository or make it talk.
KEPT = re.compile(r"GIT_(?:SSH|SSL|PROXY|HTTP)")
SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.logAllRefUpdates=false",
    "gc.autoDetach=false",
    "i18n.commitEncoding=utf-8",
    "protocol.allow=never",
    "protocol.ext.allow=never",
    "protocol.file.allow=always",
    "protocol.http.allow=always",
    "protocol.https.allow=always",
    "protocol.ssh.allow=always",
)
# Git asks it for the host of the token alone. The values come by the environment, which no list of processes shows.
HELPER = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$TARGET_GIT_USER" "$TARGET_GIT_TOKEN"; }; f'


class GitFailed(Exception):
    """A command of git failed; the message is what git said, in one line and without secrets.

    `is_local` says that it failed in our own repository; `output` is all that it printed.
    """

    def __init__(self, said: str, *, is_local: bool = True, output: str = "") -> None:
        super().__init__(said)
        self.is_local = is_local
        self.output = output


@dataclass(frozen=True, slots=True)
class Access:
    """An address of a repository, and the name and token that open it, if any."""

    address: str
    user: str = ""
    token: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """Whether it is a path on this machine."""
        return self.address.startswith("/")

    def shown(self) -> str:
        """The address without its scheme and whoever stands before the host."""
        return re.sub(r"^(?:\w+://)?(?:[^@/]*@)?", "", self.address)

    def cleaned(self, said: str) -> str:
        """What git said, without the token in any of its spellings."""
        if self.token:
            pair = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
            for secret in (self.token, quote(self.token, safe=""), pair):
                said = said.replace(secret, "…")
        return said


class GitStore:
    """Runs git in the bare repository `folder` on behalf of one that is elsewhere, for so many seconds in all."""

    def __init__(self, folder: Path, access: Access, seconds: float) -> None:
        self.folder = folder
        self.access = access
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def prepare(self) -> None:
        """Make the repository if it is not there. Locks in it are those of a process that died: ours is held."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in (*self.folder.glob("*.lock"), *self.folder.glob("refs/**/*.lock")):
            left.unlink(missing_ok=True)
        if not (self.folder / "HEAD").exists():
            self.run("init", "--quiet", "--bare", "--template=", str(self.folder))

    def run(self, *words: str, data: bytes = b"", environment: Mapping[str, str] | None = None) -> str:
        """What a command prints that stays in the repository; raises GitFailed."""
        return self._output(words, data, environment).decode("utf8", "replace")

    def ask(self, *words: str) -> str:
        """What a command prints that speaks with the other repository; raises GitFailed."""
        return self._output(words, is_local=False).decode("utf8", "replace")

    def read(self, name: str) -> bytes:
        """The bytes of an object."""
        return self._output(("cat-file", "blob", name))

    def _output(
        self,
        words: tuple[str, ...],
        data: bytes = b"",
        environment: Mapping[str, str] | None = None,
        *,
        is_local: bool = True,
    ) -> bytes:
        settings = [part for setting in (*SETTINGS, *self._opening()) for part in ("-c", setting)]
        command = ["git", f"--git-dir={self.folder}", *settings, *words]
        try:
            left = max(0.0, self._end - time.monotonic())
            code, output, said = _run_bounded(command, data, self._environment() | (environment or {}), left)
        except FileNotFoundError:
            raise GitFailed("git is not installed on this machine", is_local=False) from None
        except subprocess.TimeoutExpired:
            raise GitFailed(f"it was not done after {self._seconds:.0f} seconds", is_local=False) from None
        if code:
            told = self.access.cleaned(said.decode("utf8", "replace"))
            printed = self.access.cleaned(output.decode("utf8", "replace"))
            raise GitFailed(_one_line(told), is_local=is_local, output=f"{printed}\n{told}")
        return output

    def _opening(self) -> tuple[str, ...]:
        """The settings that open an address by a token: for its host only, and in place of whatever keeps passwords."""
        if not self.access.token:
            return ()
        parts = urlsplit(self.access.address)
        return ("credential.helper=", f"credential.{parts.scheme}://{parts.netloc}.helper={HELPER}")

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GIT_", "HOTPAPERS_")) or KEPT.match(name)
        }
        quiet = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS_REQUIRE": "never"}
        secret = {"TARGET_GIT_USER": self.access.user, "TARGET_GIT_TOKEN": self.access.token}
        return kept | quiet | (secret if self.access.token else {})


def _run_bounded(
    command: list[str], data: bytes, environment: dict[str, str], seconds: float
) -> tuple[int, bytes, bytes]:
    """Exit code, output and errors; when the time is over, the command ends together with all that it started."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
    ) as process:
        try:
            output, said = process.communicate(data, timeout=seconds)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, output, said


def _one_line(said: str) -> str:
    """The line that says why, without git's word before it: the last fatal one or error, or what was said last."""
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip() and not line.startswith("hint:")]
    grave = [line for line in lines if line.startswith(("fatal:", "error:", "remote: error:"))]
    refused = [line for line in grave if "failed to push some refs" not in line]
    line = (refused or grave or lines or ["it gave no reason"])[-1]
    return re.sub(r"^(?:remote: )?(?:fatal|error): ", "", line).rstrip(".")[:300]
