"""A small training for things to happen to: with and without the callback, the same to the last bit."""

import threading
import warnings

import keras
import numpy as np

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.callback import InspectWarning

STEPS, EPOCHS, BATCH = 10, 3, 8  # steps of an epoch
TOTAL = STEPS * EPOCHS
X = np.random.default_rng(0).normal(size=(STEPS * BATCH, 6)).astype("float32")
Y = np.arange(STEPS * BATCH) % 3


def make_model(*layers, **options):
    """With weights and random streams that are the same each time."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    stack = [
        keras.Input((6,)),
        keras.layers.Dense(16, activation="relu", name="hidden"),
        *layers,
        keras.layers.Dropout(0.2),
        keras.layers.Dense(3, activation="softmax", name="head"),
    ]
    model = keras.Sequential(stack)
    model.compile("adam", "sparse_categorical_crossentropy", **options)
    return model


def fit(model, *callbacks, epochs=EPOCHS):
    """Trains it."""
    model.fit(X, Y, batch_size=BATCH, epochs=epochs, verbose=0, callbacks=list(callbacks))


def state(model):
    """All that training changes, as arrays."""
    variables = [*model.variables, *model.optimizer.variables]
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


def assert_same(one, other):
    """Bit for bit."""
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left, right)


class At(keras.callbacks.Callback):
    """Does something before one of the batches, once all before it has been written.

    Args:
        step: Number of the batch, from 0.
        action: A function.
        inspect: The callback whose recorder is waited for; None not to wait.
    """

    def __init__(self, step, action, inspect=None):
        super().__init__()
        self.step, self.action, self.inspect, self.seen = step, action, inspect, 0

    def on_train_batch_begin(self, batch, logs=None):
        if self.seen == self.step:
            if self.inspect is not None:
                drain(self.inspect._fit.recorder)
            self.action()
        self.seen += 1


def drain(recorder):
    """Returns when all that was put before has been written."""
    done = threading.Event()
    assert recorder.put(lambda: done.set() or [], wait_seconds=30)
    assert done.wait(30)


def watched(log_dir, fault=None, step=0, model=None, **options):
    """Trains with the callback, and something that happens at a step.

    Args:
        log_dir: Of the callback.
        fault: Called with the callback.
        step: When.
        model: Defaults to `make_model()`.
        options: Of the callback.

    Returns:
        The callback, the state of the model, and the texts of the warnings.
    """
    inspect = InspectCallback(log_dir, **{"every": 1, "maps_every": 0, "console": None} | options)
    model = model or make_model()
    others = [At(step, lambda: fault(inspect), inspect)] if fault else []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit(model, *others, inspect)
    texts = [str(w.message) for w in caught if issubclass(w.category, InspectWarning)]
    return inspect, state(model), texts
