"""Histograms of one tensor over time."""

import dataclasses
from collections.abc import Hashable
from typing import Any

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.records import DecodedHistogram, Kind, bins
from tb_keras_inspect.store import export
from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model_history import ModelHistory
from tb_keras_inspect.store.tables.column_layout import (
    TOO_EMPTY,
    Columns,
    Results,
    decode_in_groups,
    is_too_empty,
)
from tb_keras_inspect.store.tables.growing import GrowingArray

MOST_COUNTS = 1 << 29  # 2 GB. Empty bins take no space in a file, but they do in memory
TOO_MANY = "more histograms than fit into memory"


@dataclasses.dataclass(frozen=True, repr=False)
class Histogram(Shown):
    """Histograms of one tensor.

    Attributes:
        steps: int64[S].
        edges: float64[B + 1], bin edges from -inf to inf.
        counts: uint32[S, B], elements per bin.
    """

    steps: np.ndarray
    edges: np.ndarray
    counts: np.ndarray

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` with one row per step and one column per bin (its lower edge)."""
        return export.data_frame(self.counts, self.steps, ("lower_edge", self.edges[:-1]))

    def to_xarray(self) -> Any:
        """An `xarray.DataArray` with dimensions step and lower_edge."""
        axes = [("step", self.steps), ("lower_edge", self.edges[:-1])]
        return export.data_array(self.counts, axes, "counts")


@dataclasses.dataclass(frozen=True)
class HistogramTable:
    """Histograms of all rows of a kind: `counts` is uint32[S, N, B], `recorded` bool[S, N]."""

    steps: np.ndarray
    names: list[str]
    edges: np.ndarray
    counts: np.ndarray
    recorded: np.ndarray

    def select(self, name: str) -> Histogram:
        """The histograms of one row, at the steps at which it was recorded."""
        if name not in self.names:
            raise NotRecordedError("histogram", name, self.names)
        row = self.names.index(name)
        there = self.recorded[:, row]
        if there.all():
            return Histogram(self.steps, self.edges, self.counts[:, row])
        return Histogram(self.steps[there], self.edges, self.counts[there, row])


class HistogramBuffer:
    """Decodes histogram records. The first record defines the bins of the run."""

    def __init__(self, kind: Kind, models: ModelHistory):
        self._kind, self._models = kind, models
        self._rows = Columns()
        self._bins: tuple[int, int] | None = None
        self._counts = GrowingArray((0, 0), np.uint32)
        self._recorded = GrowingArray((0,), bool)
        self._reserved = 0
        self._cells = 0  # recorded cells so far

    @property
    def length(self) -> int:
        return self._counts.length

    @property
    def nbytes(self) -> int:
        return self._counts.nbytes + self._recorded.nbytes

    def append(self, messages: list[bytes]) -> Results:
        return decode_in_groups(messages, records.decode_histogram, _layout_key, self._append_group)

    def reserve(self, length: int) -> None:
        self._reserved = length
        self._counts.reserve(length)
        self._recorded.reserve(length)

    def take(self, rows: np.ndarray) -> None:
        self._counts.take(rows)
        self._recorded.take(rows)

    def snapshot(self, steps: np.ndarray) -> HistogramTable:
        edges = bins.edges(*self._bins) if self._bins else np.zeros(0)
        return HistogramTable(
            steps, list(self._rows.names), edges, self._counts.view, self._recorded.view
        )

    def _append_group(self, group: list[DecodedHistogram]) -> int | str:
        first = group[0]
        known = self._models.names(self._kind, first.model)
        reason = self._fault(first, known) or self._lack_of_room(first, known or (), len(group))
        if reason is not None:
            return reason
        assert known is not None  # checked by `_fault`
        self._cells += first.counts.size * len(group)
        names = [known[row] for row in first.rows]
        self._make_room(names, known)
        rows, start = self._rows.indices(names), self.length
        self._counts.extend(len(group))[:, rows] = np.stack([item.counts for item in group])
        self._recorded.extend(len(group))[:, rows] = True
        return start

    def _fault(self, item: DecodedHistogram, known: tuple[str, ...] | None) -> str | None:
        if known is None:
            return "the model record that names the rows is missing"
        if len(item.rows) and item.rows[-1] >= len(known):
            return "more rows than the model record names"
        layout = (item.first_exponent, item.exponents)
        if self._bins is None:
            self._bins = layout
            self._counts = GrowingArray((0, 2 * item.exponents + 1), np.uint32)
            self._counts.reserve(self._reserved)
        return None if layout == self._bins else "its bins differ from those of earlier records"

    def _lack_of_room(
        self, item: DecodedHistogram, known: tuple[str, ...], count: int
    ) -> str | None:
        rows = self._rows.count_with(known[row] for row in item.rows)
        recorded = self._cells + item.counts.size * count
        width = rows * item.counts.shape[1]
        if (self.length + count) * width > MOST_COUNTS:
            return TOO_MANY
        return TOO_EMPTY if is_too_empty(self.length + count, width, recorded) else None

    def _make_room(self, names: list[str], order: tuple[str, ...]) -> None:
        if self._rows.covers(names):
            return
        old = self._rows
        self._rows = old.merged(names, order)
        assert self._bins is not None  # the first record set them
        rows, everything = self._rows.indices(old.names), slice(None)
        count = len(self._rows.names)
        source = (everything, everything)
        self._counts.reshape((count, 2 * self._bins[1] + 1), (everything, rows), source)
        self._recorded.reshape((count,), (everything, rows), source)


def _layout_key(item: DecodedHistogram) -> tuple[Hashable, ...]:
    return item.model, item.first_exponent, item.exponents, item.rows.tobytes()
