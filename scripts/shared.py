"""What the scripts share. Standard library only: they run before anything is installed."""

import hashlib
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterable, Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BUILD = ROOT / "build"
FRONTEND = ROOT / "frontend"


def say(text: str) -> None:
    """One line that tells what is done and, where it is not plain, why."""
    print(f">> {text}", flush=True)


def fail(text: str) -> "SystemExit":
    """An exception that ends the script with a message: `raise fail("...")`."""
    return SystemExit(f">> {text}")


def run(command: Sequence[str | os.PathLike], **options) -> None:
    """Runs a command and ends the script with its status where it fails."""
    status = subprocess.run(command, check=False, **options).returncode
    if status:
        print(f">> failed: {' '.join(map(str, command))}", file=sys.stderr, flush=True)
        raise SystemExit(status)


def venv_program(venv: pathlib.Path, name: str) -> pathlib.Path:
    """Path of a program in a virtual environment."""
    return venv / ("Scripts" if os.name == "nt" else "bin") / name


def ensure_venv(venv: pathlib.Path, python: str = sys.executable) -> None:
    """Makes a virtual environment where there is none that works."""
    program = venv_program(venv, "python")
    if (
        program.exists()
        and subprocess.run(
            [program, "-m", "pip", "--version"], capture_output=True, check=False
        ).returncode
        == 0
    ):
        return
    say(f"Making {venv.relative_to(ROOT)}")
    # Debian's own Python can make none until python3-venv is installed; it says so itself.
    run([python, "-m", "venv", "--clear", venv])


def pip_install(venv: pathlib.Path, *arguments: str | os.PathLike) -> None:
    """Quiet `pip install` into a virtual environment."""
    python = venv_program(venv, "python")
    run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments],
        cwd=ROOT,
    )


class Stamp:
    """Remembers in a file what was installed from which inputs, so that it is done once.

    Args:
        path: The file; it lives in what it vouches for, so that both go together.
        inputs: Files and texts; any change makes the stamp stale.
    """

    def __init__(self, path: pathlib.Path, inputs: Iterable[pathlib.Path | str]):
        self._path = path
        digest = hashlib.sha256()
        for part in inputs:
            digest.update(part.read_bytes() if isinstance(part, pathlib.Path) else part.encode())
        self._digest = digest.hexdigest()

    def is_fresh(self) -> bool:
        """Whether the same was done before."""
        return self._path.exists() and self._path.read_text() == self._digest

    def write(self) -> None:
        """Notes that it is done."""
        self._path.write_text(self._digest)
