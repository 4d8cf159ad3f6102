"""A week of training in minutes: `python -m benchmarks.long_run --steps 1000000`.

The schedule, the recorder, the encoders and the live diagnosis are real; the clock and the numbers of
each sample are made up. Prints the memory of the process after each tenth of the steps, the size of
the log, and which steps can be read afterwards.
"""

import argparse
import os
import tempfile
import time

import numpy as np

from tb_keras_inspect import load_run, records
from tb_keras_inspect.catalog.tensor_statistics import (
    ACTIVATION_STATISTICS,
    TENSOR_STATISTICS,
    UPDATE_STATISTICS,
)
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.live.live_diagnosis import LiveDiagnosis
from tb_keras_inspect.training.recorder import (
    EPOCH,
    OTHER,
    SAMPLE,
    Recorder,
)
from tb_keras_inspect.training.samples.sample import Sample
from tb_keras_inspect.training.samples.sample_encoder import encode
from tb_keras_inspect.training.schedule import Schedule

STEPS_PER_EPOCH = 1000
# Seconds of a step by the made-up clock, and the extra time of a sampled one.
PLAIN, EXTRA = 0.01, 0.004
TABLES = {
    Kind.GRADIENT: TENSOR_STATISTICS,
    Kind.WEIGHT: TENSOR_STATISTICS,
    Kind.UPDATE: UPDATE_STATISTICS,
    Kind.ACTIVATION: ACTIVATION_STATISTICS,
}


def make_model(layers: int) -> pb.ModelRecord:
    """A chain of layers with one variable and one output each."""
    model = pb.ModelRecord(name="long", class_name="Sequential", steps_per_epoch=STEPS_PER_EPOCH)
    for index in range(layers):
        model.layers.add(path=f"dense_{index}", class_name="Dense", activation="relu", parent=-1)
        model.variables.add(path=f"dense_{index}/kernel", layer=index, shape=[32, 32])
        model.sites.add(name=f"dense_{index}", layer=index, unit_axis=-1, units=32)
    return records.seal_model(model)


class LongRun:
    """Drives the recorder as the callback does.

    Args:
        directory: Directory of the run.
        layers: Number of layers of the model.
        steps: Number of steps; None if the callback does not know it.
        max_megabytes: Limit of the log.
        every: As in the callback.
    """

    def __init__(
        self,
        directory: str,
        layers: int,
        steps: int | None,
        max_megabytes: float,
        every: int | str = "auto",
    ):
        self.recorder = Recorder(directory)
        self.live_diagnosis = LiveDiagnosis(console=None, on_finding=lambda finding: None)
        self.schedule = Schedule(every, 0.03, max_megabytes * 1e6)
        self.schedule.begin_fit(0, steps)
        self.sampled, self._steps = 0, steps
        self._model = make_model(layers)
        self._random = np.random.default_rng(0)
        self._now = 0.0
        model = Sample(0, time.time(), {Kind.MODEL: self._model})
        self.recorder.put(lambda: self._recorded(model), 60)

    def train(self, first: int, last: int) -> None:
        """Runs steps `first` to `last - 1`."""
        for step in range(first, last):
            self.schedule.timed(self._now, step)
            self._now += PLAIN
            if self.schedule.wants(step):
                self._sample(step)
                self._now += EXTRA
            if (step + 1) % STEPS_PER_EPOCH == 0:
                self.schedule.pause()
                self._epoch(step)

    def close(self) -> None:
        """Waits until everything is written."""
        if not self.recorder.close():
            raise OSError(f"not written: {self.recorder.failure}")

    def _sample(self, step: int) -> None:
        taken = self.recorder.expected(SAMPLE)
        others = sum(self.recorder.expected(what)[1] for what in (EPOCH, OTHER))
        others += self._to_come(step)
        # Unlike a real fit, this loop is faster than any disk, so it waits for room in the queue.
        self.recorder.put(lambda: self._recorded(self._sample_of(step)), 60, SAMPLE)
        self.schedule.sampled(step, taken[1], others)
        self.sampled += 1

    def _to_come(self, step: int) -> float:
        """Bytes that the remaining epochs will take."""
        count, size = self.recorder.expected(EPOCH)
        left = ((self._steps or step) - step) // STEPS_PER_EPOCH
        return left * size / max(count, 1)

    def _recorded(self, sample: Sample):
        self.live_diagnosis.on_sample(sample)
        return [encode(sample)]

    def _sample_of(self, step: int) -> Sample:
        rows = len(self._model.layers)
        found = {
            kind: self._table(names, self._numbers(rows, len(names)))
            for kind, names in TABLES.items()
        }
        units = self._numbers(rows * 32)
        offsets = np.arange(rows + 1) * 32
        found[Kind.UNITS] = records.DecodedUnits(
            self._model.fingerprint, np.arange(rows), offsets, units
        )
        found[Kind.STEP] = self._row(step)
        return Sample(step, time.time(), found)

    def _epoch(self, step: int) -> None:
        sample = Sample(step, time.time(), {Kind.EPOCH: self._row(step)})
        self.recorder.put(lambda: self._recorded(sample), 60, EPOCH)

    def _row(self, step: int) -> records.DecodedTable:
        numbers = {"loss": 1 / (1 + step / 1e4), "epoch": step // STEPS_PER_EPOCH}
        return self._table(tuple(numbers), np.array([list(numbers.values())]), ("",))

    def _table(self, statistics, values, names=()) -> records.DecodedTable:
        rows = np.arange(len(values), dtype=np.int32)
        values = np.asarray(values, "<f4")
        return records.DecodedTable(self._model.fingerprint, tuple(statistics), rows, values, names)

    def _numbers(self, *shape: int) -> np.ndarray:
        return np.abs(self._random.standard_normal(shape, np.float32))


def resident_megabytes() -> float:
    """Memory of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--layers", type=int, default=50)
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--every", default="auto", type=lambda x: x if x == "auto" else int(x))
    parser.add_argument("--end-unknown", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        total = None if options.end_unknown else options.steps
        run = LongRun(directory, options.layers, total, options.megabytes, options.every)
        begun, tenth = time.perf_counter(), options.steps // 10
        for part in range(10):
            run.train(part * tenth, (part + 1) * tenth)
            print(
                f"{(part + 1) * tenth:>9} steps  {run.sampled:>6} samples  "
                f"interval {run.schedule.interval:>5}  log {run.recorder.bytes_written / 1e6:6.1f} MB  "
                f"process {resident_megabytes():6.1f} MB  diagnosis holds "
                f"{run.live_diagnosis.held_bytes / 1e6:.1f} MB",
                flush=True,
            )
        run.close()
        print(f"{time.perf_counter() - begun:.0f} s; {run.recorder.bytes_written / 1e6:.1f} MB")
        read = load_run(directory)
        for kind in ("gradient", "update", "epoch"):
            steps = read.table(kind).steps
            gap = np.diff(steps).max()
            print(f"{kind}: {len(steps)} samples, {steps[0]} to {steps[-1]}, widest gap {gap}")
        print("problems:", read.problems)


if __name__ == "__main__":
    main()
