"""A small training in this thread, and somebody who steers it from another one."""

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
    """x, y; samples with these numbers hold a NaN."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(SAMPLES, 6)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    x[list(bad), 0] = np.nan
    return x, y


def make_model(optimizer=None, steps_per_execution=1):
    """Two dense layers, `first` and `second`, with dropout between; always the same weights."""
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
    """All of them, on the host."""
    return [keras.ops.convert_to_numpy(variable.value) for variable in model.variables]


def connected(directory):
    """A connection, once the training is there."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        with contextlib.suppress(NotSteerableError):
            return connect(directory, timeout=WAIT)
        time.sleep(0.02)
    raise TimeoutError("no training takes commands")


class HoldFirstStep(keras.callbacks.Callback):
    """Has a training wait before a step until the steering one is connected and has said "go"."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()

    def on_train_batch_begin(self, batch, logs=None):
        assert self.go.wait(WAIT)


def steer(model, directory, script, data=None, epochs=2, callbacks=(), shuffle=False, **options):
    """Fits a model while `script(control)` runs in another thread, paused before the first step.

    Returns what the script returns; raises what it raises. The training is ended with it.
    """
    x, y = data or make_data()
    found, errors = [], []
    hold = HoldFirstStep()

    def run():
        control = None
        try:
            control = connected(directory)
            # Sent before the first step may begin, so that the training pauses there.
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
    """Sends a command without waiting for its answer; its id."""
    return control._exchange.send(command, arguments)


def answer_of(control, identity):
    """The answer of a command, once it is there."""
    return control._exchange.wait_for_answer(identity)


def wait_for_commands(callback, count=1):
    """Waits until the training has read so many commands."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if callback._controller.waiting_count >= count:
            return
        time.sleep(0.01)
    raise TimeoutError("the training has not read the command")
