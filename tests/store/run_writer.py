"""Writes real event files with known numbers, as the recorder does, for tests of the readers."""

import itertools
import time

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.scalar import metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter as TensorBoardWriter
from tensorboard.util import tensor_util

from tb_keras_inspect import records
from tb_keras_inspect.catalog.tensor_statistics import OUTPUT_STATISTICS, TENSOR_STATISTICS
from tb_keras_inspect.records import Kind, bins
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.records.summary import to_event, to_value

_clock = itertools.count()


def make_model(layers=("conv", "dense"), units=4, steps_per_epoch=0, name="m") -> pb.ModelRecord:
    """A chain of layers, each with a kernel and a bias, and a site of `units` units."""
    record = pb.ModelRecord(name=name, class_name="Sequential", steps_per_epoch=steps_per_epoch)
    for index, layer in enumerate(layers):
        added = record.layers.add(path=layer, class_name="Dense", activation="relu", parent=-1)
        added.settings["use_bias"] = "True"
        record.variables.add(path=f"{layer}/kernel", layer=index, shape=[3, units])
        record.variables.add(path=f"{layer}/bias", layer=index, shape=[units])
        record.sites.add(name=layer, layer=index, unit_axis=-1, units=units, shape=[-1, units])
        if index:
            record.edges.add(source=index - 1, target=index)
    record.inputs.append("x")
    record.options["every"] = "1"
    record.versions["keras"] = "3"
    record.compiled.update(loss="mse", optimizer="Adam")
    return records.seal_model(record)


def value_at(step: int, rows: int, columns: int, scale: float = 1.0) -> np.ndarray:
    """float32[rows, columns]: step + row / 10 + column / 100: every cell tells where it is."""
    grid = step + np.arange(rows)[:, None] / 10 + np.arange(columns)[None, :] / 100
    return (scale * grid).astype(np.float32)


OF_OUTPUTS = (*OUTPUT_STATISTICS, "dead_fraction")  # without a BatchNormalization


class RunWriter:
    """Appends to one event file of a run; every event is a little younger than the one before."""

    def __init__(self, directory, model: pb.ModelRecord | None = None):
        self.file = EventFileWriter(str(directory))
        self.model = model or make_model()
        self._start = time.time()

    def write(self, step: int, *values) -> None:
        """One event with these summary values."""
        wall_time = self._start + next(_clock) / 1000
        self.file.write(to_event(step, wall_time, values))

    def write_model(self, step: int, model: pb.ModelRecord | None = None) -> None:
        """The model record; later records count in it."""
        self.model = model or self.model
        self.write(step, to_value(Kind.MODEL, self.model))

    def table(self, kind: Kind, step: int, values=None, rows=None):
        """A table value; `value_at` where no values are given."""
        statistics = OF_OUTPUTS if kind is Kind.ACTIVATION else TENSOR_STATISTICS
        names = self.model.sites if kind is Kind.ACTIVATION else self.model.variables
        if values is None:
            values = value_at(step, len(names if rows is None else rows), len(statistics))
        table = records.encode_table(self.model.fingerprint, statistics, values, rows)
        return to_value(kind, table)

    def numbers(self, kind: Kind, step: int, **columns):
        """A one-row table value: the step's or the epoch's numbers."""
        values = np.array([list(columns.values())], np.float32)
        return to_value(
            kind, records.encode_table(self.model.fingerprint, list(columns), values, names=[""])
        )

    def units(self, max_abs: dict):
        """A units value: site index to magnitudes."""
        sites = sorted(max_abs)
        counts = [len(max_abs[site]) for site in sites]
        flat = np.concatenate([max_abs[site] for site in sites])
        return to_value(
            Kind.UNITS, records.encode_units(self.model.fingerprint, sites, counts, flat)
        )

    def histogram(self, kind: Kind, values: list):
        """A histogram value over arrays, one a row."""
        counts = np.stack([bins.count(np.asarray(row)) for row in values])
        return to_value(kind, records.encode_histogram(self.model.fingerprint, counts))

    def maps(self, maps: dict, omissions=()):
        """A maps value: site name to float[S, C, H, W]."""
        index = records.encode_map_index(self.model.fingerprint, list(maps), omissions)
        return to_value(Kind.MAPS, index, *(self.map(n, v) for n, v in maps.items()))

    def map(self, name, values, layout="image", **extra) -> pb.MapRecord:
        """One map record."""
        values = np.asarray(values, np.float32)
        samples, channels, height, width = values.shape
        dead = ~np.any(values, axis=(0, 2, 3))
        shape = (samples, height, width, channels)
        return records.encode_map(
            self.model.fingerprint, name, values, np.arange(channels), shape, dead, layout, **extra
        )

    def pictures(self, kind: Kind, maps: dict, layout="image", **extra):
        """A value of any kind of pictures: name to float[S, C, H, W]."""
        index = records.encode_map_index(self.model.fingerprint, list(maps))
        items = [self.map(name, values, layout, **extra) for name, values in maps.items()]
        return to_value(kind, index, *items)

    def kernels(self, maps: dict):
        """A kernels value: path of a variable to float[inputs, units, H, W]."""
        (first, *_) = maps.values()
        inputs, units = first.shape[:2]
        extra = {"rows": np.arange(inputs), "norms": np.arange(units, dtype=float)}
        return self.pictures(Kind.KERNELS, maps, "kernel", **extra)

    def predictions(self, values, output="classes"):
        """A prediction value: float[samples, K] of one output."""
        values = np.asarray(values)
        columns = [f"{output}/{number}" for number in range(values.shape[1])]
        names = [str(number) for number in range(len(values))]
        table = records.encode_table(self.model.fingerprint, columns, values, names=names)
        return to_value(Kind.PREDICTION, table)

    def activation_functions(self, names, reason=""):
        """An activation_function value: a ReLU from -1 to 2 for each name."""
        curve = None if reason else [0.0, 0.0, 1.0, 2.0]
        items = [
            records.encode_activation_function(
                self.model.fingerprint, name, "relu", -1, 2, [5, 0, n], curve, reason=reason
            )
            for n, name in enumerate(names)
        ]
        index = records.encode_map_index(self.model.fingerprint, list(names))
        return to_value(Kind.ACTIVATION_FUNCTION, index, *items)

    def inside(self, step: int) -> None:
        """One event with everything that the probe pass sees besides maps; all depends on `step`."""
        names = [site.name for site in self.model.sites]
        pictures = (step + 1) * np.arange(32, dtype=np.float32).reshape(2, 1, 4, 4)
        targets = np.array([1, -1])
        self.write(
            step,
            self.pictures(Kind.ATTENTION, {names[0]: pictures / 100}, "attention"),
            self.pictures(Kind.SALIENCY, {"x": pictures}, targets=targets, layer="embed"),
            self.pictures(Kind.GRAD_CAM, {names[0]: pictures}, targets=targets, layer=names[0]),
            self.kernels({self.model.variables[0].path: (step + 1) * np.ones((3, 4, 3, 3))}),
            self.activation_functions(names),
            self.predictions([[0.25, 0.75 + step], [0.5, 0.5]]),
        )

    def sample(self, step: int, loss: float = 1.0, epoch: int = 0) -> None:
        """One sampled step with every kind of table, units and a histogram."""
        sites = len(self.model.sites)
        units = {i: np.full(self.model.sites[i].units, step + i, np.float32) for i in range(sites)}
        rows = [np.full(8, 2.0**-i) for i in range(len(self.model.variables))]
        self.write(
            step,
            self.table(Kind.GRADIENT, step),
            self.table(Kind.WEIGHT, step),
            self.table(Kind.ACTIVATION, step),
            self.numbers(Kind.STEP, step, loss=loss, learning_rate=0.1, epoch=epoch),
            self.units(units),
            self.histogram(Kind.GRADIENT_HISTOGRAM, rows),
        )

    def epoch(self, step: int, **logs) -> None:
        """The logs of an epoch that ended with `step`."""
        self.write(step, self.numbers(Kind.EPOCH, step, **logs))

    def probe(self, step: int, inputs: list, labels=None) -> None:
        """The probe samples."""
        maps = [self.map(f"input_{i}", value, "rgb") for i, value in enumerate(inputs)]
        self.write(step, to_value(Kind.PROBE, records.encode_probe(maps, labels)))

    def findings(self, step: int, last: bool = False, change: str = "found", **fields) -> None:
        """Writes what was reported at a step: one change."""
        change = pb.FindingChange(change=change, **fields)
        record = pb.FindingRecord(version=records.SCHEMA_VERSION, changes=[change], last=last)
        self.write(step, to_value(Kind.FINDING, record))

    def close(self) -> None:
        """Closes the file."""
        self.file.close()


def write_run(directory, steps=range(0, 50, 10), **model_options) -> RunWriter:
    """A complete small run: all kinds, two epochs, maps and probe. The writer is left open."""
    writer = RunWriter(directory, make_model(**model_options))
    writer.write_model(0)
    pictures = np.arange(2 * 3 * 4 * 4, dtype=np.float32).reshape(2, 3, 4, 4)
    writer.probe(0, [pictures[:, :1]], labels=np.array([[3.0], [7.0]]))
    steps = list(steps)
    for index, step in enumerate(steps):
        writer.sample(step, loss=1 / (1 + step), epoch=index * 2 // len(steps))
    for number, step in enumerate((steps[len(steps) // 2], steps[-1])):
        layers = [site.name for site in writer.model.sites]
        writer.write(step, writer.maps({name: pictures * (step + 1) for name in layers}))
        writer.epoch(step, loss=0.5, val_loss=0.6, epoch=number)
    return writer


def write_scalars(directory, tag, values, suffix="") -> None:
    """Scalars (step to number) as other callbacks write them."""
    directory.mkdir(exist_ok=True)
    writer = TensorBoardWriter(str(directory), filename_suffix=suffix)
    for step, number in values.items():
        value = summary_pb2.Summary.Value(
            tag=tag,
            tensor=tensor_util.make_tensor_proto(np.float32(number)),
            metadata=metadata.create_summary_metadata("", ""),
        )
        event = event_pb2.Event(step=step, wall_time=1e9 + step)
        event.summary.value.append(value)
        writer.add_event(event)
    writer.close()
