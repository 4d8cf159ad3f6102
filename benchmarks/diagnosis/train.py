"""Trains the runs of the benchmark: `python -m benchmarks.diagnosis.train LOGDIR [NAME ...]`.

Existing runs are not trained again. The runs use the schedules of the callback in turn: every step,
every tenth step, and "auto".
"""

import argparse
import os
import pathlib
import shutil
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

from benchmarks.diagnosis import (
    causes,
    faulty,
    healthy,
    held_out,
    held_out_again,
    second,
    situations,
    supply,
    validation,
)
from benchmarks.diagnosis.case import CASES, Fit
from benchmarks.diagnosis.untouched import (
    again,
    examples,
    fourth,
    outputs,
    programs,
    steps,
    third_inputs,
    third_models,
    weights,
)
from benchmarks.diagnosis.untouched.fifth import healthy as fifth_healthy
from benchmarks.diagnosis.untouched.fifth import inputs as fifth_inputs
from benchmarks.diagnosis.untouched.fifth import models as fifth_models
from tb_keras_inspect import InspectCallback

SCHEDULES = (1, 10, "auto")
MODULES = (
    healthy,
    faulty,
    second,
    held_out,
    held_out_again,
    validation,
    causes,
    situations,
    supply,
    outputs,
    examples,
    steps,
    weights,
    programs,
    again,
    third_inputs,
    third_models,
    fourth,
    fifth_inputs,
    fifth_models,
    fifth_healthy,
)


def main() -> None:
    """Trains all runs, or those named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument(
        "--every", help="the same schedule for all runs: a number of steps, or auto"
    )
    arguments = parser.parse_args()
    for number, name in enumerate(CASES):
        if arguments.names and name not in arguments.names:
            continue
        every = arguments.every or SCHEDULES[number % len(SCHEDULES)]
        train(name, arguments.logdir / name, every if every == "auto" else int(every))


def train(name: str, directory: pathlib.Path, every: int | str) -> None:
    """Trains one run, unless it exists."""
    if (directory / "done").exists():
        return
    begun = time.perf_counter()
    train_fit(build(name), directory, every)
    print(f"{name} (every={every}): {time.perf_counter() - begun:.1f} s", flush=True)


def build(name: str) -> Fit:
    """The model and data of one run, always the same."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(3)
    return CASES[name].build()


def train_fit(fit: Fit, directory: pathlib.Path, every: int | str) -> None:
    """Trains what was built into a directory, which is emptied first."""
    shutil.rmtree(directory, ignore_errors=True)
    # No rule uses histograms or maps, and a step without them is traced faster.
    inspect = InspectCallback(
        str(directory), every=every, maps_every=0, record={"histograms": False}
    )
    options = dict(fit.options)
    callbacks = [*options.pop("callbacks", ()), inspect]
    fit.model.fit(fit.x, fit.y, verbose=0, callbacks=callbacks, **options)
    (directory / "done").touch()


if __name__ == "__main__":
    main()
