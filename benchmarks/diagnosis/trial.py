"""Whether the first advice, applied alone, repairs the run.

`python -m benchmarks.diagnosis.trial LOGDIR [NAME ...]` trains each faulty program that is missing in
LOGDIR, takes the first advice of its first finding, changes the program by that advice alone, trains it
again in LOGDIR/NAME_advised, and prints what became of it. An advice that is no line of code, or
one that a program cannot apply (look at the data, load other weights), is listed as not tried.

A run counts as repaired if no finding above "note" names the fault any more, none is an error, and the
loss is lower than it was, or below half of that of a constant prediction (where both are known).
"""

import argparse
import pathlib

import numpy as np

from benchmarks.diagnosis import train
from benchmarks.diagnosis.applying import apply
from benchmarks.diagnosis.untouched.recipe import RECIPES
from benchmarks.diagnosis.untouched.score import alarms, chosen, names
from tb_keras_inspect import diagnose, load_run
from tb_keras_inspect.diagnosis.signals.facts import Facts

LEARNED = 0.5  # loss relative to that of a constant prediction
LOWER = 0.9  # the loss must be below this fraction of what it was


def main() -> None:
    """Trains, prints a line for each, and the totals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--of", default="", help="part of a module's name, such as fifth")
    arguments = parser.parse_args()
    outcomes = []
    print("| recipe | first advice | outcome | loss / constant, before and after | then |")
    print("| --- " * 5 + "|")
    for number, name in enumerate(RECIPES):
        if not chosen(name, arguments):
            continue
        every = train.SCHEDULES[number % len(train.SCHEDULES)]
        outcome, line = trial(name, arguments.logdir, every)
        outcomes.append(outcome)
        print(line, flush=True)
    tried = [outcome for outcome in outcomes if outcome in ("repaired", "silent", "not repaired")]
    better = sum(outcome != "not repaired" for outcome in tried)
    print(
        f"\n{len(outcomes)} runs, {len(tried)} with an advice that could be applied, {better} repaired"
    )


def trial(name: str, logdir: pathlib.Path, every: int | str) -> tuple[str, str]:
    """Returns the outcome and the line for one recipe."""
    train.train(name, logdir / name, every)
    run = load_run(logdir / name)
    found = diagnose(run)
    if not found or not found[0].advice:
        return "nothing found", f"| `{name}` | | nothing found | | |"
    advice = found[0].advice[0]
    directory = logdir / f"{name}_advised"
    if not (directory / "done").exists():
        fit = train.build(name)
        problem = ""
        try:
            changed = apply(fit, found[0], advice.code)
        except (SyntaxError, NameError, TypeError, ValueError) as error:
            changed, problem = None, f" ({type(error).__name__}: {error})"
        if changed is None:
            return "not tried", f"| `{name}` | {advice.text}{problem} | not tried | | |"
        try:
            train.train_fit(changed, directory, every)
        except (RuntimeError, ValueError, IndexError) as error:
            why = f"{type(error).__name__}: {error}".splitlines()[0][:80]
            return "not repaired", f"| `{name}` | {advice.text} | it fails: {why} | | |"
    after = load_run(directory)
    then = diagnose(after)
    before, now = (_fraction(item) for item in (run, after))
    gone = not any(item.rank > 0 and names(RECIPES[name], item) for item in then.flat())
    lower = not (np.isfinite(now) and np.isfinite(before)) or now < LOWER * before
    lower = lower or now < LEARNED
    sound = gone and lower and not any(item.rank > 1 for item in then.flat())
    said = alarms(then)
    outcome = ("repaired" if said else "silent") if sound else "not repaired"
    first = ", ".join(said[:2]) or "silent"
    return outcome, f"| `{name}` | {advice.text} | {outcome} | {before:.3g}, {now:.3g} | {first} |"


def _fraction(run) -> float:
    """The last loss, relative to that of a constant prediction; NaN if it is not known."""
    progress = Facts(run, {}).progress
    return float(progress.end / progress.baseline) if progress.known else np.nan


if __name__ == "__main__":
    main()
