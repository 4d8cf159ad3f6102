"""Reads what a callback wrote, without the package's own store: record by record, number by number."""

import collections
import dataclasses
import glob
import os
import struct

import numpy as np
from tensorboard.compat.proto import event_pb2

from tb_keras_inspect import records
from tb_keras_inspect.catalog.kinds import HISTOGRAM_KINDS, TAG_PREFIX
from tb_keras_inspect.records import Kind

Cell = dict[str, float]  # statistic -> value


@dataclasses.dataclass
class Recorded:
    """All of a run's records, by kind and step.

    Attributes:
        models: Model records in the order written.
        model_steps: Their steps.
        tables: kind -> step -> row name -> statistic -> value.
        units: step -> site name -> float32[U].
        histograms: kind -> step -> row name -> uint32[bins].
        maps: step -> site names.
        files: The event files.
    """

    models: list = dataclasses.field(default_factory=list)
    model_steps: list = dataclasses.field(default_factory=list)
    tables: dict = dataclasses.field(default_factory=lambda: collections.defaultdict(dict))
    units: dict = dataclasses.field(default_factory=dict)
    histograms: dict = dataclasses.field(default_factory=lambda: collections.defaultdict(dict))
    maps: dict = dataclasses.field(default_factory=dict)
    files: list = dataclasses.field(default_factory=list)

    @property
    def model(self):
        return self.models[-1]

    def omissions(self) -> dict:
        """(name, what) -> reason."""
        return {(o.name, o.what): o.reason for o in self.model.omissions}

    def steps(self, kind: Kind = Kind.STEP) -> list[int]:
        return sorted(self.tables[kind])

    def at(self, kind: Kind, step: int) -> dict[str, Cell]:
        return self.tables[kind].get(step, {})

    def step(self, step: int) -> Cell:
        return self.tables[Kind.STEP][step][""]


def events_of(path: str):
    """The events of one file."""
    with open(path, "rb") as file:
        data = file.read()
    start = 0
    while start < len(data):
        (length,) = struct.unpack_from("<Q", data, start)
        yield event_pb2.Event.FromString(data[start + 12 : start + 12 + length])
        start += 12 + length + 4


def read(log_dir) -> Recorded:
    """Everything in a directory's event files, the oldest file first."""
    run = Recorded(files=sorted(glob.glob(os.path.join(log_dir, "*tfevents*"))))
    models = {}
    for path in run.files:
        for event in events_of(path):
            for value in event.summary.value:
                _add(run, models, event.step, value)
    return run


def _add(run: Recorded, models: dict, step: int, value) -> None:
    kind = Kind(value.tag.removeprefix(TAG_PREFIX))
    blobs = list(value.tensor.string_val)
    if kind is Kind.MODEL:
        model = records.decode_model(blobs[0])
        models[model.fingerprint] = model
        run.models.append(model)
        run.model_steps.append(step)
    elif kind is Kind.UNITS:
        units = records.decode_units(blobs[0])
        names = [models[units.model].sites[i].name for i in units.sites]
        parts = np.split(units.max_abs, units.offsets[1:-1])
        run.units[step] = dict(zip(names, parts, strict=True))
    elif kind in HISTOGRAM_KINDS:
        table = records.decode_histogram(blobs[0])
        names = _row_names(models[table.model], Kind(kind.value.removesuffix("_histogram")))
        run.histograms[kind][step] = {
            names[row]: counts for row, counts in zip(table.rows, table.counts, strict=True)
        }
    elif kind is Kind.MAPS:
        run.maps[step] = list(records.decode_map_index(blobs[0]).names)
    elif kind.is_table:
        table = records.decode_table(blobs[0])
        names = table.names or _row_names(models[table.model], kind)
        rows = range(len(table.values)) if table.names else table.rows
        run.tables[kind][step] = {
            names[row]: dict(zip(table.statistics, map(float, cells), strict=True))
            for row, cells in zip(rows, table.values, strict=True)
        }


def _row_names(model, kind: Kind) -> list[str]:
    if kind is Kind.ACTIVATION:
        return [site.name for site in model.sites]
    return [variable.path for variable in model.variables]
