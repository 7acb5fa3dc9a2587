"""What of our own goes out joined and minified: which scripts and sheets, and whether that was done as they are now."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

# The scripts that pages name, each with all that it imports; a module in two of them would have its state twice.
SCRIPTS = ("desk", "remembered")
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
# A programme that hangs must not hold up the set-up.
PATIENCE = 60

# Files as they are now: their paths, and when they were changed, so that an edited one is read again.
Files = tuple[tuple[Path, int], ...]


def scripts(static: Path) -> Files:
    """All our scripts under the folder `static`."""
    folder = static / "js"
    return as_now(_scripts_in(folder, folder.stat().st_mtime_ns))


@lru_cache(maxsize=4)
def _scripts_in(folder: Path, _changed: int) -> list[Path]:
    """The files of a folder, which is looked through again when one came or went."""
    return sorted(folder.glob("*.js"))


def sheets(static: Path, name: str) -> Files:
    """The sheets of a name of SHEETS, in their order."""
    return as_now(_sheets_of(static, name))


@lru_cache(maxsize=16)
def _sheets_of(static: Path, name: str) -> list[Path]:
    """Their paths, put together once: every page asks for them."""
    return [static / "css" / f"{sheet}.css" for sheet in SHEETS[name]]


def as_now(paths: list[Path]) -> Files:
    """Files with the times of their last change. Raises FileNotFoundError."""
    return tuple((path, os.stat(path).st_mtime_ns) for path in paths)


@lru_cache(maxsize=64)
def stamp(files: Files) -> str:
    """Twelve letters that are others as soon as a file has another name or content."""
    return hashlib.sha256(b"\n".join(path.name.encode() + path.read_bytes() for path, _ in files)).hexdigest()[:12]


@lru_cache(maxsize=16)
def joined(files: Files) -> str:
    """The texts of files, one after the other."""
    return "\n".join(path.read_text(encoding="utf8") for path, _ in files)


def minified(static: Path, name: str, sources: Files) -> Path | None:
    """The file, such as desk.js or desk.css, that was made of exactly these sources; None where there is none."""
    path = static / "vendor" / "minified" / _name(name, sources)
    return path if path.exists() else None


def are_minified(static: Path) -> bool:
    """Whether every script and every sheet that pages name is there minified, as it is now."""
    return all(minified(static, name, sources) for name, sources in _wanted(static).items())


def minify(static: Path, esbuild: Path) -> None:
    """Make all that pages name with the programme `esbuild`; what was made of older sources goes away.

    Raises CalledProcessError or TimeoutExpired where that fails, and then leaves everything as it was.
    """
    target = static / "vendor" / "minified"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as place:
        # Of a copy, so that what is edited meanwhile is not taken for what was read.
        copy, made = Path(place) / "static", Path(place) / "made"
        for folder in ("js", "css"):
            shutil.copytree(static / folder, copy / folder)
        for sheet in SHEETS:
            (copy / f"{sheet}.css").write_text(joined(sheets(copy, sheet)), encoding="utf8")
        _run(esbuild, made, [copy / "js" / f"{script}.js" for script in SCRIPTS], "--bundle", "--format=esm")
        _run(esbuild, made, [copy / f"{sheet}.css" for sheet in SHEETS])
        kept = {_name(name, sources): made / name for name, sources in _wanted(copy).items()}
        for name, file in kept.items():
            file.replace(target / name)
    for path in target.iterdir():
        if path.is_file() and path.name not in kept:
            path.unlink(missing_ok=True)


def _wanted(static: Path) -> dict[str, Files]:
    """What pages name, and of what it is made."""
    of_scripts = scripts(static)
    return {f"{name}.js": of_scripts for name in SCRIPTS} | {f"{name}.css": sheets(static, name) for name in SHEETS}


def _name(name: str, sources: Files) -> str:
    # The name says what it was made of, so that nothing else must be kept and compared.
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{stamp(sources)}.{ending}"


def _run(esbuild: Path, target: Path, files: list[Path], *options: str) -> None:
    common = ("--minify", "--charset=utf8", "--log-level=warning", f"--outdir={target}")
    subprocess.run([esbuild, *files, *common, *options], check=True, timeout=PATIENCE, stdout=sys.stderr)
