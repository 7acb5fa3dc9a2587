"""The style sheets: those that belong together go out as one file, whose address carries a stamp of what is in it."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, url_for

bp = Blueprint("styles", __name__)

# In the order in which they stand in the file; tokens.css says which layer wins. A new sheet is added here.
SHEETS = {
    "desk": (
        "tokens",
        "base",
        "mathematics",
        "desk",
        "preview",
        "collecting",
        "trends",
        "waiting",
        "evidence",
        "mentions",
        "keys",
        "hands",
        "filters",
        "together",
        "writing",
        "history",
        "lookback",
        "first",
        "publishing",
        "rehearsal",
        "corrections",
        "elsewhere",
    ),
    # What the style guide wears besides.
    "styleguide": ("styleguide",),
    # What the document of a post or of its preview wears.
    "post": ("tokens", "mathematics", "post"),
    # What the pages for readers wear.
    "public": ("tokens", "mathematics", "public"),
}


@bp.app_template_global()
def styles(name: str) -> str:
    """The address of the file `name` of SHEETS, as its sheets are now."""
    return url_for("styles.show", stamp=_joined(_files(name))[0], name=name)


@bp.get("/styles/<stamp>/<name>.css")
def show(stamp: str, name: str) -> Response:
    """All sheets of a name in one; under its own stamp the file may be kept for good."""
    if name not in SHEETS:
        abort(404, "There is no such style sheet.")
    current, text = _joined(_files(name))
    response = Response(text, mimetype="text/css")
    if stamp == current:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _files(name: str) -> tuple[tuple[Path, int], ...]:
    folder = Path(current_app.static_folder or "") / "css"
    paths = [folder / f"{sheet}.css" for sheet in SHEETS[name]]
    # The times are there so that a sheet that was edited is read again, without a restart.
    return tuple((path, path.stat().st_mtime_ns) for path in paths)


@lru_cache(maxsize=8)
def _joined(files: tuple[tuple[Path, int], ...]) -> tuple[str, str]:
    text = "\n".join(path.read_text(encoding="utf8") for path, _ in files)
    return hashlib.sha256(text.encode()).hexdigest()[:12], text
