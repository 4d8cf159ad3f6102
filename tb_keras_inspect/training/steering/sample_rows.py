"""Finds single numbers in the samples of a run by the names of their rows."""

import math
from collections.abc import Iterable, Iterator, Mapping

from tb_keras_inspect import records
from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.catalog.kinds import COMPUTED_KINDS
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.samples.sample import Sample

# With a dynamic loss scale an overflow of these is expected, and the optimizer skips the step.
_MAY_OVERFLOW = (Kind.ACTIVATION, Kind.GRADIENT)
_READ: frozenset[Kind] = frozenset(COMPUTED_KINDS) - {Kind.EPOCH}
_MOST_LISTED = 20

Tables = Mapping[Kind, records.DecodedTable]


class SampleRows:
    """The row names of the tables that a run records, as its model records tell them."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, Kind], list[str]] = {}  # by the fingerprint of the model record
        self._statistics: dict[Kind, list[str]] = {}  # that a table was seen to have

    def read(self, sample: Sample) -> Tables:
        """Return the tables of a sample, and note the rows that a model record names."""
        if sample.model is not None:
            self.add_model(sample.model)
        tables = {kind: table for kind, table in sample.tables.items() if kind in _READ}
        for kind, table in tables.items():
            self._statistics[kind] = list(table.statistics)
        return tables

    def add_model(self, model: pb.ModelRecord) -> None:
        """Note the names of a model's variables, layers and inputs."""
        variables = [variable.path for variable in model.variables]
        for table in (Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE):
            self._rows[model.fingerprint, table] = variables
        self._rows[model.fingerprint, Kind.ACTIVATION] = [site.name for site in model.sites]
        self._rows[model.fingerprint, Kind.INPUT] = list(model.inputs)
        self._rows[model.fingerprint, Kind.STEP] = [""]

    def names(self, kind: Kind, table: records.DecodedTable) -> list[str]:
        """Return the names of a table's rows, in their order."""
        if table.names:
            return list(table.names)
        known = self._rows.get((table.model, kind), [])
        return [known[row] if row < len(known) else "" for row in table.rows.tolist()]

    def value_in(self, tables: Tables, kind: Kind, name: str, statistic: str) -> float | None:
        """Return one number of a sample, or None if it is not there."""
        table = tables.get(kind)
        if table is None or statistic not in table.statistics:
            return None
        names = self.names(kind, table)
        if name not in names:
            return None
        return float(table.values[names.index(name), table.statistics.index(statistic)])

    def check(self, kind: Kind, name: str, statistic: str) -> None:
        """Raise CommandError if the run is known to record no such number."""
        known = {row for (_, k), rows in self._rows.items() if k is kind for row in rows}
        if kind is not Kind.TARGET and known and name not in known:
            raise CommandError(f"{kind.value} has no row {name!r}. Rows: {_listed(known)}")
        statistics = self._statistics.get(kind)
        if statistics is not None and statistic not in statistics:
            has = ", ".join(statistics)
            raise CommandError(f"{kind.value} has no {statistic!r}. It has: {has}")


def nonfinite_in(sample: Sample, rows: SampleRows) -> Iterator[str]:
    """Name what in the sample of a step is not finite, in the order in which the step computed it."""
    tables = sample.tables
    step = tables[Kind.STEP]
    is_scaled = "loss_scale" in step.statistics
    for kind in COMPUTED_KINDS:
        table = tables.get(kind)
        if kind is Kind.STEP and "loss" in step.statistics:
            loss = float(step.values[0, step.statistics.index("loss")])
            if not math.isfinite(loss):
                yield f"the loss ({loss:g})"
        if table is None or "nonfinite_count" not in table.statistics:
            continue
        if is_scaled and kind in _MAY_OVERFLOW:
            continue
        counts = table.values[:, table.statistics.index("nonfinite_count")]
        for name, count in zip(rows.names(kind, table), counts.tolist(), strict=True):
            if count > 0:
                yield f"{kind.value} of {name or 'the step'} ({count:g} values)"


def _listed(known: Iterable[str]) -> str:
    names = sorted(known)
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
