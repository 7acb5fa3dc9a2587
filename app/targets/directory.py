"""A folder as a target: files come in whole or not at all, and nothing that is not ours is overwritten."""

import errno
import os
import tempfile
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from app.domain.delivery import ChangedThere, DeliveryError, Order, checked_name, may_replace

# What file systems say that know no hard links.
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
BEGINNING, END = ".post-", ".part"
# Seconds after which nobody is writing a file any more: whoever began it was killed.
LEFT_AFTER = 3600.0


class DirectoryTarget:
    """Writes posts into a folder, each by a synced temporary file and a rename."""

    name = "directory"
    is_hook = False

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def describe(self) -> str:
        """The folder's path."""
        return str(self.directory)

    def deliver(self, order: Order) -> str:
        """Write or remove the post and return its path; raises ChangedThere for a file that is not ours."""
        if order.action == "remove":
            return self.remove(order.file_name, order.data, replaces=order.replaces)
        return self.put(order.file_name, order.data, replaces=order.replaces)

    def put(self, file_name: str, data: bytes, *, replaces: Collection[str] = ()) -> str:
        """Write a file and return its path. One of the same bytes is left alone; another only if in `replaces`."""
        path = self.directory / checked_name(file_name)
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            if self._found(path, data, replaces) != data:
                self._write(path, data, replaces)
        except OSError as error:
            raise _unwritten(path, error) from error
        return str(path)

    def remove(self, file_name: str, data: bytes, *, replaces: Collection[str] = ()) -> str:
        """Take a file away that is `data` or in `replaces`, and say so; one that is gone already is no error."""
        path = self.directory / checked_name(file_name)
        try:
            if self._found(path, data, replaces) is None:
                return f"{path} is not there"
            path.unlink(missing_ok=True)
            self._sync_directory()
        except OSError as error:
            raise _unwritten(path, error) from error
        return f"{path} was removed"

    def check(self) -> str | None:
        """Why nothing can be written into the folder, or into the one that it would be made in."""
        folder = self.directory
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        try:
            # Without a name, so that nobody who watches the folder sees anything.
            with tempfile.TemporaryFile(dir=folder):
                return None
        except OSError as error:
            return f"{self.directory} cannot be written to ({_reason(error)})."

    def _found(self, path: Path, data: bytes, replaces: Collection[str]) -> bytes | None:
        """What stands there, if it is ours to overwrite; None where nothing does."""
        if path.is_symlink():
            raise DeliveryError(f"{path} is a link to elsewhere; take it away and deliver again.")
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            return None
        if not may_replace(found, data, replaces):
            raise ChangedThere(f"{path} is there already with other content; nothing was overwritten.", found=found)
        return found

    def _write(self, path: Path, data: bytes, replaces: Collection[str]) -> None:
        self._clear_away()
        handle, name = tempfile.mkstemp(dir=self.directory, prefix=BEGINNING, suffix=END)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), 0o644)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            self._put_in_place(temporary, path, data, replaces)
        finally:
            temporary.unlink(missing_ok=True)
        self._sync_directory()

    def _put_in_place(self, temporary: Path, path: Path, data: bytes, replaces: Collection[str]) -> None:
        # Looked at again at the last moment: writing and syncing may have taken a while.
        if self._found(path, data, replaces) is None:
            try:
                # Unlike a rename it fails where a file has come up meanwhile.
                return os.link(temporary, path)
            except FileExistsError:
                self._found(path, data, replaces)
            except OSError as error:
                if error.errno not in NO_LINKS:
                    raise
        os.replace(temporary, path)

    def _clear_away(self) -> None:
        """Remove what processes left that were killed while they wrote; whoever may not, leaves it."""
        for left in self.directory.glob(f"{BEGINNING}*{END}"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > LEFT_AFTER:
                    left.unlink()

    def _sync_directory(self) -> None:
        """The rename itself is durable only once the folder is synced."""
        handle = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unwritten(path: Path, error: OSError) -> DeliveryError:
    return DeliveryError(f"{path} cannot be written ({_reason(error)}); free the way and deliver again.")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
