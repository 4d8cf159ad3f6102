"""How often `diagnose(run, against=[...])` is right: `python -m benchmarks.diagnosis.against LOGDIR`.

Trains each of `scripts.py` from 13 seeds: five good runs to learn from, eight further ones, which must
not be reported; and each small change of it once, from another seed. Prints what was found. Existing
runs are kept. With `KERAS_BACKEND=torch`, which has nothing to compile, a run takes some seconds.
`--report` trains nothing.
"""

import argparse
import os
import pathlib
import shutil
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from benchmarks.diagnosis.scripts import CHANGES, SCRIPTS
from tb_keras_inspect import InspectCallback, diagnose, load_run
from tb_keras_inspect.diagnosis import Finding, GoodRuns
from tb_keras_inspect.diagnosis.good_runs.departures import departures

LEARNED_FROM, FURTHER = 5, 8
EVERY = 5
CHOICES = 20
PROBLEM = "unlike_good_runs"


def main() -> int:
    """Trains what is missing and prints the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=pathlib.Path)
    parser.add_argument("--report", action="store_true", help="report on the runs that there are")
    arguments = parser.parse_args()
    logdir = arguments.logdir
    for script, changes in CHANGES.items() if not arguments.report else ():
        for seed in range(LEARNED_FROM + FURTHER):
            train(logdir / script / f"good_{seed}", script, seed)
        for number, change in enumerate(changes):
            train(
                logdir / script / f"change_{change.replace(' ', '_')}", script, 100 + number, change
            )
    report(logdir)
    return 0


def train(directory: pathlib.Path, script: str, seed: int, change: str = "") -> None:
    """Trains one run, unless it exists."""
    done = directory / "done"
    if done.exists():
        return
    shutil.rmtree(directory, ignore_errors=True)
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    fit = SCRIPTS[script](change)
    # No feature uses histograms or maps.
    inspect = InspectCallback(
        str(directory), every=EVERY, maps_every=0, console=None, record={"histograms": False}
    )
    fit.model.fit(fit.x, fit.y, verbose=0, callbacks=[inspect], **fit.options)
    done.touch()
    print(f"{script}: {change or f'good run {seed}'}", file=sys.stderr, flush=True)


def report(logdir: pathlib.Path) -> None:
    """Prints a line for each change and each false alarm, and the figures."""
    alarms = runs = by_number = by_setting = by_rule = total = 0
    for script, changes in CHANGES.items():
        good = GoodRuns(logdir / script / f"good_{seed}" for seed in range(LEARNED_FROM))
        print(f"\n## {script}: limit {good.limit:.1f}\n")
        for seed in range(LEARNED_FROM, LEARNED_FROM + FURTHER):
            if not (logdir / script / f"good_{seed}" / "done").exists():
                continue
            found = of_run(logdir / script / f"good_{seed}", good)
            runs += 1
            alarms += bool(found)
            if found:
                print(f"- FALSE ALARM, good run {seed}: {found[0].title}")
        for change in changes:
            directory = logdir / script / f"change_{change.replace(' ', '_')}"
            found = of_run(directory, good)
            rules = {item.problem for item in diagnose(load_run(directory)).flat() if item.rank > 0}
            numbers = [item for item in found if item.rank > 0]
            total += 1
            by_number += bool(numbers)
            by_setting += bool(found)
            by_rule += bool(rules)
            what = numbers[0].title if numbers else "only a setting" if found else "not found"
            print(f"- {change}: {what}{f' (a rule says {sorted(rules)})' if rules else ''}")
    print(f"\nfalse alarms: {alarms} of {runs} further good runs")
    again = [item for script in CHANGES for item in other_choices(logdir / script)]
    print(f"with other choices of the five: {sum(again)} of {len(again)} comparisons")
    print(f"changes found by their numbers: {by_number} of {total}")
    print(f"changes found by their numbers or settings: {by_setting} of {total}")
    print(f"changes that a fixed rule reports: {by_rule} of {total}")


def other_choices(directory: pathlib.Path) -> list[bool]:
    """Whether a good run was reported, for random choices of those that are learned from."""
    runs = [load_run(path.parent) for path in sorted(directory.glob("good_*/done"))]
    rng = np.random.default_rng(0)
    found = []
    for _ in range(CHOICES):
        order = rng.permutation(len(runs))
        good = GoodRuns(runs[i] for i in order[:LEARNED_FROM])
        found += [bool(departures(runs[i], good)) for i in order[LEARNED_FROM:]]
    return found


def of_run(directory: pathlib.Path, good: GoodRuns) -> list[Finding]:
    """What tells a run from the good ones, except for what is said of these."""
    findings = diagnose(load_run(directory), against=good).flat()
    own = [item for item in findings if item.problem == PROBLEM]
    return [item for item in own if item.variant != "odd_good_run"]


if __name__ == "__main__":
    sys.exit(main())
