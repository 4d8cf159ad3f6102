"""Tables: the statistics of all rows at all sampled steps."""

import dataclasses
from collections.abc import Hashable
from typing import Any

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.catalog.kind_facts import Rows
from tb_keras_inspect.records import DecodedTable, Kind
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


@dataclasses.dataclass(frozen=True, repr=False)
class StatTable(Shown):
    """The statistics of one kind.

    A row that was not recorded at a step has NaN in all its statistics there (`nonfinite_count`
    too), and False in `recorded`.

    Attributes:
        kind: "gradient", "weight", "update", "activation", "step", "epoch", "input" or "target".
        steps: int64[S], increasing.
        names: N row names.
        statistics: K statistic names.
        values: float32[S, N, K], read-only. Each statistic is contiguous in memory.
        recorded: bool[S, N], or None if every row was recorded at every step.
    """

    kind: str
    steps: np.ndarray
    names: list[str]
    statistics: list[str]
    values: np.ndarray
    recorded: np.ndarray | None = None

    def select(self, statistic: str) -> np.ndarray:
        """One statistic, float32[S, N].

        Raises:
            NotRecordedError: if it was not recorded.
        """
        if statistic not in self.statistics:
            raise NotRecordedError("statistic", statistic, self.statistics)
        return self.values[:, :, self.statistics.index(statistic)]

    def row(self, name: str) -> np.ndarray:
        """All statistics of one row, float32[S, K].

        Raises:
            NotRecordedError: if there is no such row.
        """
        if name not in self.names:
            raise NotRecordedError("row", name, self.names)
        return self.values[:, self.names.index(name), :]

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` with one row per step and columns (name, statistic)."""
        levels = ("name", self.names), ("statistic", self.statistics)
        return export.data_frame(self.values, self.steps, *levels)

    def to_xarray(self) -> Any:
        """An `xarray.DataArray` with dimensions step, name and statistic."""
        axes: export.Axes = [
            ("step", self.steps),
            ("name", self.names),
            ("statistic", self.statistics),
        ]
        return export.data_array(self.values, axes, self.kind)


class TableBuffer:
    """Decodes table records into one array, statistic by statistic.

    Args:
        kind: One of `catalog.kinds.TABLE_KINDS`.
        models: The model records of the run, which name the rows.
    """

    def __init__(self, kind: Kind, models: ModelHistory):
        self._kind, self._models = kind, models
        self._rows, self._statistics = Columns(), Columns()
        self._values = GrowingArray((0, 0), np.float32, axis=1, fill=np.nan)
        self._recorded = GrowingArray((0,), bool)
        self._cells = 0  # recorded cells so far

    @property
    def length(self) -> int:
        return self._values.length

    @property
    def nbytes(self) -> int:
        return self._values.nbytes + self._recorded.nbytes

    def append(self, messages: list[bytes]) -> Results:
        return decode_in_groups(messages, records.decode_table, _layout_key, self._append_group)

    def reserve(self, length: int) -> None:
        self._values.reserve(length)
        self._recorded.reserve(length)

    def take(self, rows: np.ndarray) -> None:
        self._values.take(rows)
        self._recorded.take(rows)

    def snapshot(self, steps: np.ndarray) -> StatTable:
        recorded = self._recorded.view
        return StatTable(
            self._kind.value,
            steps,
            list(self._rows.names),
            list(self._statistics.names),
            self._values.view.transpose(1, 2, 0),
            None if recorded.all() else recorded,
        )

    def _append_group(self, group: list[DecodedTable]) -> int | str:
        first = group[0]
        names, order = self._names(first)
        if not isinstance(names, str) and not self._is_room_for(names, first, len(group)):
            names = TOO_EMPTY
        if isinstance(names, str):
            return names
        self._cells += first.values.size * len(group)
        self._make_room(names, order, first.statistics)
        rows = self._rows.indices(names)
        start = self.length
        block = self._values.extend(len(group))
        values = np.stack([table.values for table in group]).transpose(2, 0, 1)
        for plane, index in enumerate(self._statistics.indices(first.statistics)):
            block[index][:, rows] = values[plane]
        self._recorded.extend(len(group))[:, rows] = True
        return start

    def _names(self, table: DecodedTable) -> tuple[list[str], list[str]] | tuple[str, list[str]]:
        """Names of the rows in the record and of all rows of its model, or the reason for none."""
        if table.names:
            if len(set(table.names)) != len(table.names):
                return "two rows have the same name", []
            return list(table.names), list(table.names)
        if self._kind.facts.rows is Rows.ONE:
            return (
                ([""], [""]) if len(table.rows) == 1 else ("it does not have exactly one row", [])
            )
        known = self._models.names(self._kind, table.model)
        if known is None:
            return "the model record that names the rows is missing", []
        if len(table.rows) and table.rows[-1] >= len(known):
            return "more rows than the model record names", []
        return [known[row] for row in table.rows], list(known)

    def _is_room_for(self, names: list[str], table: DecodedTable, count: int) -> bool:
        width = self._rows.count_with(names) * self._statistics.count_with(table.statistics)
        recorded = self._cells + table.values.size * count
        return not is_too_empty(self.length + count, width, recorded)

    def _make_room(self, names: list[str], order: list[str], statistics: tuple[str, ...]) -> None:
        rows, columns = self._rows, self._statistics
        if rows.covers(names) and columns.covers(statistics):
            return
        self._rows = rows.merged(names, order)
        self._statistics = columns.merged(statistics, statistics)
        old_rows = self._rows.indices(rows.names)
        old_columns = self._statistics.indices(columns.names)
        shape = (len(self._statistics.names), len(self._rows.names))
        everything = slice(None)
        self._values.reshape(
            shape,
            (old_columns[:, None], everything, old_rows[None, :]),
            (np.arange(len(old_columns))[:, None], everything, np.arange(len(old_rows))[None, :]),
        )
        self._recorded.reshape((shape[1],), (everything, old_rows), (everything, everything))


def _layout_key(table: DecodedTable) -> tuple[Hashable, ...]:
    return table.model, table.statistics, table.rows.tobytes(), table.names
