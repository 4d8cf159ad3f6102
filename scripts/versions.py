"""Runs the core tests with other versions than `requirements-test.txt` names.

    python scripts/versions.py oldest reading      # what CI runs: the oldest that pyproject.toml admits
    python scripts/versions.py newest              # the pinned versions on the newest Python
    python scripts/versions.py all

Each end has a virtual environment below `build/versions`. Its Python is looked for on the PATH, among
those of pyenv, and in $PYTHONS (a list of programs, separated as PATH is). Where there is none the end
is skipped, and the exit status is 77 if nothing else went wrong.
"""

import argparse
import dataclasses
import glob
import os
import pathlib
import platform
import shutil
import subprocess
import sys

import shared

SKIPPED = 77
ROOT = shared.BUILD / "versions"
MARK = "pytest.mark.core"
REQUIREMENTS = shared.ROOT / "requirements-test.txt"
IS_LINUX_X86 = sys.platform == "linux" and platform.machine() == "x86_64"
TENSORFLOW = "tensorflow-cpu" if IS_LINUX_X86 else "tensorflow"
# The lowest versions in pyproject.toml; tests/test_versions.py compares.
FLOOR = {
    "keras": "3.10.0",
    "numpy": "1.26.0",
    "protobuf": "3.20.3",
    "werkzeug": "2.0.0",
    "markupsafe": "2.1.1",
    "google-crc32c": "1.5.0",
}
TENSORBOARD_FLOOR = "2.16.2"
TENSORFLOW_FLOOR = "2.18.0"
NEWEST_TOOLS = ("pytest", "pytest-xdist", "hypothesis")
TOOLS = ("pytest==8.4.2", "pytest-xdist==3.6.1", "hypothesis==6.100.0")


@dataclasses.dataclass(frozen=True)
class End:
    """One end of what is supported.

    Attributes:
        python: Version of Python.
        packages: What pip is asked for.
        folders: Where the tests are that are run.
    """

    python: str
    packages: tuple[str, ...]
    folders: tuple[str, ...]


def _pins(versions: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{name}=={version}" for name, version in versions.items())


READING = ("tests/records", "tests/store", "tests/plugin")
ENDS = {
    # TensorFlow 2.18 asks for TensorBoard 2.18; an older one can only be where nothing is trained.
    "oldest": End(
        "3.10",
        (f"{TENSORFLOW}=={TENSORFLOW_FLOOR}", "tensorboard==2.18.0", *_pins(FLOOR), *TOOLS),
        ("tests",),
    ),
    "reading": End("3.10", (f"tensorboard=={TENSORBOARD_FLOOR}", *_pins(FLOOR), *TOOLS), READING),
    "newest": End(
        "3.13",
        (TENSORFLOW, "tensorboard", *FLOOR, *NEWEST_TOOLS, "-c", str(REQUIREMENTS)),
        ("tests",),
    ),
}


def find_python(version: str) -> str | None:
    """A Python of that version which runs, or None."""
    named = [shutil.which(f"python{version}") or "", sys.executable]
    named += os.environ.get("PYTHONS", "").split(os.pathsep)
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    named += sorted(glob.glob(f"{pyenv}/versions/{version}.*/bin/python"))
    show = "import sys; print('%d.%d' % sys.version_info[:2])"
    for program in filter(None, named):
        done = subprocess.run([program, "-c", show], capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return program
    return None


def core_files(folders: tuple[str, ...]) -> list[str]:
    """Test files with the mark: others may need packages that are not there."""
    paths = (path for folder in folders for path in (shared.ROOT / folder).rglob("test_*.py"))
    return sorted(str(path.relative_to(shared.ROOT)) for path in paths if MARK in path.read_text())


def run(name: str, end: End) -> int:
    """Sets an end up, unless that was done, and runs its tests; gives a status."""
    python = find_python(end.python)
    if python is None:
        shared.say(f"SKIPPED: {name}: no Python {end.python} here; name one in $PYTHONS")
        return SKIPPED
    venv = ROOT / name
    stamp = shared.Stamp(venv / ".installed", [repr(end), python, *_files(end)])
    if not stamp.is_fresh():
        shared.say(
            f"Installing into build/versions/{name}: Python {end.python}, {end.packages[0]} ..."
        )
        shared.ensure_venv(venv, python)
        shared.pip_install(venv, *end.packages)
        stamp.write()
    program = shared.venv_program(venv, "python")
    say_versions(name, program)
    environment = os.environ | {"PYTHONPATH": str(shared.ROOT), "KERAS_BACKEND": "tensorflow"}
    command = [program, "-m", "pytest", "-q", "-m", "core", "-n", "2", "--dist", "worksteal"]
    command += ["-p", "no:cacheprovider", *core_files(end.folders)]
    return subprocess.run(command, cwd=shared.ROOT, env=environment, check=False).returncode


def say_versions(name: str, program: pathlib.Path) -> None:
    """Prints what was really installed."""
    names = ["tensorflow", "tensorflow-cpu", "tensorboard", *FLOOR]
    code = (
        "import importlib.metadata as m, sys\n"
        "for name in sys.argv[1:]:\n"
        "    try: print(name, m.version(name), end='  ')\n"
        "    except m.PackageNotFoundError: pass\n"
    )
    found = subprocess.run(
        [program, "-c", code, *names], capture_output=True, text=True, check=True
    )
    shared.say(f"{name}: {found.stdout.strip()}")


def _files(end: End) -> list[pathlib.Path]:
    return [REQUIREMENTS] if str(REQUIREMENTS) in end.packages else []


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ends", nargs="+", choices=[*ENDS, "all"])
    chosen = parser.parse_args().ends
    names = list(ENDS) if "all" in chosen else chosen
    statuses = [run(name, ENDS[name]) for name in names]
    failed = [status for status in statuses if status not in (0, SKIPPED)]
    return failed[0] if failed else max(statuses)


if __name__ == "__main__":
    sys.exit(main())
