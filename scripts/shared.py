"""Helpers of the scripts. Standard library only: they run before anything is installed."""

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
# uv has its own names for what may be configured for pip.
UV_NAMES = {
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_CERT": "SSL_CERT_FILE",
}

Command = Sequence[str | os.PathLike[str]]


def say(text: str) -> None:
    """Prints a line that says what is being done and, where it is not obvious, why."""
    print(f">> {text}", flush=True)


def fail(text: str) -> SystemExit:
    """An exception that ends the script with a message: `raise fail("...")`."""
    return SystemExit(f">> {text}")


def run(command: Command, **options) -> None:
    """Runs a command and, where it fails, ends the script with its status."""
    status = subprocess.run(command, check=False, **options).returncode
    if status:
        print(f">> failed: {' '.join(map(str, command))}", file=sys.stderr, flush=True)
        raise SystemExit(status)


def uv(*arguments: str | os.PathLike[str]) -> Command:
    """The command line of uv, which `.venv` has."""
    return [sys.executable, "-m", "uv", *arguments]


def uv_environment() -> dict[str, str]:
    """The environment for uv: pip's configuration under uv's names, pyenv's Pythons on the PATH."""
    named = {uv: os.environ[pip] for pip, uv in UV_NAMES.items() if pip in os.environ}
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    paths = [os.environ.get("PATH", ""), *map(str, sorted(pyenv.glob("versions/*/bin")))]
    # uv compiles nothing; without bytecode each of TensorFlow's imports would take ten seconds more.
    without = {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"}
    inherited = {name: value for name, value in os.environ.items() if name not in without}
    # uv brings certificates of its own; pip trusts those of the system.
    return {"UV_SYSTEM_CERTS": "true"} | named | inherited | {"PATH": os.pathsep.join(paths)}


def venv_program(venv: pathlib.Path, name: str) -> pathlib.Path:
    """The path of a program in a virtual environment."""
    return venv / ("Scripts" if os.name == "nt" else "bin") / name


class Stamp:
    """A file that records which inputs something was installed from, so that it is done once.

    Args:
        path: The file. It lies inside what was installed, so that both are deleted together.
        inputs: Files and texts; the stamp is stale when any of them changes.
    """

    def __init__(self, path: pathlib.Path, inputs: Iterable[pathlib.Path | str]):
        self._path = path
        digest = hashlib.sha256()
        for part in inputs:
            digest.update(part.read_bytes() if isinstance(part, pathlib.Path) else part.encode())
        self._digest = digest.hexdigest()

    def is_fresh(self) -> bool:
        """Whether the same inputs were installed before."""
        return self._path.exists() and self._path.read_text() == self._digest

    def write(self) -> None:
        """Records that they are installed."""
        self._path.write_text(self._digest)
