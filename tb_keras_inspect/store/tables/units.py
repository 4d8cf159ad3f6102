"""The largest magnitude of each unit over time, and when a unit is dead."""

import dataclasses
from collections.abc import Hashable
from typing import Any

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.records import DecodedUnits, Kind
from tb_keras_inspect.store import export
from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model_history import ModelHistory
from tb_keras_inspect.store.tables.column_layout import (
    TOO_EMPTY,
    Results,
    decode_in_groups,
    is_too_empty,
)
from tb_keras_inspect.store.tables.growing import GrowingArray

MOST_UNITS = 1 << 24  # of one sample, all sites together; a record with more is corrupt


@dataclasses.dataclass(frozen=True, repr=False)
class Units(Shown):
    """Activity of the units of one layer output.

    Attributes:
        steps: int64[S].
        max_abs: float32[S, U], the largest magnitude of each unit in the batch of that step. NaN if
            it was NaN or if the unit was not recorded.
        dead: bool[S, U], True if the unit was zero in every sampled batch of the window that ends at
            that step.
        window_samples: int64[S], number of sampled batches in that window.
        window: Describes the window.
    """

    steps: np.ndarray
    max_abs: np.ndarray
    dead: np.ndarray
    window_samples: np.ndarray
    window: str

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` of `max_abs` with one row per step and one column per unit."""
        units = ("unit", range(self.max_abs.shape[1]))
        return export.data_frame(self.max_abs, self.steps, units)

    def to_xarray(self) -> Any:
        """An `xarray.Dataset` of `max_abs` and `dead` with dimensions step and unit."""
        axes: export.Axes = [("step", self.steps), ("unit", range(self.max_abs.shape[1]))]
        array = export.data_array(self.max_abs, axes, "max_abs", {"window": self.window})
        return array.to_dataset().assign(dead=(("step", "unit"), self.dead))


@dataclasses.dataclass(frozen=True)
class UnitsTable:
    """All sites side by side; `slices` locates the units of each site in float32[S, total]."""

    steps: np.ndarray
    slices: dict[str, slice]
    max_abs: np.ndarray

    def select(self, site: str) -> np.ndarray:
        """The largest magnitudes of one site, float32[S, U]."""
        if site not in self.slices:
            raise NotRecordedError("layer with units", site, self.slices)
        return self.max_abs[:, self.slices[site]]


class UnitsBuffer:
    """Decodes units records, with all sites side by side.

    If the number of units of a site changes during a run, the larger number of columns stays.
    """

    def __init__(self, models: ModelHistory):
        self._models = models
        self._slices: dict[str, slice] = {}
        self._values = GrowingArray((0,), np.float32, fill=np.nan)
        self._cells = 0  # recorded cells so far

    @property
    def length(self) -> int:
        return self._values.length

    @property
    def nbytes(self) -> int:
        return self._values.nbytes

    def append(self, messages: list[bytes]) -> Results:
        return decode_in_groups(messages, records.decode_units, _layout_key, self._append_group)

    def reserve(self, length: int) -> None:
        self._values.reserve(length)

    def take(self, rows: np.ndarray) -> None:
        self._values.take(rows)

    def snapshot(self, steps: np.ndarray) -> UnitsTable:
        return UnitsTable(steps, dict(self._slices), self._values.view)

    def _append_group(self, group: list[DecodedUnits]) -> int | str:
        first = group[0]
        known = self._models.names(Kind.UNITS, first.model)
        reason = _fault(first, known) or self._lack_of_room(first, known or (), len(group))
        if reason is not None:
            return reason
        assert known is not None  # checked by `_fault`
        self._cells += first.max_abs.size * len(group)
        widths = _widths(first, known)
        self._make_room(widths, known)
        starts = [self._slices[name].start for name in widths]
        columns = _ranges(starts, list(widths.values()))
        start = self.length
        block = self._values.extend(len(group))
        block[:, columns] = np.stack([units.max_abs for units in group])
        return start

    def _lack_of_room(self, units: DecodedUnits, known: tuple[str, ...], count: int) -> str | None:
        there = {name: s.stop - s.start for name, s in self._slices.items()}
        widths = _widths(units, known)
        width = sum(max(widths.get(name, 0), there.get(name, 0)) for name in {*widths, *there})
        recorded = self._cells + units.max_abs.size * count
        return TOO_EMPTY if is_too_empty(self.length + count, width, recorded) else None

    def _make_room(self, widths: dict[str, int], order: tuple[str, ...]) -> None:
        old = self._slices
        lengths = {name: s.stop - s.start for name, s in old.items()}
        if all(lengths.get(name, -1) >= width for name, width in widths.items()):
            return
        merged = {**lengths, **{n: max(w, lengths.get(n, 0)) for n, w in widths.items()}}
        names = dict.fromkeys([*(name for name in order if name in merged), *merged])
        self._slices, end = {}, 0
        for name in names:
            self._slices[name] = slice(end, end + merged[name])
            end += merged[name]
        target = _ranges([self._slices[name].start for name in old], list(lengths.values()))
        source = _ranges([s.start for s in old.values()], list(lengths.values()))
        self._values.reshape((end,), (slice(None), target), (slice(None), source))


def dead_units(steps: np.ndarray, max_abs: np.ndarray, window_start: np.ndarray) -> np.ndarray:
    """Finds units that were zero in every sampled batch of a window.

    Args:
        steps: int64[S].
        max_abs: float32[S, U]. NaN does not count as zero.
        window_start: int64[S], index of the first sample of the window that ends at each sample.

    Returns:
        bool[S, U].
    """
    index = np.arange(len(steps))[:, None]
    last_alive = np.maximum.accumulate(np.where(max_abs != 0, index, -1), axis=0)
    return last_alive < window_start[:, None]


def _widths(units: DecodedUnits, known: tuple[str, ...]) -> dict[str, int]:
    """Number of units per site."""
    return {known[s]: int(n) for s, n in zip(units.sites, np.diff(units.offsets), strict=True)}


def _fault(units: DecodedUnits, known: tuple[str, ...] | None) -> str | None:
    if known is None:
        return "the model record that names the sites is missing"
    if len(units.sites) and units.sites[-1] >= len(known):
        return "more sites than the model record names"
    if units.max_abs.size > MOST_UNITS:
        return "too many units"
    return None


def _ranges(starts: list[int], lengths: list[int]) -> np.ndarray:
    """Indices `start .. start + length - 1` of each pair, one after the other."""
    parts = [np.arange(s, s + n) for s, n in zip(starts, lengths, strict=True)]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _layout_key(units: DecodedUnits) -> tuple[Hashable, ...]:
    return units.model, units.sites.tobytes(), units.offsets.tobytes()
