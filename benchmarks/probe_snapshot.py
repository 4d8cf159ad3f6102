"""The cost of a snapshot of the probe samples: time on and off the training thread, and bytes.

    python -m benchmarks.probe_snapshot [--model mobilenet|resnet|cnn|transformer] [--size 96]
        [--probes 4] [--pictures activations,kernels]

Uses the backend in KERAS_BACKEND. Prints medians of the snapshots after the first, and bytes by kind.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from tb_keras_inspect.catalog.pictures import PICTURES
from tb_keras_inspect.records.summary import to_value
from tb_keras_inspect.training.model.connections import edges_of
from tb_keras_inspect.training.model.names import layer_names
from tb_keras_inspect.training.probe.probe_pass import ProbePass, ProbeSamples


def build(name: str, size: int) -> keras.Model:
    """Builds the named model for square images."""
    shape = (size, size, 3)
    if name == "mobilenet":
        return keras.applications.MobileNetV2(input_shape=shape, weights=None, classes=10)
    if name == "resnet":
        return keras.applications.ResNet50(input_shape=shape, weights=None, classes=10)
    if name == "transformer":
        return transformer(size)
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def transformer(length: int, layers: int = 4, width: int = 128) -> keras.Model:
    """Builds an encoder of `length` vectors of 3 x `length` features, the rows of an image."""
    inputs = keras.Input((length, 3 * length))
    x = keras.layers.Dense(width)(inputs)
    for _ in range(layers):
        attended = keras.layers.MultiHeadAttention(4, width // 4)(x, x)
        x = keras.layers.LayerNormalization()(x + attended)
        hidden = keras.layers.Dense(4 * width, activation="gelu")(x)
        x = keras.layers.LayerNormalization()(x + keras.layers.Dense(width)(hidden))
    x = keras.layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x))


def seconds(function, *arguments):
    """Runs a function. Returns its result, its wall time and its processor time."""
    start, used = time.perf_counter(), time.process_time()
    result = function(*arguments)
    return result, np.array([time.perf_counter() - start, time.process_time() - used])


def main() -> None:
    """Measures snapshots and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--model", choices=("mobilenet", "resnet", "cnn", "transformer"), default="mobilenet"
    )
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--probes", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--pictures", type=lambda text: text.split(","), default=list(PICTURES))
    arguments = parser.parse_args()

    model = build(arguments.model, arguments.size)
    model.compile("sgd", "categorical_crossentropy")
    shape = (arguments.probes, *model.inputs[0].shape[1:])
    samples = ProbeSamples.from_user(np.random.default_rng(0).random(shape), model)
    kinds = frozenset(PICTURES[name].kind for name in arguments.pictures)
    probe = ProbePass(model, samples, layer_names(model), kinds=kinds)

    values, first = seconds(probe.run, 0)
    messages, first_encode = seconds(probe.encode, values, 1)
    runs, encodes = [], []
    for step in range(1, arguments.repeats + 1):
        values, elapsed = seconds(probe.run, step)
        runs.append(elapsed)
        messages, elapsed = seconds(probe.encode, values, 1)
        encodes.append(elapsed)
    _, graph = seconds(edges_of, model, samples.inputs)
    sizes = {k.value: len(to_value(k, *m).SerializeToString()) for k, m in messages.items()}
    print(f"{keras.backend.backend()}, {arguments.model}, size {arguments.size}, ", end="")
    print(f"{arguments.probes} probes; pictures: {', '.join(arguments.pictures)}")
    print("                                     wall, s   processor, s")
    rows = {
        "first run (traces and compiles)": first,
        "edges of the graph, once": graph,
        "first encode": first_encode,
        "a run, in the training thread": np.median(runs, axis=0),
        "an encode, beside it": np.median(encodes, axis=0),
    }
    for what, (clock, used) in rows.items():
        print(f"{what:<36} {clock:8.3f}   {used:8.3f}")
    print(f"a snapshot:                      {sum(sizes.values()) / 1e6:.2f} MB")
    for kind, size in sizes.items():
        print(f"  {kind:<30} {size / 1e3:.1f} kB")


if __name__ == "__main__":
    main()
