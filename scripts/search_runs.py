"""Trains the 40 trials of a random search that the picture of the list of runs shows.

`python -m scripts.search_runs FOLDER`: a dense network on handwritten digits, a few seconds a trial.
Learning rates are drawn from a range that is too wide, as in a first search, so that some trials fail.
"""

import os
import pathlib
import sys

import numpy as np

from tb_keras_inspect import InspectCallback

TRIALS = 40
EPOCHS = 8


def train(folder: pathlib.Path) -> None:
    """Trains the trials that are not there."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    from sklearn.datasets import load_digits

    data = load_digits()
    x, y = (data.data / 16).astype(np.float32), data.target.astype(np.int32)
    for number in range(TRIALS):
        directory = folder / f"search/trial_{number:04d}"
        if not directory.exists():
            _train_one(keras, directory, number, x, y)


def _train_one(keras, directory: pathlib.Path, number: int, x: np.ndarray, y: np.ndarray) -> None:
    random = np.random.default_rng(number)
    chosen = {
        "optimizer": str(random.choice(["adam", "sgd", "rmsprop"])),
        "learning_rate": float(f"{10 ** random.uniform(-4, 0.5):.2g}"),
        "units": int(random.choice([16, 64, 256])),
        "activation": str(random.choice(["relu", "sigmoid"])),
    }
    keras.utils.clear_session()
    keras.utils.set_random_seed(number)
    hidden = [keras.layers.Dense(chosen["units"], chosen["activation"]) for _ in range(3)]
    model = keras.Sequential([keras.Input((64,)), *hidden, keras.layers.Dense(10)])
    optimizer = keras.optimizers.get(chosen["optimizer"])
    optimizer.learning_rate = chosen["learning_rate"]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])
    callback = InspectCallback(str(directory), every=4, hyperparameters=chosen)
    model.fit(
        x, y, epochs=EPOCHS, validation_split=0.2, batch_size=64, verbose=0, callbacks=[callback]
    )


if __name__ == "__main__":
    train(pathlib.Path(sys.argv[1]))
