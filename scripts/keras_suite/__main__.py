"""Runs Keras's own tests with our callback in every fit: `python -m scripts.keras_suite`.

The tests are those of the installed Keras in which models are trained. In each of their fits an
`InspectCallback` samples every step and records snapshots. A test that fails is run again without it.
The exit status is 1 where one fails only with the callback, or where nothing was recorded. Failures
that plain Keras has too, such as those of packages that are not installed, are listed.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import pathlib
import re
import shutil
import sys
from collections.abc import Iterable, Sequence

from scripts import shared
from scripts.keras_suite.runs import Outcome, Run, training_files
from scripts.run_tests import BACKENDS, CORES

FOLDER = shared.BUILD / "keras-suite"
FOLDERS = (
    "trainers",
    "callbacks",
    "optimizers",
    "models",
    "layers",
    "backend",
    "distillation",
    "export",
    "legacy",
    "metrics",
    "ops",
    "saving",
    "utils",
    "wrappers",
)
_TRAINER = "trainers/trainer_test.py::TestTrainer::test_"
QUICK = (
    f"{_TRAINER}callback_methods_keys",
    f"{_TRAINER}callbacks_can_update_state_at_batch_boundary",
    f"{_TRAINER}constraints_are_applied",
    f"{_TRAINER}fit_with_custom_train_step",
    f"{_TRAINER}steps_per_execution_steps_count_101_eager",
    "callbacks/callback_test.py",
    "layers/layer_test.py::LayerTest::test_functional_model_with_remat",
    "optimizers/multi_optimizer_test.py",
    "optimizers/schedule_free_adamw_test.py",
)
MOST_WARNINGS = 10


@dataclasses.dataclass(frozen=True)
class Report:
    """What came of the tests on one backend.

    Attributes:
        backend: The backend.
        outcomes: What became of each test with the callback.
        plain: What became of those that failed, without it.
    """

    backend: str
    outcomes: Sequence[Outcome]
    plain: Sequence[Outcome] = ()

    @property
    def failures(self) -> list[Outcome]:
        """The tests that fail with the callback only."""
        known = {outcome.test for outcome in self.known}
        return [x for x in self.outcomes if x.is_bad and x.test not in known]

    @property
    def known(self) -> list[Outcome]:
        """The tests that fail without the callback too, with the reason there."""
        return [outcome for outcome in self.plain if outcome.is_bad]

    @property
    def is_good(self) -> bool:
        """Whether something was recorded, and no test fails with the callback only."""
        return not self.failures and any(sum(x.samples) for x in self.outcomes)

    def lines(self) -> Iterable[str]:
        """What is printed."""
        count = collections.Counter(outcome.outcome for outcome in self.outcomes)
        fits = [samples for outcome in self.outcomes for samples in outcome.samples]
        yield (
            f"{self.backend}: {len(self.failures)} failures that plain Keras does not have, "
            f"{len(self.known)} that it has; {count['passed']} passed, {count['skipped']} skipped"
        )
        yield (
            f"  {len(fits)} fits with the callback, {sum(map(bool, fits))} of them with samples, "
            f"{sum(fits)} samples"
        )
        for outcome in self.failures:
            yield f"  FAILED {outcome.test}: {outcome.why}"
        for why, number in collections.Counter(outcome.why for outcome in self.known).items():
            yield f"  plain Keras fails too: {number} times {why}"
        texts = collections.Counter(
            re.sub(r"\d+", "N", text.splitlines()[0])
            for outcome in self.outcomes
            for text in outcome.warnings
        )
        for text, number in texts.most_common(MOST_WARNINGS):
            yield f"  warned {number} times: {text}"


def report(backend: str, files: Sequence[str], folder: pathlib.Path) -> Report:
    """Runs test files with the callback, and the tests that fail again without it."""
    outcomes = Run(backend, folder / f"{backend}.jsonl").run(files)
    bad = [outcome.test for outcome in outcomes if outcome.is_bad]
    plain = Run(backend, folder / f"{backend}_plain.jsonl", is_plain=True).run(bad)
    return Report(backend, outcomes, plain)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tests", nargs="*", help="such as callbacks or trainers/trainer_test.py")
    parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
    parser.add_argument("--quick", action="store_true", help="the most telling files only")
    parser.add_argument("--resume", action="store_true", help="go on where a run was interrupted")
    options = parser.parse_args()
    if not options.resume:
        shutil.rmtree(FOLDER, ignore_errors=True)

    def run(backend: str) -> Report:
        tests = QUICK if options.quick else training_files(options.tests or FOLDERS, backend)
        found = report(backend, tests, FOLDER)
        print("\n".join(found.lines()), flush=True)
        return found

    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        return 0 if all([found.is_good for found in pool.map(run, options.backends)]) else 1


if __name__ == "__main__":
    sys.exit(main())
