"""From packed vectors on the host to summary values. Runs on the recorder's thread."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from tensorboard.compat.proto import summary_pb2

from tb_keras_inspect.catalog.kinds import HISTOGRAM_KINDS, Kind
from tb_keras_inspect.records import encode_histogram, encode_table, encode_units
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_value
from tb_keras_inspect.training.dead_units import DeadUnits
from tb_keras_inspect.training.gradient_cosine import GradientCosine
from tb_keras_inspect.training.headline import headline, scalar_values
from tb_keras_inspect.training.reduce.layout import Intermediate, Layout, Section, SiteKey

# In the step's numbers: whether the accumulated gradient is applied, for each optimizer.
_APPLIES = "applies_accumulated"


class SampleEncoder:
    """Turns the vector of one sampled step into summary values.

    Args:
        dead: Remembers which units spoke.
        scalars: Whether the headline numbers are written as ordinary scalars too.
    """

    def __init__(self, dead: DeadUnits, scalars: bool = False):
        self._dead, self._scalars = dead, scalars
        self._cosine = GradientCosine()
        self._variables: dict[str, int] = {}
        self._sites: dict[str, int] = {}
        self._model = 0
        self._known_rows: dict[int, tuple[tuple, _Rows]] = {}

    def use(self, record: pb.ModelRecord) -> None:
        """Rows count in this model record from now on."""
        self._model = record.fingerprint
        self._variables = {variable.path: i for i, variable in enumerate(record.variables)}
        self._sites = {site.name: i for i, site in enumerate(record.sites)}
        self._known_rows.clear()

    def encode(
        self,
        layout: Layout,
        views: dict[Kind | Intermediate, np.ndarray],
        step: int,
        facts: Mapping[str, float],
    ) -> list[summary_pb2.Summary.Value]:
        """Summary values of one step.

        Args:
            layout: How the vector was divided.
            views: What `layout.split` gave.
            step: Training step.
            facts: Numbers of the step that the host knows.
        """
        self._dead.begin(step)
        columns = self._columns_over_samples(layout, views)
        applied = _accumulation_applied(layout, views)
        values = []
        for section in layout.sections:
            kind = section.kind
            if isinstance(kind, Intermediate):
                continue
            if kind is Kind.ACCUMULATED_GRADIENT and not applied:
                continue
            message = self._message(kind, section, views[kind], columns.get(kind), facts)
            values.append(to_value(kind, message))
        if self._scalars:
            values += scalar_values(headline(layout, views, self._dead.share))
        return values

    def _message(
        self,
        kind: Kind,
        section: Section,
        values: np.ndarray,
        column: "_Column | None",
        facts: Mapping[str, float],
    ) -> bytes:
        if kind is Kind.STEP:
            return self._step(section, values[0], facts)
        if kind in (Kind.INPUT, Kind.TARGET):
            return encode_table(self._model, section.statistics, values, names=section.rows)
        rows = self._rows(section)
        if kind is Kind.UNITS:
            return encode_units(self._model, rows.index, rows.units, rows.ordered_units(values))
        statistics, values = section.statistics, rows.ordered(values)
        if kind in HISTOGRAM_KINDS:
            return encode_histogram(self._model, values, rows.index)
        if column is not None:
            added = np.array([column.by_row.get(int(row), np.nan) for row in rows.index])
            statistics = (*statistics, column.statistic)
            values = np.concatenate([values, added[:, None]], axis=1)
        return encode_table(self._model, statistics, values, rows.index)

    def _step(self, section: Section, values: np.ndarray, facts: Mapping[str, float]) -> bytes:
        found = dict(zip(section.statistics, values, strict=True))
        for name in [name for name in found if name.startswith(_APPLIES)]:
            if not found.pop(name):
                _forget_effective(found, name.removeprefix(_APPLIES))
        found |= {**facts, "dead_window": self._dead.window}
        row = np.array([list(found.values())], np.float32)
        return encode_table(self._model, list(found), row, names=[""])

    def _columns_over_samples(
        self, layout: Layout, views: dict[Kind | Intermediate, np.ndarray]
    ) -> dict[Kind, "_Column"]:
        """Statistics that look back over earlier samples, which the step itself cannot compute."""
        columns = {Kind.ACTIVATION: _Column("dead_fraction", self._dead_fractions(layout, views))}
        for section in layout.sections:
            if section.kind is Intermediate.GRADIENT_ELEMENTS:
                rows, elements = self._rows(section), views[section.kind]
                cosines = rows.ordered(self._cosine.next(elements, section.lengths))
                by_row = dict(zip(rows.index.tolist(), cosines.tolist(), strict=True))
                columns[Kind.GRADIENT] = _Column("cosine", by_row)
        return columns

    def _dead_fractions(
        self, layout: Layout, views: dict[Kind | Intermediate, np.ndarray]
    ) -> dict[int, float]:
        """Site to fraction of dead units, of the sites whose units are recorded."""
        section = next((s for s in layout.sections if s.kind is Kind.UNITS), None)
        if section is None:
            return {}
        rows = self._rows(section)
        max_abs = rows.ordered_units(views[Kind.UNITS])
        fractions = self._dead.fractions(max_abs, np.cumsum(rows.units) - rows.units)
        return dict(zip(rows.index.tolist(), fractions, strict=True))

    def _rows(self, section: Section) -> "_Rows":
        # By identity: a layout's rows live as long as the training, and are long to compare.
        known = self._known_rows.get(id(section.rows))
        if known is None:
            known = section.rows, _Rows(section.rows, self._variables, self._sites)
            self._known_rows[id(section.rows)] = known
        return known[1]


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
        index: int64[N], strictly increasing.
        units: int64[N], units of each site; empty for variables.
    """

    def __init__(self, rows: tuple, variables: Mapping[str, int], sites: Mapping[str, int]):
        are_sites = bool(rows) and isinstance(rows[0], SiteKey)
        found = [sites[row.name] if are_sites else variables[row] for row in rows]
        order = np.argsort(found, kind="stable")
        self.index = np.array(found, np.int64)[order]
        counts = np.array([row.units if are_sites else 0 for row in rows], np.int64)
        self.units = counts[order]
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


def _accumulation_applied(layout: Layout, views: dict[Kind | Intermediate, np.ndarray]) -> bool:
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


def encode_epoch(model: int, logs: dict[str, float], epoch: int) -> list[summary_pb2.Summary.Value]:
    """Summary values of an epoch's end.

    Args:
        model: Fingerprint of the model record.
        logs: What Keras reports at the end of the epoch; what is not a number is left out.
        epoch: Epoch, from 0.
    """
    numbers = {
        name: number for name, value in logs.items() if (number := _number(value)) is not None
    }
    numbers["epoch"] = float(epoch)
    row = np.array([list(numbers.values())])
    return [to_value(Kind.EPOCH, encode_table(model, list(numbers), row, names=[""]))]


def _number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
