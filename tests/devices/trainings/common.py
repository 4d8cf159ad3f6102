"""What the trainings share: a small model, its data, and their reports."""

import contextlib
import json
import sys
import warnings

import keras
import numpy as np

from tb_keras_inspect import InspectCallback

BATCH, EPOCHS = 8, 2
LOG_DIR = sys.argv[1]


def data(samples):
    """Inputs and labels."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(samples, 6)).astype("float32"), rng.integers(0, 3, samples)


def layers():
    """Inputs and outputs of the model."""
    inputs = keras.Input((6,), name="features")
    hidden = keras.layers.Dense(8, activation="relu", name="hidden")(inputs)
    return inputs, keras.layers.Dense(3, name="scores")(hidden)


def noisy_layers():
    """The same with random numbers and statistics of the batch."""
    inputs = keras.Input((6,), name="features")
    x = keras.layers.Dense(8, activation="relu", name="hidden")(inputs)
    x = keras.layers.BatchNormalization(name="normalized")(x)
    x = keras.layers.Dropout(0.4, seed=3, name="dropped")(x)
    return inputs, keras.layers.Dense(3, name="scores")(x)


def compile_(model, optimizer=None, **options):
    """Compiles a model."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer or keras.optimizers.SGD(0.1), loss, **options)
    return model


def one_device(name, samples, every=1):
    """The training on one device that the others are compared with."""
    keras.utils.set_random_seed(1)
    model = compile_(keras.Model(*layers()))
    model.fit(**arrays(samples), callbacks=[InspectCallback(f"{LOG_DIR}/{name}", every)])


def arrays(samples, **options):
    """Arguments of `fit`."""
    x, y = data(samples)
    options = {"batch_size": BATCH, "shuffle": False, "epochs": EPOCHS, "verbose": 0, **options}
    return {"x": x, "y": y, **options}


def difference(model, other):
    """Largest difference of the weights of two models."""
    pairs = zip(model.get_weights(), other.get_weights(), strict=True)
    return max(float(np.max(np.abs(a - b))) for a, b in pairs)


def failure(function):
    """Text of the exception that a function raises, or None."""
    try:
        function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


@contextlib.contextmanager
def problems():
    """A block whose warnings of the callback are collected."""
    found = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield found
    found += [str(w.message) for w in caught if w.category.__name__ == "InspectWarning"]


class SampledSteps(keras.callbacks.Callback):
    """Notes at which steps the training function is another one; after the inspecting callback."""

    def __init__(self):
        super().__init__()
        self.steps = []

    def on_train_begin(self, logs=None):
        self.plain, self.step = self.model.train_function, 0

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.train_function is not self.plain:
            self.steps.append(self.step)
        self.step += 1


def report(**facts):
    """Hands facts over to the test."""
    print(json.dumps(facts))
