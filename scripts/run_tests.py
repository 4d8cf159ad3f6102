"""Runs the checks and tests: `.venv/bin/python -m scripts.run_tests [--quick | --thorough]`.

All checks run, even after one has failed. The last line printed is a closing line like pytest's, which
counts all pytest processes together and each other check as one test; the exit status is 1 where
anything failed.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable

from scripts import chromium, shared

RESULTS = shared.BUILD / "test-results"
# Keras has one backend per process. The first one runs all tests: PyTorch, which compiles nothing, so
# that a fit of a few steps takes a fifth of the time. The others run those that depend on the backend.
FIRST, *OTHERS = BACKENDS = ("torch", "tensorflow", "jax")
OF_BACKEND = ("-m", "not any_backend and not thorough")
# Thousands of steps, which are faster once compiled, and tools that most people use with TensorFlow.
TENSORFLOW_ONLY = (
    "tests/diagnosis/rules/test_healthy.py",
    "tests/diagnosis/rules/test_real_faults.py",
    "tests/diagnosis/test_benchmark.py",
    "tests/diagnosis/test_swapped_labels.py",
    "tests/integrations",
)
NOT_FIRST = tuple(f"--ignore={path}" for path in TENSORFLOW_ONLY)
BACKEND_TESTS = ("tests/advice", "tests/training", *OF_BACKEND)
# What the compiler's own optimizations could change; the other tests do without most of them, which
# halves the time of compiling and leaves the fusion of operations as it is.
COMPILER_TESTS = "tests/training/step/test_exact.py"
FAST_COMPILING = {"XLA_FLAGS": "--xla_backend_optimization_level=0"}
# Compiling is 60 % of JAX's work in the tests, often of a step that another test has compiled: the
# processes of a run share the executables, in a folder that each run empties first.
EXECUTABLES = "JAX_COMPILATION_CACHE_DIR"
ENVIRONMENTS = {
    "jax": {
        EXECUTABLES: str(shared.BUILD / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
    }
}
NO_TESTS_COLLECTED = 5
SKIPPED = 77
QUICK = "not slow and not e2e"
# Half of a test's time is tracing, on one core.
CORES = 2
IN_PARALLEL = ("-n", str(CORES), "--dist", "loadgroup")

Counts = collections.Counter


@dataclasses.dataclass(frozen=True)
class Check:
    """A command that must succeed.

    Attributes:
        name: What it checks, in a few words.
        command: The command and its arguments.
        folder: Where it runs.
        uses_all_cores: Whether nothing should run beside it.
    """

    name: str
    command: tuple[str, ...]
    folder: pathlib.Path = shared.ROOT
    uses_all_cores: bool = False

    def run(self) -> Counts:
        """Runs it, prints what it printed, and counts it as one test."""
        done = subprocess.run(
            self.command,
            cwd=self.folder,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        print(f">> {self.name}\n{done.stdout}", end="", flush=True)
        if done.returncode == SKIPPED:  # its output says what was missing
            return Counts(skipped=1)
        return Counts(failed=1) if done.returncode else Counts(passed=1)


@dataclasses.dataclass(frozen=True)
class Tests:
    """A pytest process.

    Attributes:
        backend: The backend of Keras in it.
        arguments: pytest's arguments.
        environment: Variables that are set in it.
        title: What is shown above its output; by default the arguments.
    """

    backend: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    title: str = ""
    uses_all_cores = True

    @property
    def name(self) -> str:
        """What is shown above its output."""
        return self.title or f"pytest {' '.join(self.arguments)}, KERAS_BACKEND={self.backend}"

    @property
    def report(self) -> pathlib.Path:
        """The JUnit report that it writes."""
        return RESULTS / f"{re.sub('[^a-z0-9]+', '_', self.name.lower())}.xml"

    def run(self) -> Counts:
        """Runs it and counts its tests."""
        shared.say(self.name)
        self.report.unlink(missing_ok=True)
        if EXECUTABLES in self.environment:  # no result depends on what an earlier run left
            shutil.rmtree(self.environment[EXECUTABLES], ignore_errors=True)
        command = [sys.executable, "-m", "pytest", f"--junitxml={self.report}", *self.arguments]
        environment = os.environ | self.environment | {"KERAS_BACKEND": self.backend}
        status = subprocess.run(command, cwd=shared.ROOT, env=environment, check=False).returncode
        counts = _read_report(self.report)
        if status not in (0, NO_TESTS_COLLECTED) and not counts["failed"]:
            counts["failed"] = 1  # a crash, or a plugin's error that no single test has
        return counts


def python_checks() -> list[Check]:
    """The checks of Python code that take seconds."""
    python = (sys.executable, "-m")
    return [
        Check("types (mypy)", (*python, "mypy")),
        Check("style (ruff check)", (*python, "ruff", "check", ".")),
        Check("format (ruff format)", (*python, "ruff", "format", "--check", "--quiet", ".")),
        Check("imports (import-linter)", (_program("lint-imports"), "--no-logo", "--no-cache")),
        Check("files generated from the catalogue", (*python, "scripts.generate", "--check")),
    ]


def frontend_checks() -> list[Check]:
    """The checks of the frontend."""
    npm = ("npm", "run", "--silent")
    return [
        Check("frontend: types, lint, format", (*npm, "check"), shared.FRONTEND),
        Check("frontend: unit tests", (*npm, "test"), shared.FRONTEND),
        Check("frontend: committed bundle is what it builds to", (*npm, "verify"), shared.FRONTEND),
    ]


def backend_tests(backend: str) -> list[Tests]:
    """The tests of a backend that is not the first."""
    environment = ENVIRONMENTS.get(backend, {})
    more = TENSORFLOW_ONLY if backend == "tensorflow" else ()
    rest = (*IN_PARALLEL, *more, *BACKEND_TESTS, f"--ignore={COMPILER_TESTS}")
    return [
        Tests(backend, rest, environment | FAST_COMPILING, f"what depends on {backend}"),
        Tests(
            backend,
            (*IN_PARALLEL, COMPILER_TESTS, *OF_BACKEND),
            environment,
            f"exactness under {backend}, fully optimized",
        ),
    ]


def thorough_tests() -> list[Tests]:
    """What `make test` leaves out on each backend: further ones of many of a kind."""
    path, _ = chromium.find_or_install()
    of_backend = (*IN_PARALLEL, "tests/training", "-m", "not any_backend and thorough")
    return [
        Tests(FIRST, (*IN_PARALLEL, "-m", "not e2e and thorough")),
        Tests(FIRST, (*IN_PARALLEL, "-m", "e2e and thorough"), {"CHROMIUM": path}),
        *(Tests(backend, of_backend, ENVIRONMENTS.get(backend, {})) for backend in OTHERS),
    ]


def checks(quick: bool) -> list[Check | Tests]:
    """All checks and tests; `quick` leaves out what takes long."""
    python = (sys.executable, "-m")
    protobuf = Check("records: committed protobuf module", (*python, "scripts.proto", "--check"))
    short = [*frontend_checks(), *python_checks(), protobuf]
    if quick:
        return [*short, Tests(FIRST, (*IN_PARALLEL, *NOT_FIRST, "-m", QUICK), title="quick tests")]
    path, _ = chromium.find_or_install()
    return [
        Check("known vulnerabilities of dependencies", (*python, "scripts.audit")),
        *short,
        *(test for backend in OTHERS for test in backend_tests(backend)),
        Tests(
            FIRST,
            (*IN_PARALLEL, *NOT_FIRST, "-m", "not e2e and not thorough"),
            title=f"all tests but the browser's, under {FIRST}",
        ),
        Tests(
            FIRST,
            (*IN_PARALLEL, "-m", "e2e and not thorough"),
            {"CHROMIUM": path},
            "the tab in a browser",
        ),
        Check(
            "Keras's own tests with the callback in every fit, the most telling ones",
            (*python, "scripts.keras_suite", "--quick"),
            uses_all_cores=True,
        ),
        Check(
            "core tests with the oldest versions",
            (*python, "scripts.versions", "oldest", "reading"),
            uses_all_cores=True,
        ),
    ]


def _program(name: str) -> str:
    return str(pathlib.Path(sys.executable).parent / name)


def _read_report(report: pathlib.Path) -> Counts:
    counts = Counts()
    if not report.exists():
        return counts
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        bad = number["failures"] + number["errors"]
        counts["failed"] += bad
        counts["skipped"] += number["skipped"]
        counts["passed"] += number["tests"] - bad - number["skipped"]
    return counts


def _closing_line(counts: Counts, seconds: float) -> str:
    parts = [f"{counts[key]} {key}" for key in ("failed", "passed", "skipped") if counts[key]]
    return f" {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


def run_all(todo: Iterable[Check | Tests]) -> int:
    """Runs checks that need one core side by side, then the others; returns the exit status."""
    todo = sorted(todo, key=lambda check: check.uses_all_cores)
    RESULTS.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    small = [check for check in todo if not check.uses_all_cores]
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        counts = list(pool.map(Check.run, small))
    counts += [check.run() for check in todo[len(small) :]]
    for check, count in zip(todo, counts, strict=True):
        if count["failed"]:
            shared.say(f"FAILED: {check.name}")
    total = sum(counts, Counts())
    print(_closing_line(total, time.monotonic() - start), flush=True)
    return 1 if total["failed"] or not total["passed"] else 0


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--quick", action="store_true", help="no browser, nothing slow")
    choice.add_argument("--thorough", action="store_true", help="what `make test` leaves out")
    chosen = parser.parse_args()
    return run_all(thorough_tests() if chosen.thorough else checks(chosen.quick))


if __name__ == "__main__":
    sys.exit(main())
