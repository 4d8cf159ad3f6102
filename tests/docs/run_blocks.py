"""Runs the Python blocks of pages: `python run_blocks.py FOLDER PAGE...` in the order given.

FOLDER becomes the working directory; it holds logs that the pages read. Blocks of one page share their
names; each page begins with those of `names()`. Prints a line for each block that fails, and ends with
status 1 where one did. One process a backend.
"""

import os
import shutil
import sys
import time
import traceback

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import keras
import matplotlib
import numpy as np
from pages import blocks

import tb_keras_inspect

matplotlib.use("agg")
SAMPLES = 64


def names() -> dict:
    """What pages take for granted: a compiled model and data that it can be fitted to."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 8, 1), name="pictures")
    hidden = keras.layers.Conv2D(4, 3, activation="relu", name="conv2d")(inputs)
    hidden = keras.layers.Flatten()(hidden)
    hidden = keras.layers.Dense(8, activation="relu", name="hidden_1")(hidden)
    outputs = keras.layers.Dense(3, activation="softmax")(hidden)
    model = keras.Model(inputs, outputs)
    model.compile("adam", "sparse_categorical_crossentropy")
    x = np.random.default_rng(0).normal(size=(SAMPLES, 8, 8, 1)).astype("float32")
    y = np.arange(SAMPLES) % 3
    given = {"keras": keras, "np": np, "model": model, "x": x, "y": y}
    given |= {"inputs": inputs, "outputs": outputs}
    given["batches"] = [(x[i : i + 32], y[i : i + 32]) for i in range(0, SAMPLES, 32)]
    given["InspectCallback"] = tb_keras_inspect.InspectCallback
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        given["tf"] = tf
    if os.path.isdir("logs/a"):
        given["run"] = tb_keras_inspect.load_run("logs/a")
    return given


def make_logs() -> None:
    """The runs that pages read: one training under several names."""
    given = names()
    callbacks = [
        keras.callbacks.TensorBoard("logs/a"),
        tb_keras_inspect.InspectCallback("logs/a", every=1),
    ]
    given["model"].fit(given["x"], given["y"], epochs=2, verbose=0, callbacks=callbacks)
    for name in ("logs/b", "logs/demo/vanishing_sigmoid"):
        shutil.copytree("logs/a", name)


def run_page(page: str) -> int:
    """Runs all blocks of a page and the tests in them; returns how many failed."""
    given, failed = names(), 0
    began = time.perf_counter()
    for block in (item for item in blocks("python") if item.page == page):
        try:
            exec(compile(block.text, f"{page}, line {block.line}", "exec"), given)
            for name in [name for name in given if name.startswith("test_")]:
                given.pop(name)("logs/of_a_test")
        except Exception:
            print(f"{page}, line {block.line}:\n{traceback.format_exc()}", flush=True)
            failed += 1
    print(f"{page}: {time.perf_counter() - began:.1f} s", flush=True)
    return failed


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    if any("load_run" in block.text for block in blocks("python") if block.page in sys.argv[2:]):
        make_logs()
    sys.exit(1 if sum(map(run_page, sys.argv[2:])) else 0)
