"""Measures the cost of `control=True` while nobody steers: `python -m benchmarks.control_cost`.

Prints, for the current backend: the time that a step needs to check for commands, the processor time
of the thread that polls for commands, the time from a command to its answer, and the duration of a
step while a breakpoint checks it.
"""

import statistics
import sys
import tempfile
import threading
import time

import keras
import numpy as np

from tb_keras_inspect import InspectCallback, connect

STEPS = 2000


class Times(keras.callbacks.Callback):
    """Records the seconds from the start of one step to the start of the next."""

    def __init__(self):
        super().__init__()
        self.begun = []

    def on_train_batch_begin(self, batch, logs=None):
        self.begun.append(time.perf_counter())

    def median(self, first=0):
        return statistics.median(np.diff(self.begun[first:]))


def fit(callbacks, epochs=1, width=512):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((128,)),
            keras.layers.Dense(width, activation="relu"),
            keras.layers.Dense(width, activation="relu"),
            keras.layers.Dense(10),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x = np.random.default_rng(0).normal(size=(32 * STEPS, 128)).astype("float32")
    y = np.zeros(len(x), "int32")
    model.fit(x, y, batch_size=32, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks)


def callback(**options):
    directory = tempfile.mkdtemp()
    options = {"console": None, "maps_every": 0, "every": 10**9} | options
    return directory, InspectCallback(directory, **options)


def asked_seconds():
    """Seconds per call of `before_batch` while there is no command."""
    _, inspect = callback(control=True)
    seconds = []

    class Ask(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            controller = inspect._recordings.controller
            begun = time.perf_counter()
            for _ in range(1000):
                controller.before_batch(batch, batch, 0)
            seconds.append((time.perf_counter() - begun) / 1000)

    fit([inspect, Ask()])
    return statistics.median(seconds)


def thread_share():
    """Processor time of the thread that polls for commands, as a fraction of one core."""
    _, inspect = callback(control=True)
    found = []

    class Look(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:
                server = inspect._recordings.controller._current.server
                clock = time.pthread_getcpuclockid(server._thread.ident)
                before, begun = time.clock_gettime(clock), time.perf_counter()
                time.sleep(20)
                used = time.clock_gettime(clock) - before
                found.append(used / (time.perf_counter() - begun))
                self.model.stop_training = True

    fit([inspect, Look()])
    return found[0]


def answers():
    """Seconds from a command to its answer, during training and while paused."""
    directory, inspect = callback(control=True)
    running, paused = [], []

    def steer():
        time.sleep(3)
        control = connect(directory)
        for _ in range(20):
            begun = time.perf_counter()
            control.set_learning_rate(1e-3)
            running.append(time.perf_counter() - begun)
        control.pause()
        for _ in range(20):
            begun = time.perf_counter()
            control.set_learning_rate(1e-3)
            paused.append(time.perf_counter() - begun)
        control.stop()

    thread = threading.Thread(target=steer)
    thread.start()
    fit([inspect], epochs=100)
    thread.join()
    return running, paused


def guarded(kind):
    """Median seconds of a step: "plain", "sampled" each step, or "guarded" by a breakpoint."""
    times = Times()
    directory, inspect = callback(control=True, every=1 if kind == "sampled" else 10**9)

    class Arm(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1 and kind == "guarded":
                control = connect(directory)
                threading.Thread(target=control.break_on_nonfinite).start()
                while not inspect._recordings.controller.waiting_count:
                    time.sleep(0.01)
            if batch == 400:
                self.model.stop_training = True

    fit([Arm(), inspect, times])
    return times.median(100)


def main():
    print(f"backend {keras.backend.backend()}")
    plain = guarded("plain")
    print(f"plain step                     {1e3 * plain:8.3f} ms")
    asked = asked_seconds()
    print(f"check for commands, per step   {1e6 * asked:8.3f} us  = {100 * asked / plain:.4f} %")
    print(f"thread, of one core            {100 * thread_share():8.4f} %")
    running, paused = answers()
    for name, seconds in (("running", running), ("paused", paused)):
        print(
            f"command to answer, {name:8s}    {1e3 * statistics.median(seconds):8.0f} ms median, "
            f"{1e3 * max(seconds):.0f} ms max"
        )
    for kind in ("sampled", "guarded"):
        seconds = guarded(kind)
        print(
            f"{kind} step                   {1e3 * seconds:8.3f} ms  = {seconds / plain:.2f} x plain"
        )


if __name__ == "__main__":
    sys.exit(main())
