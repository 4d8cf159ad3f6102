"""Runs the Python blocks of pages: `python -m tests.docs.run_blocks FOLDER PAGE...` in the order given.

FOLDER becomes the working directory; it holds logs that the pages read. Blocks of one page share their
names; each page begins with those of `names()`. Prints a line for each block that fails, and ends with
status 1 where one did. One process a backend.
"""

import os
import pathlib
import re
import shutil
import sys
import time
import traceback

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import matplotlib
import numpy as np

import tb_keras_inspect
from tb_keras_inspect import plots
from tests.docs.pages import DOCSTRINGS, blocks, docstring_blocks

matplotlib.use("agg")
SAMPLES = 64
RECORDED = "recorded/run"  # where no page writes


def build(full: bool) -> keras.Model:
    """A compiled model of pictures; the full one has layers of every kind that pages name."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    inputs = hidden = keras.Input((8, 8, 1), name="pictures")
    if full:
        hidden = keras.layers.Conv2D(4, 3, activation="relu", name="conv2d")(hidden)
        hidden = keras.layers.Reshape((36, 4))(hidden)
        hidden = keras.layers.MultiHeadAttention(2, 2, name="attention")(hidden, hidden)
    hidden = keras.layers.Flatten()(hidden)
    for name in ("hidden_1", "hidden_2"):
        hidden = keras.layers.Dense(8, activation="relu", name=name)(hidden)
    outputs = keras.layers.Dense(3, activation="softmax")(hidden)
    model = keras.Model(inputs, outputs)
    # Eagerly: compiling a step takes seconds, and pages fit but a few batches.
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    return model


def names(full: bool = False) -> dict:
    """What pages take for granted: a compiled model and data that it can be fitted to."""
    model = build(full)
    x = np.random.default_rng(0).normal(size=(SAMPLES, 8, 8, 1)).astype("float32")
    y = np.arange(SAMPLES) % 3
    given = {"keras": keras, "np": np, "model": model, "x": x, "y": y}
    given |= {"inputs": model.input, "outputs": model.output}
    given["batches"] = [(x[i : i + 32], y[i : i + 32]) for i in range(0, SAMPLES, 32)]
    given |= {name: getattr(tb_keras_inspect, name) for name in ("InspectCallback", "diagnose")}
    given["plots"] = plots
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        given["tf"] = tf
    if os.path.isdir(RECORDED):
        given["run"] = tb_keras_inspect.load_run(RECORDED)
    return given


def make_logs() -> None:
    """The runs that pages read: one training under several names."""
    given = names(full=True)
    callbacks = [
        keras.callbacks.TensorBoard(RECORDED),
        tb_keras_inspect.InspectCallback(RECORDED, every=1),
    ]
    given["model"].fit(given["x"], given["y"], epochs=3, verbose=0, callbacks=callbacks)
    good = [f"logs/good_{number}" for number in range(1, 6)]
    more = ("logs/today", "logs/monday", "logs/tuesday")
    for name in ("logs/a", "logs/b", "logs/demo/vanishing_sigmoid", *good, *more):
        shutil.copytree(RECORDED, name)


def blocks_of(page: str) -> list:
    """The blocks of a page, or of all public docstrings."""
    if page == DOCSTRINGS:
        # What steers needs a training that runs: tests/steering; docs/howto/bisect_upgrade.md compares.
        elsewhere = ("connect", "compare_live")
        return [block for block in docstring_blocks() if block.page not in elsewhere]
    return [block for block in blocks("python") if block.page == page]


def run_page(page: str) -> int:
    """Runs all blocks of a page and the tests in them; returns how many failed."""
    start, failed = names(), 0
    given = dict(start)
    began = time.perf_counter()
    for block in blocks_of(page):
        if page == DOCSTRINGS:  # each stands alone
            given = dict(start)
        if file := re.match(r"# (\w+\.py)\n", block.text):  # what the reader puts into a file
            pathlib.Path(file[1]).write_text(block.text, encoding="utf-8")
        try:
            exec(compile(block.text, f"{block.page}, line {block.line}", "exec"), given)
            for name in [name for name in given if name.startswith("test_")]:
                given.pop(name)("logs/of_a_test")
        except Exception:  # the others are still of interest
            print(f"{block.page}, line {block.line}:\n{traceback.format_exc()}", flush=True)
            failed += 1
    print(f"{page}: {time.perf_counter() - began:.1f} s", flush=True)
    return failed


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    if any("run" in block.text for page in sys.argv[2:] for block in blocks_of(page)):
        make_logs()
    sys.exit(1 if sum(map(run_page, sys.argv[2:])) else 0)
