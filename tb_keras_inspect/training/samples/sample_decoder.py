"""From packed vectors on the host to samples."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tb_keras_inspect.catalog.kinds import HISTOGRAM_KINDS, Kind
from tb_keras_inspect.catalog.optimizer_statistics import OPTIMIZER_STATISTICS
from tb_keras_inspect.records import DecodedHistogram, DecodedTable, DecodedUnits, bins
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.reduce.layout import (
    CHECKSUM_SECTIONS,
    Intermediate,
    Layout,
    Section,
    SiteKey,
)
from tb_keras_inspect.training.samples.dead_units import DeadUnits
from tb_keras_inspect.training.samples.gradient_cosine import GradientCosine
from tb_keras_inspect.training.samples.headline import headline
from tb_keras_inspect.training.samples.optimizer_state import optimizer_statistics
from tb_keras_inspect.training.samples.sample import Decoded, Sample

NOISE_OF = "noise_scale/"  # among the facts of a step: and the name of a variable
# In the step's numbers: whether the accumulated gradient is applied, for each optimizer.
_APPLIES = "applies_accumulated"


class SampleDecoder:
    """Turns the vector of one sampled step into a sample.

    Args:
        dead: Remembers which units were active.
        scalars: Whether the sample has the headline numbers as ordinary scalars too.
    """

    def __init__(self, dead: DeadUnits, scalars: bool = False):
        self._dead, self._scalars = dead, scalars
        self._cosine = GradientCosine()
        self._model: pb.ModelRecord | None = None
        self._variables: dict[str, int] = {}
        self._sites: dict[str, int] = {}
        self._tensors: dict[str, int] = {}
        self._known_rows: dict[int, tuple[tuple[Any, ...], _Rows]] = {}

    def decode(
        self,
        model: pb.ModelRecord,
        layout: Layout,
        views: Mapping[Kind | Intermediate, np.ndarray],
        step: int,
        wall_time: float,
        facts: Mapping[str, float],
    ) -> Sample:
        """The sample of one step.

        Args:
            model: The model record whose rows count.
            layout: How the vector was divided.
            views: What `layout.split` gave.
            step: Training step.
            wall_time: Seconds since the Unix epoch.
            facts: Numbers of the step that the host knows, by name of the statistic.
        """
        self._use(model)
        self._dead.begin(step)
        columns = self._added_columns(layout, views)
        if noise := {
            k.removeprefix(NOISE_OF): v for k, v in facts.items() if k.startswith(NOISE_OF)
        }:
            facts = {name: value for name, value in facts.items() if not name.startswith(NOISE_OF)}
            by_row = {self._variables[k]: v for k, v in noise.items() if k in self._variables}
            columns.setdefault(Kind.GRADIENT, []).append(_Column("noise_scale", by_row))
        facts = {**_forward_numbers(layout, views), **facts}
        applied = _accumulation_applied(layout, views)
        records: dict[Kind, Decoded] = {}
        for section in layout.sections:
            kind = section.kind
            if isinstance(kind, Intermediate):
                continue
            if kind is Kind.ACCUMULATED_GRADIENT and not applied:
                continue
            records[kind] = self._record(kind, section, views[kind], columns.get(kind, ()), facts)
        if applied and (state := optimizer_statistics(layout, views)):
            rows = self._rows(state[0])
            records[Kind.OPTIMIZER] = self._table(
                OPTIMIZER_STATISTICS, rows.ordered(state[1]), rows.index
            )
        if found := [section for section in layout.sections if section.kind in CHECKSUM_SECTIONS]:
            records[Kind.CHECKSUM] = self._checksums(found, views)
        scalars = headline(layout, views, self._dead.fraction) if self._scalars else {}
        return Sample(step, wall_time, records, scalars)

    def _use(self, model: pb.ModelRecord) -> None:
        if model is not self._model:
            self._model = model
            self._variables = {variable.path: i for i, variable in enumerate(model.variables)}
            self._sites = {site.name: i for i, site in enumerate(model.sites)}
            self._tensors = {row: i for i, row in enumerate(model.tensors)}
            self._known_rows.clear()

    def _record(
        self,
        kind: Kind,
        section: Section,
        values: np.ndarray,
        columns: "Sequence[_Column]",
        facts: Mapping[str, float],
    ) -> Decoded:
        if kind is Kind.STEP:
            found = self._step(section, values[0], facts)
            return self._table(tuple(found), np.array([list(found.values())]), names=("",))
        if kind in (Kind.INPUT, Kind.TARGET):
            return self._table(section.statistics, values, names=tuple(map(str, section.rows)))
        rows = self._rows(section.rows)
        if kind is Kind.UNITS:
            units = _frozen(rows.ordered_units(values))
            return DecodedUnits(self._fingerprint, rows.index, rows.offsets, units)
        values = rows.ordered(values)
        if kind in HISTOGRAM_KINDS:
            return DecodedHistogram(
                self._fingerprint, rows.index, bins.FIRST_EXPONENT, bins.EXPONENTS, values
            )
        statistics = section.statistics
        for column in columns:
            added = np.array([column.by_row.get(int(row), np.nan) for row in rows.index])
            statistics = (*statistics, column.statistic)
            values = np.concatenate([values, added[:, None]], axis=1)
        return self._table(statistics, values, rows.index)

    def _checksums(
        self, sections: Sequence[Section], views: Mapping[Kind | Intermediate, np.ndarray]
    ) -> DecodedTable:
        values = np.concatenate([views[section.kind] for section in sections])
        rows = tuple(row for section in sections for row in section.rows)
        known = _Rows(rows, self._tensors, {})
        return self._table(sections[0].statistics, known.ordered(values), known.index)

    def _table(
        self,
        statistics: tuple[str, ...],
        values: np.ndarray,
        rows: np.ndarray | None = None,
        names: tuple[str, ...] = (),
    ) -> DecodedTable:
        # A copy: a table that somebody keeps must not keep the whole vector.
        values = _frozen(values)
        index = np.arange(len(values), dtype=np.int32) if rows is None else rows
        return DecodedTable(self._fingerprint, statistics, index, values, names)

    @property
    def _fingerprint(self) -> int:
        return self._model.fingerprint if self._model is not None else 0

    def _step(
        self, section: Section, values: np.ndarray, facts: Mapping[str, float]
    ) -> dict[str, float]:
        found = dict(zip(section.statistics, values, strict=True))
        for name in [name for name in found if name.startswith(_APPLIES)]:
            if not found.pop(name):
                _forget_effective(found, name.removeprefix(_APPLIES))
        return found | {**facts, "dead_window": self._dead.window}

    def _added_columns(
        self, layout: Layout, views: Mapping[Kind | Intermediate, np.ndarray]
    ) -> dict[Kind, list["_Column"]]:
        """Statistics that look back over earlier samples, which the step itself cannot compute, and
        those that only some rows have."""
        dead = _Column("dead_fraction", self._dead_fractions(layout, views))
        columns = {Kind.ACTIVATION: [dead]}
        for section in layout.sections:
            if section.kind is Intermediate.GRADIENT_ELEMENTS:
                rows, elements = self._rows(section.rows), views[section.kind]
                cosines = rows.ordered(self._cosine.next(elements, section.rows, section.lengths))
                by_row = dict(zip(rows.index.tolist(), cosines.tolist(), strict=True))
                columns[Kind.GRADIENT] = [_Column("cosine", by_row)]
            elif section.kind is Intermediate.MOVING_STATISTICS:
                rows = self._rows(section.rows)
                index, values = rows.index.tolist(), rows.ordered(views[section.kind])
                columns[Kind.ACTIVATION] += [
                    _Column(name, dict(zip(index, values[:, i].tolist(), strict=True)))
                    for i, name in enumerate(section.statistics)
                ]
        return columns

    def _dead_fractions(
        self, layout: Layout, views: Mapping[Kind | Intermediate, np.ndarray]
    ) -> dict[int, float]:
        """Index of a site to its fraction of dead units, for the sites whose units are recorded."""
        section = next((s for s in layout.sections if s.kind is Kind.UNITS), None)
        if section is None:
            return {}
        rows = self._rows(section.rows)
        max_abs = rows.ordered_units(views[Kind.UNITS])
        fractions = self._dead.fractions(max_abs, rows.offsets[:-1])
        return dict(zip(rows.index.tolist(), fractions, strict=True))

    def _rows(self, rows: tuple[Any, ...]) -> "_Rows":
        # By identity: rows of a layout live as long as the fit, and are slow to compare.
        known = self._known_rows.get(id(rows))
        if known is None:
            known = rows, _Rows(rows, self._variables, self._sites)
            self._known_rows[id(rows)] = known
        return known[1]


def _frozen(values: np.ndarray) -> np.ndarray:
    """A float32 copy that nobody can write to: several subscribers share it."""
    copy = np.array(values, "<f4")
    copy.flags.writeable = False
    return copy


class _Column(NamedTuple):
    """A statistic by the row's index in the model record; NaN where it does not apply."""

    statistic: str
    by_row: Mapping[int, float]


class _Rows:
    """Where a section's rows are in the model record.

    Args:
        rows: Names of variables, or site keys.
        variables: Name of a variable to its index.
        sites: Name of a site to its index.

    Attributes:
        index: int32[N], strictly increasing.
        units: int64[N], number of units of each site; 0 for variables.
        offsets: int64[N + 1], where the units of each site begin.
    """

    def __init__(
        self, rows: tuple[Any, ...], variables: Mapping[str, int], sites: Mapping[str, int]
    ):
        are_sites = bool(rows) and isinstance(rows[0], SiteKey)
        found = [sites[row.name] if are_sites else variables[row] for row in rows]
        order = np.argsort(found, kind="stable")
        self.index = np.array(found, np.int32)[order]
        counts = np.array([row.units if are_sites else 0 for row in rows], np.int64)
        self.units = counts[order]
        self.offsets = np.concatenate([[0], np.cumsum(self.units)])
        self._order = None if np.array_equal(order, np.arange(len(order))) else order
        self._unit_ends = np.cumsum(counts)

    def ordered(self, values: np.ndarray) -> np.ndarray:
        """[N, K] in the order of `index`."""
        return values if self._order is None else values[self._order]

    def ordered_units(self, values: np.ndarray) -> np.ndarray:
        """One value for each unit, site after site, in the order of `index`."""
        if self._order is None:
            return values
        parts = np.split(values, self._unit_ends[:-1])
        return np.concatenate([parts[i] for i in self._order])


def _forward_numbers(
    layout: Layout, views: Mapping[Kind | Intermediate, np.ndarray]
) -> dict[str, float]:
    """Numbers of the step as a whole that it could only compute in its forward pass."""
    for section in layout.sections:
        if section.kind is Intermediate.FORWARD_NUMBERS:
            return dict(zip(section.statistics, views[section.kind][0].tolist(), strict=True))
    return {}


def _accumulation_applied(layout: Layout, views: Mapping[Kind | Intermediate, np.ndarray]) -> bool:
    """Whether the first optimizer updates the weights in this step."""
    for section in layout.sections:
        if section.kind is Kind.STEP and _APPLIES in section.statistics:
            return bool(views[Kind.STEP][0, section.statistics.index(_APPLIES)])
    return True


def _forget_effective(found: dict[str, float], suffix: str) -> None:
    """Takes out what an accumulated gradient that is not applied yet has no meaning for."""
    for name in ("accumulated_gradient_norm" + suffix, "gradient_norm_clipped" + suffix):
        if name in found:
            found[name] = np.nan
