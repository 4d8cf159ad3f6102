"""What many short fits cost: `KERAS_BACKEND=jax python -m benchmarks.short_fits --fits 10000`.

Two models of one kind are fitted in turn, for one step each: one plainly, one with one callback for
all its fits. Prints medians and sums of wall and processor time, the ratios, the resident memory, and
what was recorded.
"""

import argparse
import os
import statistics
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from tb_keras_inspect import InspectCallback, load_run

WARM_UP = 5  # fits of each that are left out of the medians and of the second sum: they compile


def made() -> keras.Model:
    """A small model, as reinforcement learning has it."""
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(24, activation="relu"), keras.layers.Dense(2)]
    )
    model.compile("adam", "mse")
    return model


def resident_mb() -> float:
    """Memory of the process."""
    with open("/proc/self/status") as file:
        (line,) = (line for line in file if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1e3


def main() -> None:
    """Parses arguments and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=int, default=1000)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--maps-every", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(32, 4)).astype("float32")
    y = np.stack([x[:, 0], x[:, 1] - x[:, 2]], 1)
    models = {"plain": made(), "watched": made()}
    wall: dict[str, list[float]] = {name: [] for name in models}
    busy: dict[str, list[float]] = {name: [] for name in models}
    with tempfile.TemporaryDirectory() as log_dir:
        inspect = InspectCallback(log_dir, options.every, maps_every=options.maps_every)
        callbacks = {"plain": [], "watched": [inspect]}
        for number in range(options.fits):
            for name, model in models.items():
                begun, used = time.perf_counter(), time.process_time()
                model.fit(x, y, verbose=0, callbacks=callbacks[name])
                busy[name].append(time.process_time() - used)
                wall[name].append(time.perf_counter() - begun)
            if number in (WARM_UP, options.fits // 10, options.fits // 2, options.fits - 1):
                print(f"after {number + 1:6d} fits of each: {resident_mb():.0f} MB", flush=True)
        run = load_run(log_dir)
        files = [name for name in os.listdir(log_dir) if "tfevents" in name]
        size = sum(os.path.getsize(os.path.join(log_dir, name)) for name in files)
        epochs = len(run.loss.epochs["loss"][0])
        print(
            f"{keras.backend.backend()}: {len(run.table('step').steps)} samples, {epochs} epochs, "
            f"{len(files)} event files, {size / 1e6:.1f} MB, problems: {run.problems}"
        )
    for what, times in (("wall", wall), ("processor", busy)):
        plain, watched = (times[name] for name in models)
        median = [statistics.median(found[WARM_UP:]) for found in (plain, watched)]
        total = [sum(found[WARM_UP:]) for found in (plain, watched)]
        print(
            f"{what:9s} time: median {median[0] * 1e3:.2f} and {median[1] * 1e3:.2f} ms, ratio "
            f"{median[1] / median[0]:.3f}; sum {total[0]:.1f} and {total[1]:.1f} s, ratio "
            f"{total[1] / total[0]:.3f}; with the first {WARM_UP}: {sum(plain):.1f} and "
            f"{sum(watched):.1f} s, ratio {sum(watched) / sum(plain):.3f}"
        )


if __name__ == "__main__":
    main()
