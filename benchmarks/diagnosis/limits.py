"""Limits against healthy runs: `python -m benchmarks.diagnosis.limits LOGDIR`.

Trains 24 small models that learn, with penalties, added losses and BatchNormalization, and prints what
the limits `penalty_fraction`, `runaway_term` and the distance of moving means are compared with: the
largest value of all runs, and which run has it. Existing runs are kept.
"""

import argparse
import itertools
import pathlib

import keras
import numpy as np
from keras import layers, ops, regularizers

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.train import train_fit
from benchmarks.diagnosis.untouched.fifth.inputs import in_a_row
from tb_keras_inspect import diagnose, load_run
from tb_keras_inspect.diagnosis.engine import thresholds_of
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, ratio, tail
from tb_keras_inspect.diagnosis.thresholds import Thresholds


class Term(layers.Layer):
    """Adds a term to the loss: a bonus for the entropy of its input, or a penalty on its size."""

    def __init__(self, weight: float, entropy: bool):
        super().__init__()
        self.weight, self.entropy = weight, entropy

    def call(self, x):
        p = ops.softmax(x)
        term = ops.sum(p * ops.log(p + 1e-7), -1) if self.entropy else ops.sum(ops.square(x), -1)
        self.add_loss(self.weight * ops.mean(term))
        return x


# Name to the options of a hidden layer, and what follows it.
PENALTIES = {
    "l2": ({"kernel_regularizer": regularizers.L2(1e-3)}, []),
    "l1": ({"kernel_regularizer": regularizers.L1(1e-4)}, []),
    "activity": ({"activity_regularizer": regularizers.L1(1e-4)}, []),
    "both": ({"kernel_regularizer": "l2", "activity_regularizer": regularizers.L2(1e-4)}, []),
    "entropy": ({}, [(0.01, True)]),
    "size": ({}, [(1e-3, False)]),
}


def dense(options, terms, momentum) -> Fit:
    """A classifier of 64 pixels."""
    hidden = [layers.Dense(32, **options), *terms, layers.BatchNormalization(momentum=momentum)]
    head = [layers.ReLU(), layers.Dense(10, activation="softmax")]
    return _fit(in_a_row(*hidden, *head, shape=(64,)), data.digits())


def convolution(options, terms, momentum) -> Fit:
    """A classifier of pictures."""
    hidden = [layers.Conv2D(8, 3, **options), layers.BatchNormalization(momentum=momentum)]
    head = [layers.ReLU(), layers.Flatten(), *terms, layers.Dense(10, activation="softmax")]
    return _fit(in_a_row(*hidden, *head, shape=(8, 8, 1)), data.pictures())


def regression(options, terms, momentum) -> Fit:
    """A curve."""
    hidden = [layers.Dense(24, **options), *terms, layers.BatchNormalization(momentum=momentum)]
    model = in_a_row(*hidden, layers.Activation("tanh"), layers.Dense(1), shape=(4,))
    return _fit(model, data.curve(), "mse")


def recurrent(options, terms, momentum) -> Fit:
    """A wave."""
    hidden = [layers.GRU(12, **options), *terms, layers.BatchNormalization(momentum=momentum)]
    return _fit(in_a_row(*hidden, layers.Dense(1)), data.sine(700), "mse")


def _fit(model, source, loss="sparse_categorical_crossentropy") -> Fit:
    model.compile(keras.optimizers.Adam(4e-3), loss)
    return fit(model, source, 15)


MODELS = (dense, convolution, regression, recurrent)


def main() -> None:
    """Trains what is missing, and prints the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", type=pathlib.Path)
    arguments = parser.parse_args()
    rows = {}
    for number, (build, name) in enumerate(itertools.product(MODELS, PENALTIES)):
        label = f"{build.__name__}_{name}"
        directory = arguments.logdir / label
        if not (directory / "done").exists():
            keras.utils.set_random_seed(number)
            options, terms = PENALTIES[name]
            momentum = (0.99, 0.9)[number % 2]
            train_fit(build(options, [Term(*term) for term in terms], momentum), directory, "auto")
        run = load_run(directory)
        found = diagnose(run)
        rows[label] = numbers(Facts(run, Thresholds(thresholds_of(run))))
        print(label, *(f"{value:.3g}" for value in rows[label]), found.verdict, flush=True)
    titles = ("penalty at the start", "penalty at the end", "fall below 0", "moving mean off")
    for column, title in enumerate(titles):
        known = {label: row[column] for label, row in rows.items() if np.isfinite(row[column])}
        worst = max(known, key=known.__getitem__)
        print(f"{title}: {known[worst]:.3g} at most ({worst}), of {len(known)} runs")


def numbers(facts: Facts) -> tuple[float, float, float, float]:
    """Added loss as a part of the loss, first and last; how far it falls below 0, relative to the first
    loss; distance of the moving means from those of the batches, in standard deviations."""
    step, activation = facts.track("step"), facts.track("activation")
    first = last = below = off = np.nan
    if step is not None and step.has("added_loss"):
        added, loss = step.column("added_loss"), step.column("loss")
        parts = ratio(added, loss)
        first, last = float(median(parts[:3])), float(median(parts[tail(len(parts))]))
        below = float(-np.min(added) / max(abs(loss[0] - added[0]), abs(loss[0])))
    if activation is not None and activation.has("moving_mean_distance"):
        distances = activation.thin("moving_mean_distance")
        end = median(distances[tail(len(distances))], axis=0)
        off = float(np.max(end[np.isfinite(end)], initial=-np.inf))
    return first, last, below, off


if __name__ == "__main__":
    main()
