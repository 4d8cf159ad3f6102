"""Runs Keras's tests in processes of their own, which may crash, and reads what became of each test."""

import dataclasses
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence

from scripts import shared

KERAS = pathlib.Path(importlib.util.find_spec("keras").origin).parent / "src"
TRAINS = re.compile(r"\b(fit|run_layer_test)\(")
PLUGIN = "scripts.keras_suite.injection"
BUDGET = 240.0  # seconds: what compiled steps hold is freed with their process
SLACK = 900.0  # for the import, and for the test that is running when the time is over
INTERRUPTED = 2
FINISHED = (0, 1, 5)  # pytest's statuses: all passed, some failed, there were none
# The types of numbers that Keras's own configuration of its tests sets.
VARIABLES = {"JAX_DEFAULT_DTYPE_BITS": "32", "PYTHONPATH": str(shared.ROOT)}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a test.

    Attributes:
        test: Its file, class and name.
        outcome: `"passed"`, `"failed"`, `"skipped"` or `"crashed"`, with the process.
        why: The first line of the reason, where it did not pass.
        warnings: The texts of our warnings.
        seconds: How long it took.
        samples: The number of sampled steps in each fit that got our callback.
    """

    test: str
    outcome: str = "crashed"
    why: str = "the process crashed or did not end"
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    samples: tuple[int, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether it failed, or its process crashed."""
        return self.outcome in ("failed", "crashed")


def training_files(names: Iterable[str], backend: str) -> list[str]:
    """The test files of Keras, in some folders or with some names, that train models on a backend."""
    paths = (KERAS / name for name in names)
    files = (f for p in paths for f in ([p] if p.is_file() else sorted(p.rglob("*_test.py"))))
    found = (f.relative_to(KERAS) for f in files if TRAINS.search(f.read_text()))
    return [str(f) for f in found if f.parts[0] != "backend" or f.parts[1] in ("common", backend)]


@dataclasses.dataclass(frozen=True)
class Run:
    """Keras's tests on one backend.

    Attributes:
        backend: The backend.
        outcomes: The file with what became of each test; those in it are not run again.
        is_plain: Whether nothing is injected.
    """

    backend: str
    outcomes: pathlib.Path
    is_plain: bool = False

    def run(self, tests: Sequence[str]) -> list[Outcome]:
        """Runs test files or single tests, in as many processes as it takes."""
        begun = len(self.read())
        while tests and (status := self._process(tests)) not in FINISHED:
            before, begun = begun, len(self.read())
            if begun == before:
                raise shared.fail(
                    f"{self.backend}: pytest ended with {status} before the next test"
                )
        return self.read()

    def read(self) -> list[Outcome]:
        """What became of the tests so far."""
        lines = self.outcomes.read_text().splitlines() if self.outcomes.exists() else []
        found = {line["test"]: line for line in map(json.loads, lines)}
        return [
            Outcome(**{k: tuple(v) if isinstance(v, list) else v for k, v in line.items()})
            for line in found.values()
        ]

    def _process(self, tests: Sequence[str]) -> int:
        self.outcomes.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--no-summary"]
        command += [
            "-p",
            "no:cacheprovider",
            "-p",
            PLUGIN,
            "-c",
            os.devnull,
            "--rootdir",
            str(KERAS),
        ]
        command += ["--continue-on-collection-errors", f"--outcomes={self.outcomes}"]
        command += [f"--budget={BUDGET}", *(["--plain"] if self.is_plain else [])]
        command += [str(KERAS / test) for test in tests]
        environment = os.environ | VARIABLES | {"KERAS_BACKEND": self.backend}
        with self.outcomes.with_suffix(".log").open("a") as log:
            try:
                return subprocess.run(
                    command,
                    cwd=shared.ROOT,  # not that of Keras, whose `random` would hide Python's
                    env=environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    timeout=BUDGET + SLACK,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                return -1
