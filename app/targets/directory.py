"""A folder as a target: files come in whole or not at all, and nothing that is not ours is overwritten."""

import os
import tempfile
from pathlib import Path

from app.domain.delivery import DeliveryError


class DirectoryTarget:
    """Writes posts into a folder, each by a synced temporary file and a rename."""

    name = "directory"

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def describe(self) -> str:
        """The folder's path."""
        return str(self.directory)

    def deliver(self, file_name: str, data: bytes) -> str:
        """Write the post and return its path. A file of the same bytes is left alone, one of other bytes is refused."""
        path = self.directory / file_name
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            if path.exists():
                self._refuse_other(path, data)
            else:
                self._write(path, data)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise DeliveryError(f"{path} cannot be written ({reason}); free the way and deliver again.") from error
        return str(path)

    def _refuse_other(self, path: Path, data: bytes) -> None:
        if path.read_bytes() != data:
            raise DeliveryError(f"{path} is there already with other content; move it away and deliver again.")

    def _write(self, path: Path, data: bytes) -> None:
        handle, temporary = tempfile.mkstemp(dir=self.directory, prefix=".post-", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), 0o644)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.rename(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        self._sync_directory()

    def _sync_directory(self) -> None:
        """The rename itself is durable only once the folder is synced."""
        handle = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
