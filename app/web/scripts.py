"""The addresses of the scripts: one stamp stands in the path of all, so that a module is one however it is loaded."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory, url_for

bp = Blueprint("scripts", __name__)


def _folder() -> Path:
    return Path(current_app.static_folder or "") / "js"


def current_stamp() -> str:
    """The stamp of the scripts as they are now."""
    return _stamp(tuple((file, file.stat().st_mtime_ns) for file in sorted(_folder().glob("*.js"))))


@lru_cache(maxsize=8)
def _stamp(files: tuple[tuple[Path, int], ...]) -> str:
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file, _ in files)).hexdigest()[:12]


@bp.app_template_global()
def script(name: str) -> str:
    """The address of a script. What it imports by a name beside it has the same stamp, and so is loaded once."""
    return url_for("scripts.show", stamp=current_stamp(), name=f"{name}.js")


@bp.get("/scripts/<stamp>/<name>")
def show(stamp: str, name: str) -> Response:
    """A script; under its own stamp it may be kept for good."""
    response = send_from_directory(_folder(), name, mimetype="text/javascript")
    if stamp == current_stamp():
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
