"""What a snapshot of activation maps costs: time in the training thread and beside it, and bytes.

    python benchmarks/probe_snapshot.py [--model mobilenet|resnet|cnn] [--size 96] [--probes 4]

The backend is the one of KERAS_BACKEND. Prints medians of the snapshots after the first.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from tb_keras_inspect.capture.names import layer_names
from tb_keras_inspect.capture.probe import ProbePass, ProbeSamples
from tb_keras_inspect.records.schema import Kind
from tb_keras_inspect.records.summary import to_value


def build(name: str, size: int) -> keras.Model:
    """A model of the given name for square images."""
    shape = (size, size, 3)
    if name == "mobilenet":
        return keras.applications.MobileNetV2(input_shape=shape, weights=None, classes=10)
    if name == "resnet":
        return keras.applications.ResNet50(input_shape=shape, weights=None, classes=10)
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


def seconds(function, *arguments):
    """Its result, and how long it took."""
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=("mobilenet", "resnet", "cnn"), default="mobilenet")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--probes", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()

    model = build(arguments.model, arguments.size)
    model.compile("sgd", "categorical_crossentropy")
    images = np.random.default_rng(0).random((arguments.probes, arguments.size, arguments.size, 3))
    samples = ProbeSamples.from_user(images, model)
    probe = ProbePass(model, samples, layer_names(model))

    values, first = seconds(probe.run, 0)
    messages, first_encode = seconds(probe.encode, values, 1)
    runs, encodes = [], []
    for step in range(1, arguments.repeats + 1):
        values, elapsed = seconds(probe.run, step)
        runs.append(elapsed)
        messages, elapsed = seconds(probe.encode, values, 1)
        encodes.append(elapsed)
    size = len(to_value(Kind.MAPS, *messages).SerializeToString())
    print(
        f"{keras.backend.backend()}, {arguments.model}, {arguments.size} x {arguments.size}, ",
        end="",
    )
    print(f"{arguments.probes} probes, {len(messages) - 1} layer outputs")
    print(f"first run (traces and compiles): {first:.2f} s; first encode: {first_encode:.3f} s")
    print(f"a run, in the training thread:   {1e3 * statistics.median(runs):.1f} ms")
    print(f"an encode, beside it:            {1e3 * statistics.median(encodes):.1f} ms")
    print(f"a snapshot:                      {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
