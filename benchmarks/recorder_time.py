"""The cost of one sample on the recorder thread: `python -m benchmarks.recorder_time --layers 300`.

A model with that many layers is sampled at every step. Prints the median CPU time of the recorder
thread per sample (copying from the device, unpacking, encoding, checksums, writing), and the bytes.
"""

import argparse
import os
import statistics
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.training.recorder import SAMPLE, Recorder


def timed_writes(recorder: Recorder) -> list[float]:
    """Records the CPU time, in seconds, of each sample that a recorder writes from now on."""
    seconds: list[float] = []
    write = recorder._write

    def timed(job, what):
        begun = time.thread_time()
        write(job, what)
        if what == SAMPLE:
            seconds.append(time.thread_time() - begun)

    recorder._write = timed
    return seconds


def main() -> None:
    """Parses arguments and prints one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=300)
    parser.add_argument("--units", type=int, default=64)
    parser.add_argument("--samples", type=int, default=60)
    parser.add_argument("--tier", default="standard")
    options = parser.parse_args()
    hidden = [keras.layers.Dense(options.units, activation="relu") for _ in range(options.layers)]
    model = keras.Sequential([keras.Input((options.units,)), *hidden])
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(8, options.units)).astype("float32")
    with tempfile.TemporaryDirectory() as log_dir:
        callback = InspectCallback(log_dir, every=1, maps_every=0, tier=options.tier)
        seconds: list[list[float]] = []
        start = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: seconds.append(timed_writes(callback._fit.recorder))
        )
        model.fit(
            np.tile(x, (options.samples, 1)),
            np.zeros((8 * options.samples, options.units), "float32"),
            batch_size=8,
            verbose=0,
            callbacks=[callback, start],
        )
        size = sum(entry.stat().st_size for entry in os.scandir(log_dir))
    found = seconds[0][5:]
    print(
        f"{keras.backend.backend()}, {options.layers} layers of {options.units} units, "
        f"{options.tier}: {statistics.median(found) * 1e3:.2f} ms per sample (median of "
        f"{len(found)}, 90 %: {np.quantile(found, 0.9) * 1e3:.2f}), "
        f"{size / options.samples / 1e3:.0f} KB"
    )


if __name__ == "__main__":
    main()
