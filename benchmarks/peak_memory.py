"""Peak memory of a training run, plain and recorded: `python -m benchmarks.peak_memory cnn resnet`.

Each run has its own process. Prints the largest resident set. Set KERAS_BACKEND.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def train(name: str, recorded: bool, steps: int) -> float:
    """Peak memory of this process, in megabytes."""
    import keras

    from benchmarks.models import MODELS
    from tb_keras_inspect import InspectCallback

    keras.utils.set_random_seed(0)
    model, x, y = MODELS[name]()

    def batches():
        while True:
            yield x, y

    with tempfile.TemporaryDirectory() as log_dir:
        callbacks = [InspectCallback(log_dir, every=1, maps_every=0)] if recorded else []
        model.fit(batches(), steps_per_epoch=steps, verbose=0, callbacks=callbacks)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Parses arguments and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["mlp", "cnn", "mobilenet", "transformer"])
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", choices=("plain", "every=1"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(train(options.models[0], options.one != "plain", options.steps)))
        return
    print("| backend | model | plain MB | every=1 MB | increase |\n| --- | --- | --- | --- | --- |")
    for name in options.models:
        found = {"plain": [], "every=1": []}
        for _ in range(options.rounds):
            for kind, values in found.items():
                command = [sys.executable, "-m", "benchmarks.peak_memory", name, "--one", kind]
                command += ["--steps", str(options.steps)]
                printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                values.append(json.loads(printed.splitlines()[-1]))
        plain, ours = (sorted(values)[len(values) // 2] for values in found.values())
        backend = os.environ.get("KERAS_BACKEND", "tensorflow")
        print(
            f"| {backend} | {name} | {plain:.0f} | {ours:.0f} | {ours / plain - 1:+.0%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
