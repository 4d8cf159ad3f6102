"""Runs the checks and tests: `python -m scripts.run_tests [--quick]`, with the Python of `.venv`.

All checks run, even after one has failed. The last line printed is a closing line like pytest's, which
counts all pytest processes together and each other check as one test; the exit status is 1 where
anything failed.
"""

import argparse
import collections
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

from scripts import chromium, shared

RESULTS = shared.BUILD / "test-results"
# Keras has one backend a process. The first one's runs all tests, each other's what captures.
BACKENDS = ("tensorflow", "jax", "torch")
BACKEND_TESTS = ("tests/training",)
NO_TESTS_COLLECTED = 5
SKIPPED = 77
# Half of a test's time is one core's work of tracing. A browser's tests have the machine to themselves.
IN_PARALLEL = ("-n", "2", "--dist", "worksteal")

Counts = collections.Counter


@dataclasses.dataclass(frozen=True)
class Check:
    """A command that must succeed.

    Attributes:
        name: What it checks, in a few words.
        command: The command and its arguments.
        folder: Where it runs.
    """

    name: str
    command: tuple[str, ...]
    folder: pathlib.Path = shared.ROOT

    def run(self) -> Counts:
        """Runs it and counts it as one test."""
        status = subprocess.run(self.command, cwd=self.folder, check=False).returncode
        if status == SKIPPED:  # what was missing, it has said
            return Counts(skipped=1)
        return Counts(failed=1) if status else Counts(passed=1)


@dataclasses.dataclass(frozen=True)
class Tests:
    """A pytest process.

    Attributes:
        backend: The backend of Keras in it.
        arguments: pytest's arguments.
        environment: Variables that are set in it.
    """

    backend: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def name(self) -> str:
        """What is shown above its output."""
        return f"pytest {' '.join(self.arguments)}, KERAS_BACKEND={self.backend}"

    def run(self) -> Counts:
        """Runs it and counts its tests."""
        report = RESULTS / f"{re.sub('[^a-z0-9]+', '_', self.name.lower())}.xml"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *self.arguments]
        environment = os.environ | self.environment | {"KERAS_BACKEND": self.backend}
        status = subprocess.run(command, cwd=shared.ROOT, env=environment, check=False).returncode
        counts = _read_report(report)
        if status not in (0, NO_TESTS_COLLECTED) and not counts["failed"]:
            counts["failed"] = 1  # a crash, or a plugin's error that no single test has
        return counts


def checks(quick: bool) -> list[Check | Tests]:
    """All checks in the order in which they run; `quick` leaves out what takes long."""
    python, npm = sys.executable, ("npm", "run", "--silent")
    plain = [
        Check("style (ruff check)", (python, "-m", "ruff", "check", ".")),
        Check("format (ruff format)", (python, "-m", "ruff", "format", "--check", "--quiet", ".")),
        Check("types (mypy)", (python, "-m", "mypy")),
        Check(
            "imports (lint-imports)", (_beside_python("lint-imports"), "--no-logo", "--no-cache")
        ),
        Check("frontend: types, lint, format", (*npm, "check"), shared.FRONTEND),
        Check("frontend: unit tests", (*npm, "test"), shared.FRONTEND),
        Check("frontend: committed bundle is what it builds to", (*npm, "verify"), shared.FRONTEND),
        Check("records: committed protobuf module", (python, "-m", "scripts.proto", "--check")),
        Check("files generated from the catalogue", (python, "-m", "scripts.generate", "--check")),
    ]
    first, *others = BACKENDS
    if quick:
        return [*plain, Tests(first, (*IN_PARALLEL, "-m", "not slow and not e2e"))]
    path, _ = chromium.find_or_install()
    return [
        *plain,
        *(Tests(backend, (*IN_PARALLEL, *BACKEND_TESTS)) for backend in others),
        Tests(first, (*IN_PARALLEL, "-m", "not e2e")),
        Tests(first, ("-m", "e2e"), {"CHROMIUM": path}),
        Check(
            "core tests with the oldest versions",
            (python, "-m", "scripts.versions", "oldest", "reading"),
        ),
        Check("known vulnerabilities of dependencies", (python, "-m", "scripts.audit")),
    ]


def _beside_python(program: str) -> str:
    return str(pathlib.Path(sys.executable).parent / program)


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


def main() -> int:
    """Runs all checks and prints what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="what takes under five minutes")
    todo = checks(parser.parse_args().quick)
    RESULTS.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    total, failures = Counts(), []
    for check in todo:
        shared.say(check.name)
        counts = check.run()
        total += counts
        if counts["failed"]:
            failures.append(check.name)
    for name in failures:
        shared.say(f"FAILED: {name}")
    print(_closing_line(total, time.monotonic() - start), flush=True)
    return 1 if failures or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
