"""Writes logdirs of any size with the real recorder; the same arguments give the same records.

python -m benchmarks.reading.generate DIRECTORY --runs 100 --layers 100 --samples 1000
"""

import argparse
import os
import time

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.catalog.tensor_statistics import (
    ACTIVATION_STATISTICS,
    TENSOR_STATISTICS,
    UPDATE_STATISTICS,
)
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.records.summary import to_event, to_value
from tb_keras_inspect.training.recorder import Recorder

__all__ = ["EVERY", "EventFileWriter", "Generator", "write_logdir", "write_run"]

STEPS_PER_EPOCH = 500
EVERY = 10
START, STEP_SECONDS = 1_750_000_000.0, 0.05  # wall time of step 0, and the duration of a step
TABLES = {
    Kind.GRADIENT: TENSOR_STATISTICS,
    Kind.WEIGHT: TENSOR_STATISTICS,
    Kind.UPDATE: UPDATE_STATISTICS,
    Kind.ACTIVATION: ACTIVATION_STATISTICS,
}


def make_model(layers: int) -> pb.ModelRecord:
    """A chain of convolutions with one trainable variable and one site each."""
    record = pb.ModelRecord(
        name="chain", class_name="Functional", steps_per_epoch=STEPS_PER_EPOCH, inputs=["image"]
    )
    for index in range(layers):
        path = f"block_{index // 10}/conv2d_{index}"
        record.layers.add(path=path, class_name="Conv2D", activation="relu", parent=-1)
        record.variables.add(path=f"{path}/kernel", layer=index, shape=[3, 3, 64, 64])
        record.sites.add(name=path, layer=index, unit_axis=-1, units=16, activation="relu")
        if index:
            record.edges.add(source=index - 1, target=index)
    return records.seal_model(record)


def wall_time(step: int) -> float:
    """The time at which a step was recorded, in seconds since 1970."""
    return START + STEP_SECONDS * step


class Generator:
    """Creates the events of a run whose numbers vary like those of a real one."""

    def __init__(self, layers: int, units: int, seed: int):
        self.model = make_model(layers)
        self._random = np.random.default_rng(seed)
        self._layers, self._units = layers, units
        self._level = {
            kind: self._random.normal(size=(layers, len(names))).astype(np.float32)
            for kind, names in TABLES.items()
        }

    def first(self, step: int = 0):
        """The event that precedes all samples."""
        return [to_event(step, wall_time(step), [to_value(Kind.MODEL, self.model)])]

    def sample(self, step: int):
        """The events of one sampled step."""
        values = [self._table(kind, names) for kind, names in TABLES.items()]
        values.append(self._numbers(Kind.STEP, step, loss=1 / (1 + step), learning_rate=0.1))
        if self._units:
            sites = range(self._layers)
            units = self._random.random(self._layers * self._units)
            message = records.encode_units(
                self.model.fingerprint, sites, [self._units] * len(sites), units
            )
            values.append(to_value(Kind.UNITS, message))
        events = [to_event(step, wall_time(step), values)]
        if (step + EVERY) % STEPS_PER_EPOCH == 0:
            number = step // STEPS_PER_EPOCH
            logs = self._numbers(Kind.EPOCH, step, loss=0.5, val_loss=0.6, epoch=number)
            events.append(to_event(step, wall_time(step), [logs]))
        return events

    def _table(self, kind: Kind, names):
        level = self._level[kind]
        level += 0.05 * self._random.standard_normal(level.shape, np.float32)
        table = records.encode_table(self.model.fingerprint, names, np.exp(level))
        return to_value(kind, table)

    def _numbers(self, kind: Kind, step: int, **columns):
        columns = {"epoch": step // STEPS_PER_EPOCH, **columns}
        values = np.array([list(columns.values())])
        return to_value(
            kind, records.encode_table(self.model.fingerprint, list(columns), values, names=[""])
        )


def write_run(directory: str, layers: int, samples: int, units: int = 0, seed: int = 0) -> None:
    """Writes one run."""
    generator, recorder = Generator(layers, units, seed), Recorder(directory)
    recorder.put(generator.first, wait_seconds=60)
    for index in range(samples):
        recorder.put(lambda step=index * EVERY: generator.sample(step), wait_seconds=60)
    if not recorder.close(600):
        raise OSError(f"Could not write {directory}: {recorder.failure}")


def write_logdir(directory: str, runs: int, layers: int, samples: int, units: int = 0) -> None:
    """Writes runs named run_000, run_001, ..."""
    for number in range(runs):
        write_run(os.path.join(directory, f"run_{number:03d}"), layers, samples, units, number)


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--layers", type=int, default=300)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--units", type=int, default=0, help="units per layer; 0 for none")
    options = parser.parse_args()
    start = time.perf_counter()
    write_logdir(options.directory, options.runs, options.layers, options.samples, options.units)
    print(f"written in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
