"""The addresses of the scripts: minified in one file, or one by one under one stamp, so that none is loaded twice."""

from pathlib import Path

from flask import Blueprint, Response, current_app, send_file, send_from_directory, url_for

from app import bundles
from app.web.of_late import of_late

bp = Blueprint("scripts", __name__)


def _folder() -> Path:
    return Path(current_app.static_folder or "")


def _minified(folder: Path, name: str) -> Path | None:
    # Who develops wants to read what runs.
    return None if current_app.debug else bundles.minified(folder, name, bundles.scripts(folder))


@bp.app_template_global()
def script(name: str) -> str:
    """The address of a script of bundles.SCRIPTS: minified with all that it imports where that was done as it is now.

    Else it is by itself, and what it imports by a name beside it has the same stamp, and so is loaded once.
    """
    files = of_late(_files, _folder(), f"{name}.js")
    return url_for("scripts.show", stamp=bundles.stamp(files), name=f"{name}.js")


def _files(folder: Path, name: str) -> bundles.Files:
    whole = _minified(folder, name)
    return bundles.as_now([whole]) if whole else bundles.scripts(folder)


@bp.get("/scripts/<stamp>/<name>")
def show(stamp: str, name: str) -> Response:
    """A script: minified under the stamp of that, else by itself; under its own stamp it may be kept for good."""
    whole = _minified(_folder(), name)
    if whole and stamp == bundles.stamp(bundles.as_now([whole])):
        response, is_own = send_file(whole, mimetype="text/javascript"), True
    else:
        response = send_from_directory(_folder() / "js", name, mimetype="text/javascript")
        is_own = stamp == bundles.stamp(bundles.scripts(_folder()))
    if is_own:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
