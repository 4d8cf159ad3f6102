"""The cost of recording a step: `python -m benchmarks.step_cost cnn mobilenet --tier standard`.

Plain and sampled steps alternate in blocks within one `fit`, so both run on the same machine in the
same state. Figures are medians over blocks, as ratios to the plain step. Set KERAS_BACKEND.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from benchmarks.models import MODELS
from tb_keras_inspect import InspectCallback
from tb_keras_inspect.callback import InspectWarning

warnings.simplefilter("error", InspectWarning)  # kinds that are not recorded cost nothing


class Blocks:
    """A schedule in blocks: plain, every step, plain, every tenth step, and so on.

    Args:
        model: The model in training.
        block: Steps of a block.
        warm_up: Steps before the first block.
    """

    KINDS = ("plain", "every=1", "plain", "every=10")
    interval, step_seconds, sample_seconds = 1, None, None
    facts: dict[str, float] = {}  # noqa: RUF012

    def __init__(self, model: keras.Model, block: int, warm_up: int):
        self._model, self._block, self._warm_up = model, block, warm_up
        self._times: list[tuple[int, float]] = []

    def kind(self, step: int) -> str:
        """The kind of block that a step is in."""
        if step < self._warm_up:
            return "warm-up"
        return self.KINDS[(step - self._warm_up) // self._block % len(self.KINDS)]

    def begin_fit(self, *args) -> None:
        """Nothing to plan."""

    def pause(self, *args) -> None:
        """Nothing is measured between epochs."""

    def sampled(self, *args) -> None:
        """Nothing to plan."""

    def planned(self, *args) -> int:
        """Every step, as far as the callback knows."""
        return 1

    def timed(self, now: float, step: int) -> None:
        """Records when a step began; between blocks, when the device finished the previous one."""
        if (step - self._warm_up) % self._block == 0:
            wait_for_device(self._model)
            now = time.perf_counter()
        self._times.append((step, now))

    def wants(self, step: int) -> bool:
        """Whether a step is sampled."""
        kind = self.kind(step)
        if kind == "warm-up":
            return step in (1, self._warm_up // 2)
        return kind == "every=1" or (kind == "every=10" and step % 10 == 5)

    def seconds(self) -> dict[str, list[float]]:
        """Mean seconds per step of each block, by kind."""
        found: dict[str, list[float]] = {}
        for start in range(self._warm_up, len(self._times) - self._block, self._block):
            begun, ended = self._times[start][1], self._times[start + self._block][1]
            found.setdefault(self.kind(start), []).append((ended - begun) / self._block)
        return found


class Auto(Blocks):
    """Blocks of plain steps, and blocks in which the callback's own schedule decides.

    It does not know the end of training, so the minimum of 200 samples does not apply.

    Args:
        model: The model in training.
        block: Steps of a block.
        warm_up: Steps before the first block.
        schedule: The callback's own.
    """

    KINDS = ("plain", "auto")

    def __init__(self, model: keras.Model, block: int, warm_up: int, schedule):
        super().__init__(model, block, warm_up)
        self._schedule = schedule

    def begin_fit(self, first_step, total_steps, updates_every=1):
        """Without an end."""
        self._schedule.begin_fit(first_step, None, updates_every)

    def timed(self, now: float, step: int) -> None:
        """Both measure."""
        super().timed(now, step)
        self._schedule.timed(now, step)

    def wants(self, step: int) -> bool:
        """The schedule's answer, in its blocks and before the first one."""
        return self.kind(step) != "plain" and self._schedule.wants(step)

    planned = property(lambda self: self._schedule.planned)
    sampled = property(lambda self: self._schedule.sampled)
    pause = property(lambda self: self._schedule.pause)
    interval = property(lambda self: self._schedule.interval)
    facts = property(lambda self: self._schedule.facts)
    step_seconds = property(lambda self: self._schedule.step_seconds)
    sample_seconds = property(lambda self: self._schedule.sample_seconds)


def measure_auto(name: str, tier: str, block: int, rounds: int) -> None:
    """Prints one line for all blocks of a kind together, because a median would ignore the samples."""
    keras.utils.set_random_seed(0)
    model, x, y = MODELS[name]()
    callback = InspectCallback(tempfile.mkdtemp(), tier=tier, maps_every=0)
    warm_up = 60
    steps = warm_up + 2 * block * rounds + 1
    found = fit_with(callback, lambda own: Auto(model, block, warm_up, own), model, x, y, steps)
    seconds = found.seconds()
    plain, auto = (statistics.mean(seconds[kind]) for kind in Auto.KINDS)
    print(
        f"| {keras.backend.backend()} | {name} | {tier} | {plain * 1e3:.1f} | {auto / plain:.3f} "
        f"| {found.interval} |",
        flush=True,
    )


def fit_with(callback, make_schedule, model, x, y, steps: int, *others):
    """Trains with this schedule instead of the one that the callback creates."""
    made = []
    begin = callback.on_epoch_begin  # where the recording of a fit begins

    def on_epoch_begin(epoch, logs=None):
        begin(epoch, logs)
        made.append(make_schedule(callback._fit.schedule))
        callback._fit.schedule = made[0]

    callback.on_epoch_begin = on_epoch_begin

    def batches():
        while True:
            yield x, y

    callbacks = [*others, callback]
    model.fit(batches(), steps_per_epoch=steps, epochs=1, verbose=0, callbacks=callbacks)
    return made[0]


def wait_for_device(model: keras.Model) -> None:
    """Waits for the device, because JAX returns before a step is done."""
    if keras.backend.backend() == "jax":
        import jax

        jax.block_until_ready(model._jax_state["trainable_variables"])


class First(keras.callbacks.Callback):
    """Returns the duration of each of the first steps; the second one is the first sampled step."""

    def on_train_begin(self, logs=None):
        self.begins = []

    def on_train_batch_begin(self, batch, logs=None):
        self.begins.append(time.perf_counter())


def measure(name: str, tier: str, record: dict[str, bool], block: int, rounds: int) -> None:
    """Prints one line of the table."""
    keras.utils.set_random_seed(0)
    model, x, y = MODELS[name]()
    log_dir = tempfile.mkdtemp()
    warm_up = 6
    callback = InspectCallback(
        log_dir, every=1, tier=tier, maps_every=0, budget={"max_log_megabytes": 1e6}, record=record
    )
    first = First()
    steps = warm_up + block * len(Blocks.KINDS) * rounds + 1
    blocks = fit_with(
        callback, lambda own: Blocks(model, block, warm_up), model, x, y, steps, first
    )
    size = sum(os.path.getsize(os.path.join(log_dir, f)) for f in os.listdir(log_dir))
    shutil.rmtree(log_dir)
    seconds = blocks.seconds()
    plain = statistics.median(seconds["plain"])
    spread = np.std(seconds["plain"]) / plain
    samples = block * rounds + rounds * block // 10 + 2
    begins = np.diff(first.begins)
    ratios = {kind: statistics.median(seconds[kind]) / plain for kind in ("every=1", "every=10")}
    what = " ".join([tier, *("-+"[on] + name for name, on in record.items())])
    print(
        f"| {keras.backend.backend()} | {name} | {what} | {plain * 1e3:.1f} | {spread:.1%} "
        f"| {ratios['every=1']:.3f} | {ratios['every=10']:.3f} "
        f"| {begins[0]:.1f} | {begins[1]:.1f} | {size / samples / 1e3:.0f} |",
        flush=True,
    )


def main() -> None:
    """Parses arguments and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "models", nargs="*", default=list(MODELS), metavar="MODEL", help=str([*MODELS])
    )
    parser.add_argument("--tier", default="standard")
    parser.add_argument(
        "--without", nargs="*", default=[], help="kinds not to record, such as histograms"
    )
    parser.add_argument(
        "--also", nargs="*", default=[], help="kinds to record besides, such as checksums"
    )
    parser.add_argument("--block", type=int, default=10, help="steps per block, a multiple of 10")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--auto", action="store_true", help='measure every="auto" instead')
    options = parser.parse_args()
    if options.auto:
        print("| backend | model | tier | plain ms | auto | interval |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name in options.models:
            measure_auto(name, options.tier, options.block, options.rounds)
        return
    print(
        "| backend | model | tier | plain ms | plain spread | every=1 | every=10 "
        "| first step s | first sampled s | KB per sample |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in options.models:
        record = dict.fromkeys(options.without, False) | dict.fromkeys(options.also, True)
        measure(name, options.tier, record, options.block, options.rounds)


if __name__ == "__main__":
    main()
