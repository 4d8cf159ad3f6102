"""How good the suggestions of `find_learning_rate` are: `python -m benchmarks.learning_rate`.

Each task is a model, an optimizer and data with noise that cannot be learned. It is trained with 13
rates from 0.01 to 100 times the best; then with the rate that is suggested. All runs of a task begin
with the same weights and see the same batches. A suggestion counts as good if the final loss, over all
data, is at most 5 % above the best of the sweep.
"""

import argparse
import dataclasses
import itertools
import json
import math
import time
from collections.abc import Callable, Iterator

import keras
import numpy as np

from tb_keras_inspect import find_learning_rate

SAMPLES, FEATURES, BATCH = 1024, 16, 32
GOOD = 1.05
RATES = 10 ** (np.arange(-18, 7) / 3)  # 1e-6 to 100
AROUND = 6  # of them on each side of the best: from 0.01 to 100 times
OPTIMIZERS: dict[str, Callable[..., keras.optimizers.Optimizer]] = {
    "sgd": keras.optimizers.SGD,
    "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    "adam": keras.optimizers.Adam,
    "rmsprop": keras.optimizers.RMSprop,
    "adamw": keras.optimizers.AdamW,
}
MODELS = ("linear", "mlp", "deep", "classifier", "normalised", "convolution")


@dataclasses.dataclass(frozen=True)
class Task:
    """A model, an optimizer and the data's seed."""

    model: str
    optimizer: str
    seed: int

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets, with noise."""
        make = np.random.default_rng(self.seed)
        scale = np.geomspace(0.3, 2, FEATURES) if self.seed % 2 else np.ones(FEATURES)
        x = (make.normal(size=(SAMPLES, FEATURES)) * scale).astype("float32")
        hidden = np.tanh(x @ make.normal(size=(FEATURES, 4)))
        y = hidden @ make.normal(size=(4, 1)) + 0.3 * make.normal(size=(SAMPLES, 1))
        if self.model == "classifier":
            y = np.digitize(y[:, 0], np.quantile(y, [0.33, 0.66]))
        return x, y.astype("float32")

    def compiled(self, rate: float) -> keras.Model:
        """A new model, always with the same weights."""
        keras.utils.set_random_seed(self.seed)
        dense = keras.layers.Dense
        layers = {
            "linear": [dense(1)],
            "mlp": [dense(32, "relu"), dense(1)],
            "deep": [*(dense(16, "tanh") for _ in range(4)), dense(1)],
            "classifier": [dense(32, "relu"), dense(3, "softmax")],
            "normalised": [dense(32), keras.layers.BatchNormalization(), dense(1)],
            "convolution": [
                keras.layers.Reshape((FEATURES, 1)),
                keras.layers.Conv1D(8, 3, activation="relu"),
                keras.layers.Flatten(),
                dense(1),
            ],
        }[self.model]
        model = keras.Sequential([keras.Input((FEATURES,)), *layers])
        loss = "sparse_categorical_crossentropy" if self.model == "classifier" else "mse"
        model.compile(OPTIMIZERS[self.optimizer](rate), loss, jit_compile=False)
        return model


def tasks() -> Iterator[Task]:
    """30 of them."""
    pairs = itertools.product(MODELS, OPTIMIZERS)
    return (Task(*pair, seed) for seed, pair in enumerate(pairs))


class Trainer:
    """Trains one task again and again from its first weights, with one compiled function."""

    def __init__(self, task: Task, steps: int):
        self._x, self._y = task.data()
        self._model, self._steps = task.compiled(0.1), steps
        self._model.optimizer.build(self._model.trainable_variables)
        self._variables = [*self._model.variables, *self._model.optimizer.variables]
        self._values = [keras.ops.convert_to_numpy(v).copy() for v in self._variables]

    def final_loss(self, rate: float) -> float:
        """Mean loss over all data after training; infinite where it is not finite."""
        for variable, value in zip(self._variables, self._values, strict=True):
            variable.assign(value)
        self._model.optimizer.learning_rate = rate
        rows = np.random.default_rng(1).integers(0, SAMPLES, self._steps * BATCH)
        x, y = self._x[rows], self._y[rows]
        self._model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
        loss = float(np.mean(self._model.evaluate(self._x, self._y, SAMPLES, verbose=0)))
        return loss if math.isfinite(loss) else math.inf


def measured(task: Task, steps: int, search: dict[str, int]) -> dict[str, object]:
    """The sweep and the suggestion of one task."""
    trainer = Trainer(task, steps)
    losses = np.array([trainer.final_loss(rate) for rate in RATES])
    best = int(np.argmin(losses))
    sweep = losses[max(best - AROUND, 0) : best + AROUND + 1]
    lowest = losses[best]
    model = task.compiled(0.1)
    began = time.perf_counter()
    curve = find_learning_rate(model, task.data(), **search)
    took = time.perf_counter() - began
    loss = math.inf if curve.suggestion is None else trainer.final_loss(curve.suggestion)
    return {
        "task": "/".join(map(str, dataclasses.astuple(task))),
        "best_rate": RATES[best],
        "best_loss": lowest,
        "rates_within_5_percent": int(np.sum(sweep <= GOOD * lowest)),
        "suggestion": curve.suggestion,
        "loss": loss,
        "above_best": loss / lowest - 1,
        "seconds_of_search": took,
    }


def main() -> None:
    """Prints a line for each task, then the fraction of good suggestions."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train-steps", type=int, default=400, help="steps of each run of a sweep")
    parser.add_argument("--steps", type=int, default=100, help="steps of each run of a search")
    parser.add_argument("--trials", type=int, default=8, help="most short runs of a search")
    parser.add_argument("--tasks", type=int, default=30, help="how many tasks, evenly spread")
    options = parser.parse_args()
    search = {"steps": options.steps, "trials": options.trials, "batch_size": BATCH}
    found = []
    everything = list(tasks())
    for number in np.linspace(0, len(everything) - 1, options.tasks).round().astype(int):
        found.append(measured(everything[number], options.train_steps, search))
        print(json.dumps(found[-1]), flush=True)
    good = sum(item["above_best"] <= GOOD - 1 for item in found)
    print(f"{good} of {len(found)} within 5 % of the best final loss of the sweep")


if __name__ == "__main__":
    main()
