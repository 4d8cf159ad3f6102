"""Fits of a small model, with and without a callback that changes something."""

import keras
import numpy as np

from tests.steering.steered import BATCH, make_data, weights

STEPS = 4  # of an epoch
LEAN = {"control": True, "console": None, "maps_every": 0, "tier": "economy", "every": 1000}


def plain(model, data=None, epochs=2, callbacks=(), shuffle=False):
    x, y = data or make_data()
    model.fit(
        x,
        y,
        batch_size=BATCH,
        epochs=epochs,
        verbose=0,
        shuffle=shuffle,
        callbacks=list(callbacks),
    )
    return weights(model)


def assert_same(left, right):
    for one, other in zip(left, right, strict=True):
        np.testing.assert_array_equal(one, other)


class AtStep(keras.callbacks.Callback):
    """Calls a function with the model before a step, counted over epochs."""

    def __init__(self, step, function):
        super().__init__()
        self._left, self._function = step, function

    def on_train_batch_begin(self, batch, logs=None):
        if self._left == 0:
            self._function(self.model)
        self._left -= 1
