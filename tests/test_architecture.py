"""The shape of the code: which way imports point, how large things may be, and what the repository may hold."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FUNCTION_LINES = 40
MODULE_LINES = 300
TEMPLATE_LINES = 120
FRAMEWORKS = {
    "flask",
    "flask_login",
    "flask_migrate",
    "flask_sqlalchemy",
    "flask_wtf",
    "htmx_flask",
    "werkzeug",
    "wtforms",
}
DATABASE = {"sqlalchemy", "alembic", "psycopg", "sqlite3"}
NETWORK = {"requests", "urllib3", "feedparser", "http.client", "urllib.request", "socket"}
# Of ours, what a package under app/ may import beside itself; packages that are not listed may import anything but web.
MAY_IMPORT = {
    "domain": set(),
    "connectors": {"domain"},
    "targets": {"domain"},
    "models": {"domain", "extensions"},
    "queries": {"domain", "models", "extensions"},
    "services": {"domain", "models", "queries", "targets", "extensions"},
    "demo": {"domain", "connectors"},
    "config": {"connectors", "domain"},
    "extensions": set(),
    "database": {"extensions"},
    "assets": {"bundles"},
    "bundles": set(),
}
# Of others, what a package may not import.
MAY_NOT_IMPORT = {
    "domain": FRAMEWORKS | DATABASE | NETWORK | {"click", "gunicorn", "dotenv"},
    "connectors": FRAMEWORKS | DATABASE | {"click"},
    "targets": FRAMEWORKS | DATABASE | {"click"},
    # The session that Flask-Login asks a person's row about is the one thing of the web that a table knows.
    "models": FRAMEWORKS - {"flask_login"} | NETWORK | {"click"},
    "queries": FRAMEWORKS | NETWORK | {"click"},
    # Hashing of passwords is the one thing taken from Werkzeug, which makes no request of it.
    "services": FRAMEWORKS - {"werkzeug"} | NETWORK | {"click"},
    "demo": FRAMEWORKS | DATABASE | NETWORK | {"click"},
    "web": NETWORK | {"click"},
}
# Written in pieces, so that this file does not hold what it looks for.
REGISTRIES = [
    "".join(parts)
    for parts in (("registry.", "npm", "js"), ("pypi", ".org"), ("python", "hosted", ".org"), ("yarn", "pkg", ".com"))
]
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w")
BINARY = {".png", ".jpg", ".ico", ".woff2", ".gz", ".db"}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module under app/ by its dotted name."""
    found = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(tree: ast.Module) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it: modules where they are ours, names as written else."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in modules() or node.module.split(".")[0] != "app" else node.module


def package(name: str) -> str:
    """The package directly under app/ that a module belongs to, "" for app itself."""
    return name.split(".")[1] if "." in name else ""


def tracked() -> list[Path]:
    """The files that the repository holds."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("this is no git repository, so nobody knows which files are tracked")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("name", modules())
def test_imports_of_ours_point_inward(name: str) -> None:
    own = package(name)
    for target in imports(modules()[name]):
        if target.split(".")[0] != "app" or package(target) == own:
            continue
        if own in MAY_IMPORT:
            assert package(target) in MAY_IMPORT[own], f"{name} imports {target}"
        elif own == "web":
            assert package(target) not in {"connectors", "targets", "cli", "demo"}, f"{name} imports {target}"
        elif own:
            assert package(target) != "web", f"{name} imports {target}"


@pytest.mark.parametrize("name", modules())
def test_each_layer_keeps_to_its_libraries(name: str) -> None:
    for target in imports(modules()[name]):
        for banned in MAY_NOT_IMPORT.get(package(name), ()):
            assert target != banned and not target.startswith(f"{banned}."), f"{name} imports {target}"


def test_no_module_imports_itself_by_a_detour() -> None:
    arrows = {name: {target for target in imports(tree) if target in modules()} for name, tree in modules().items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " imports ".join([*path[path.index(name) :], name])
        if name not in done:
            for target in arrows[name] - {name}:
                visit(target, (*path, name))
            done.add(name)

    for name in arrows:
        visit(name, ())


@pytest.mark.parametrize("name", modules())
def test_a_module_opens_with_its_promise_and_is_short(name: str) -> None:
    tree = modules()[name]
    path = ROOT / Path(*name.split("."))
    source = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    assert len(source.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES
    promise = ast.get_docstring(tree)
    assert promise, f"{name} does not say what it promises"
    assert re.search(r"[.`:?]$", promise.splitlines()[0]), f"the promise of {name} is more than one line"


@pytest.mark.parametrize("name", modules())
def test_functions_are_short_typed_and_told(name: str) -> None:
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.FunctionDef):
            lines = node.end_lineno - node.lineno + 1
            assert lines <= FUNCTION_LINES, f"{name}.{node.name} has {lines} lines"
            assert node.returns or node.name == "__init__", f"{name}.{node.name} does not say what it returns"
            named = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            assert all(arg.annotation or arg.arg in ("self", "cls") for arg in named), f"{name}.{node.name}"
    for node in public_functions(modules()[name]):
        assert ast.get_docstring(node), f"{name}.{node.name} has no docstring"


def public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The public functions of a module and the public methods of its public classes."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (part for part in node.body if isinstance(part, ast.FunctionDef) and part.name[0] != "_")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_only_services_commit() -> None:
    for name, tree in modules().items():
        if package(name) == "services":
            continue
        for node in ast.walk(tree):
            committing = isinstance(node, ast.Attribute) and node.attr == "commit"
            assert not committing, f"{name} commits in line {node.lineno}"


def test_templates_are_short() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= TEMPLATE_LINES, path.name


def test_no_tracked_file_names_a_package_registry_or_a_place_on_one_machine() -> None:
    for path in tracked():
        if path.suffix in BINARY:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for host in REGISTRIES:
            assert host not in text, f"{path.relative_to(ROOT)} names {host}"
        found = MACHINE_PATH.search(text)
        assert found is None, f"{path.relative_to(ROOT)} names {found and text[found.start() : found.end() + 20]}"


def test_what_others_wrote_is_fetched_and_not_tracked() -> None:
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        assert not {"node_modules", "vendor", ".venv", "instance"} & set(parts), path
        assert not path.name.endswith((".min.js", ".min.css")), path
