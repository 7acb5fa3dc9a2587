"""What `make` says and refuses before anything is installed."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make here")


def make(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run make in a folder, as from a shell of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    return subprocess.run([MAKE, *args], cwd=folder, env=clean, capture_output=True, text=True, timeout=60)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A folder with the Makefile and the requirements, and nothing installed."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_make_alone_lists_the_words() -> None:
    done = make(ROOT)
    assert done.returncode == 0
    assert {"run", "test", "demo", "ingest", "lint", "clean", "setup"} <= {
        line.split()[1] for line in done.stdout.splitlines()
    }


@pytest.mark.parametrize("python", ["no-such-python", "old-python", "bare-python"])
def test_a_python_that_will_not_do_is_refused_in_one_sentence(fresh: Path, python: str) -> None:
    for name, what in (
        ("old-python", "sys.version_info = (3, 10)"),
        ("bare-python", "sys.modules['ensurepip'] = None"),
    ):
        script = fresh / name
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import sys; {what}; exec(sys.argv[1])" "$2"\n')
        script.chmod(0o755)
    done = make(fresh, "setup", f"PYTHON={python if python.startswith('no') else fresh / python}")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize("name", [".venv/installed"])
def test_what_is_installed_is_not_installed_again(fresh: Path, name: str) -> None:
    (fresh / ".venv").mkdir()
    (fresh / name).touch()
    assert make(fresh, "--question", name).returncode == 0
    os.utime(fresh / "requirements.txt", (2**31, 2**31))
    assert make(fresh, "--question", name).returncode == 1


def serving(**where: str) -> subprocess.CompletedProcess[str]:
    """What `make run` asks of an address before it does anything else."""
    env = os.environ | where
    return subprocess.run([sys.executable, "gunicorn.conf.py"], cwd=ROOT, env=env, capture_output=True, text=True)


def test_a_port_in_use_is_one_plain_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = serving(HOST="127.0.0.1", PORT=str(port))
    assert done.returncode == 1
    assert f"127.0.0.1:{port} (address already in use)" in done.stderr
    assert done.stderr.count("\n") == 1
    assert serving(HOST="127.0.0.1", PORT=str(port)).returncode == 0


@pytest.mark.parametrize("port", ["0", "70000", "five", "-1"])
def test_a_port_that_is_none_is_refused_by_name(port: str) -> None:
    done = serving(PORT=port)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"PORT must be a number from 1 to 65535, not {port}." in done.stderr
