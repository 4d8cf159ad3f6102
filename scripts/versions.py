"""Runs the core tests with other versions than `requirements-test.txt` names.

    python -m scripts.versions oldest reading      # what CI runs: the oldest that pyproject.toml admits
    python -m scripts.versions newest              # the pinned versions on the newest Python
    python -m scripts.versions nightly             # the newest development version of Keras
    python -m scripts.versions all

uv resolves the versions and installs them into `build/versions`. Where no suitable Python is installed
or can be downloaded, that environment is skipped, and the exit status is 77 if nothing else failed.
"""

import argparse
import dataclasses
import json
import pathlib
import re
import subprocess
import sys

import tomllib
from packaging.requirements import Requirement

from scripts import run_tests, shared

SKIPPED = 77
FOLDER = shared.BUILD / "versions"
PYPROJECT = tomllib.loads((shared.ROOT / "pyproject.toml").read_text())["project"]
NEWEST_TOOLS = ("pytest", "pytest-xdist", "hypothesis")
# The oldest TensorBoard imports pkg_resources, which newer setuptools do not have.
TOOLS = ("pytest==8.4.2", "pytest-xdist==3.6.1", "hypothesis==6.100.0", "setuptools==79.0.1")


def floors(*exempt: str, extra: str | None = None) -> dict[str, str]:
    """The lowest version that pyproject.toml admits of each direct dependency but the exempt ones.

    Args:
        exempt: Names to leave out.
        extra: The optional dependencies that count too, where they are for this platform.
    """
    optional = PYPROJECT["optional-dependencies"][extra] if extra else ()
    found = map(Requirement, (*PYPROJECT["dependencies"], *optional))
    return {
        dependency.name.lower(): specifier.version
        for dependency in found
        for specifier in dependency.specifier
        if specifier.operator == ">=" and dependency.name not in exempt
        if dependency.marker is None or dependency.marker.evaluate()
    }


@dataclasses.dataclass(frozen=True)
class Environment:
    """A Python with certain versions of the dependencies.

    Attributes:
        python: The version of Python.
        packages: The arguments of `uv pip install`.
        folders: The test folders to run.
        expected: The versions that must be installed, by name.
        without: Names of dependencies that are left out, because a package brings them under another.
        backends: The backends to test; on all but the first only what trains.
    """

    python: str
    packages: tuple[str, ...]
    folders: tuple[str, ...]
    expected: dict[str, str] = dataclasses.field(default_factory=dict)
    without: tuple[str, ...] = ()
    backends: tuple[str, ...] = ("tensorflow",)


PYTHONS = re.findall(r"Python :: (3\.\d+)", " ".join(PYPROJECT["classifiers"]))
LOWEST = ("-r", "pyproject.toml", "--resolution", "lowest-direct", *TOOLS)
NEWEST = ("-r", "pyproject.toml", "-c", "requirements-test.txt", *NEWEST_TOOLS)
ENVIRONMENTS = {
    # The oldest TensorFlow needs a newer TensorBoard than the oldest that reads records.
    "oldest": Environment(
        PYTHONS[0],
        (*LOWEST, "--extra", "demo-cpu"),
        ("tests",),
        floors("tensorboard", extra="demo-cpu"),
    ),
    "reading": Environment(
        PYTHONS[0], LOWEST, ("tests/records", "tests/store", "tests/plugin"), floors()
    ),
    "newest": Environment(PYTHONS[-1], (*NEWEST, "--extra", "demo-cpu"), ("tests",)),
    "nightly": Environment(
        f"{sys.version_info.major}.{sys.version_info.minor}",
        ("-r", "requirements-test.txt", "keras-nightly", "--prerelease", "allow"),
        ("tests",),
        without=("keras",),
        backends=run_tests.BACKENDS,
    ),
}
# On another backend than the first: the tests that run a model.
TRAINING, OTHERS = ("tests/training",), "core and not any_backend"


def find_python(version: str) -> str | None:
    """The path of a Python of that version, downloaded where uv can, or None."""
    environment = shared.uv_environment()
    for command in (("python", "find"), ("python", "install")):
        done = subprocess.run(
            shared.uv(*command, version),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip()
    return None


def core_files(folders: tuple[str, ...]) -> list[str]:
    """The test files with the mark `core`; others may need packages that are not installed."""
    paths = (path for folder in folders for path in (shared.ROOT / folder).rglob("test_*.py"))
    marked = (path for path in paths if "pytest.mark.core" in path.read_text())
    return sorted(str(path.relative_to(shared.ROOT)) for path in marked)


def install(name: str, environment: Environment, python: str) -> pathlib.Path:
    """Creates the environment, in a second once uv has the files, and checks its versions."""
    venv, variables = FOLDER / name, shared.uv_environment()
    shared.run(shared.uv("venv", "--quiet", "--clear", "--python", python, venv), env=variables)
    overrides = venv / "overrides.txt"
    overrides.write_text("".join(f"{name}; python_version < '3'\n" for name in environment.without))
    add = shared.uv("pip", "install", "--quiet", "--python", venv, *environment.packages)
    shared.run([*add, "--override", overrides], cwd=shared.ROOT, env=variables)
    listing = shared.uv("pip", "list", "--python", venv, "--format", "json")
    found = subprocess.run(listing, env=variables, capture_output=True, text=True, check=True)
    installed = {entry["name"]: entry["version"] for entry in json.loads(found.stdout)}
    named = (n for n in installed if n in floors() or n.startswith(("tensorflow", "keras-")))
    shared.say(
        f"{name}: Python {environment.python}  " + "  ".join(f"{n} {installed[n]}" for n in named)
    )
    if wrong := differences(environment.expected, installed):
        raise shared.fail(f"{name}: {', '.join(wrong)}")
    return venv


def differences(expected: dict[str, str], installed: dict[str, str]) -> list[str]:
    """The packages that are installed in another version; 3.10 and 3.10.0 are the same."""

    def normalised(version: str) -> str:
        return re.sub(r"(\.0)+$", "", version)

    return [
        f"{name} {installed.get(name)} instead of {version}"
        for name, version in expected.items()
        if normalised(installed.get(name, "")) != normalised(version)
    ]


def run(name: str, environment: Environment) -> int:
    """Runs the core tests in an environment, on each of its backends, and returns a status."""
    python = find_python(environment.python)
    if python is None:
        shared.say(f"SKIPPED: {name}: there is no Python {environment.python} here")
        return SKIPPED
    venv = install(name, environment, python)
    return max([_run_on(backend, environment, venv) for backend in environment.backends])


def _run_on(backend: str, environment: Environment, venv: pathlib.Path) -> int:
    variables = shared.uv_environment() | {
        "PYTHONPATH": str(shared.ROOT),
        "PYTHONPYCACHEPREFIX": str(FOLDER / "bytecode"),  # outlives the environment
        "KERAS_BACKEND": backend,
    }
    is_first = backend == environment.backends[0]
    marks, folders = ("core", environment.folders) if is_first else (OTHERS, TRAINING)
    command = [shared.venv_program(venv, "python"), "-m", "pytest", "-q", "-m", marks]
    command += [*run_tests.IN_PARALLEL, "-p", "no:cacheprovider", *core_files(folders)]
    return subprocess.run(command, cwd=shared.ROOT, env=variables, check=False).returncode


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environments", nargs="+", choices=[*ENVIRONMENTS, "all"])
    chosen = parser.parse_args().environments
    names = list(ENVIRONMENTS) if "all" in chosen else chosen
    statuses = [run(name, ENVIRONMENTS[name]) for name in names]
    failed = [status for status in statuses if status not in (0, SKIPPED)]
    return failed[0] if failed else max(statuses)


if __name__ == "__main__":
    sys.exit(main())
