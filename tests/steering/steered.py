"""A small training run in this thread, controlled from another thread."""

import contextlib
import threading
import time

import keras
import numpy as np

from tb_keras_inspect import InspectCallback, connect
from tb_keras_inspect.steering.channel import NotSteerableError

WAIT = 60.0  # seconds; a busy machine compiles slowly
SAMPLES, BATCH = 64, 16


def make_data(bad=()):
    """Returns x and y; the samples at the indices in `bad` contain a NaN."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(SAMPLES, 6)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    x[list(bad), 0] = np.nan
    return x, y


def make_model(optimizer=None, steps_per_execution=1):
    """Returns dense layers `first` and `second` with dropout between, always with the same weights."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu", name="first"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(2, name="second"),
        ]
    )
    model.compile(
        optimizer or keras.optimizers.Adam(1e-2),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=steps_per_execution,
    )
    return model


def weights(model):
    """Returns all variables as NumPy arrays."""
    return [keras.ops.convert_to_numpy(variable.value) for variable in model.variables]


def connected(directory):
    """Connects as soon as the training run takes commands."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        with contextlib.suppress(NotSteerableError):
            return connect(directory, timeout=WAIT)
        time.sleep(0.02)
    raise TimeoutError("no training run takes commands")


class HoldFirstStep(keras.callbacks.Callback):
    """Delays the first step until the controlling thread has connected and set `go`."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()

    def on_train_batch_begin(self, batch, logs=None):
        assert self.go.wait(WAIT)


def steer(model, directory, script, data=None, epochs=2, callbacks=(), shuffle=False, **options):
    """Fits a model while `script(control)` runs in another thread, paused before the first step.

    Returns what the script returns and raises what it raises. After the script training resumes, or
    stops if the script failed.
    """
    x, y = data or make_data()
    found, errors = [], []
    hold = HoldFirstStep()

    def run():
        control = None
        try:
            control = connected(directory)
            # Sent before the first step can begin, so that training pauses there.
            identity = send(control, "pause")
            wait_for_commands(callback)
            hold.go.set()
            answer_of(control, identity)
            control.wait_until_paused(WAIT)
            found.append(script(control))
        except BaseException as error:
            errors.append(error)
        finally:
            hold.go.set()
            try:
                if control is not None and control.state["status"] != "ended":
                    control.stop() if errors else control.resume()
            except (NotSteerableError, RuntimeError):
                pass

    options = {"maps_every": 0, "tier": "economy", "every": 1000} | options
    callback = InspectCallback(directory, control=True, console=None, **options)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        model.fit(
            x,
            y,
            batch_size=BATCH,
            epochs=epochs,
            shuffle=shuffle,
            verbose=0,
            callbacks=[hold, callback, *callbacks],
        )
    finally:
        thread.join(WAIT)
    if errors:
        raise errors[0]
    return found[0] if found else None


def send(control, command, **arguments):
    """Sends a command without waiting for its answer. Returns its id."""
    return control._exchange.send(command, arguments)


def answer_of(control, identity):
    """Waits for the answer to a command."""
    return control._exchange.wait_for_answer(identity)


def wait_for_commands(callback, count=1):
    """Waits until the training process has read so many commands."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if callback._recordings.controller.waiting_count >= count:
            return
        time.sleep(0.01)
    raise TimeoutError("the training process has not read the command")
