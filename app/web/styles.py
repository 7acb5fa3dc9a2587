"""The style sheets: those that belong together go out as one file, whose address carries a stamp of what is in it."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, url_for

from app import bundles

bp = Blueprint("styles", __name__)


@bp.app_template_global()
def styles(name: str) -> str:
    """The address of the file `name` of bundles.SHEETS, as its sheets are now."""
    return url_for("styles.show", stamp=bundles.stamp(_files(name)), name=name)


@bp.get("/styles/<stamp>/<name>.css")
def show(stamp: str, name: str) -> Response:
    """All sheets of a name in one; under its own stamp the file may be kept for good."""
    if name not in bundles.SHEETS:
        abort(404, "There is no such style sheet.")
    files = _files(name)
    response = Response(bundles.joined(files), mimetype="text/css")
    if stamp == bundles.stamp(files):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _files(name: str) -> bundles.Files:
    """The minified file where it was made of the sheets as they are now; else, and for who develops, the sheets."""
    static = Path(current_app.static_folder or "")
    files = bundles.sheets(static, name)
    whole = None if current_app.debug else bundles.minified(static, f"{name}.css", files)
    return bundles.as_now([whole]) if whole else files
