"""Memory over many fits in one process: `python -m benchmarks.repeated_fits --fits 300 --new model`.

Each fit has a new callback and a model that is compiled again, or with `--new model` built again.
`--plain` leaves the callback out. Prints the resident set after each 50 fits. Set KERAS_BACKEND.
"""

import argparse
import gc
import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from benchmarks.short_fits import resident_mb
from tb_keras_inspect import InspectCallback

PRINTED_EVERY = 50


def make_model() -> keras.Model:
    """Two dense layers."""
    hidden = keras.layers.Dense(32, activation="relu")
    return keras.Sequential([keras.Input((16,)), hidden, keras.layers.Dense(4)])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=int, default=300)
    parser.add_argument("--new", choices=("compile", "model"), default="compile")
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    x = np.random.default_rng(0).normal(size=(64, 16)).astype("float32")
    y = x[:, :4]
    model = make_model()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, options.fits + 1):
            if options.new == "model":
                model = make_model()
            model.compile("sgd", "mse")
            callbacks = []
            if not options.plain:
                log_dir = os.path.join(folder, str(number))
                callbacks.append(InspectCallback(log_dir, every=1, console=None))
            model.fit(x, y, epochs=2, batch_size=32, verbose=0, callbacks=callbacks)
            if number % PRINTED_EVERY == 0:
                gc.collect()
                found.append(round(resident_mb()))
    what = "plain" if options.plain else "recorded"
    print(f"{keras.backend.backend()}, a new {options.new} each, {what}: {found} MB", flush=True)


if __name__ == "__main__":
    main()
