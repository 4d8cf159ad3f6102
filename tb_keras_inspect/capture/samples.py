"""From packed vectors on the host to summary values. Runs on the recorder's thread."""

from collections.abc import Mapping

import numpy as np
from tensorboard.compat.proto import summary_pb2

from tb_keras_inspect.capture.dead import DeadUnits
from tb_keras_inspect.capture.layout import Layout, Section, SiteKey
from tb_keras_inspect.records import encode_histogram, encode_table, encode_units
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.schema import HISTOGRAM_KINDS, Kind
from tb_keras_inspect.records.summary import to_value

# In the step's numbers: whether the accumulated gradient is applied, for each optimizer.
_APPLIES = "applies_accumulated"


class SampleEncoder:
    """Turns the vector of one sampled step into summary values.

    Args:
        dead: Remembers which units spoke.
    """

    def __init__(self, dead: DeadUnits):
        self._dead = dead
        self._variables: dict[str, int] = {}
        self._sites: dict[str, int] = {}
        self._model = 0

    def use(self, record: pb.ModelRecord) -> None:
        """Rows count in this model record from now on."""
        self._model = record.fingerprint
        self._variables = {variable.path: i for i, variable in enumerate(record.variables)}
        self._sites = {site.name: i for i, site in enumerate(record.sites)}

    def encode(
        self,
        layout: Layout,
        views: dict[Kind, np.ndarray],
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
        units = self._units(layout, views)
        applied = _accumulation_applied(layout, views)
        values = []
        for section in layout.sections:
            if section.kind is Kind.ACCUMULATED_GRADIENT and not applied:
                continue
            message = self._message(section, views[section.kind], units, facts)
            if message is not None:
                values.append(to_value(section.kind, message))
        return values

    def _message(self, section: Section, values: np.ndarray, units, facts):
        kind = section.kind
        if kind is Kind.STEP:
            return self._step(section, values[0], facts)
        if kind is Kind.INPUT:
            return encode_table(self._model, section.statistics, values, names=section.rows)
        if kind is Kind.UNITS:
            return encode_units(self._model, units)
        rows = self._rows(section)
        order = np.argsort(rows, kind="stable")
        if kind in HISTOGRAM_KINDS:
            return encode_histogram(self._model, values[order], rows[order])
        if kind is Kind.ACTIVATION:
            values, section = self._with_dead(section, values, units)
        return encode_table(self._model, section.statistics, values[order], rows[order])

    def _step(self, section: Section, values: np.ndarray, facts: Mapping[str, float]):
        found = dict(zip(section.statistics, values, strict=True))
        for name in [name for name in found if name.startswith(_APPLIES)]:
            if not found.pop(name):
                _forget_effective(found, name.removeprefix(_APPLIES))
        found |= {**facts, "dead_window": self._dead.window}
        row = np.array([list(found.values())], np.float32)
        return encode_table(self._model, list(found), row, names=[""])

    def _rows(self, section: Section) -> np.ndarray:
        if section.rows and isinstance(section.rows[0], SiteKey):
            return np.array([self._sites[site.name] for site in section.rows])
        return np.array([self._variables[name] for name in section.rows])

    def _units(self, layout: Layout, views: dict[Kind, np.ndarray]) -> dict[int, np.ndarray]:
        flat = views.get(Kind.UNITS)
        if flat is None:
            return {}
        section = next(s for s in layout.sections if s.kind is Kind.UNITS)
        ends = np.cumsum([site.units for site in section.rows])
        parts = np.split(flat, ends[:-1])
        names = [self._sites[site.name] for site in section.rows]
        return dict(zip(names, parts, strict=True))

    def _with_dead(self, section: Section, values: np.ndarray, units: dict[int, np.ndarray]):
        fractions = np.full((len(values), 1), np.nan, np.float32)
        for row, site in enumerate(self._rows(section)):
            if site in units:
                fractions[row] = self._dead.fraction(int(site), units[int(site)])
        statistics = (*section.statistics, "dead_fraction")
        wide = Section(section.kind, statistics, section.rows, 0)
        return np.concatenate([values, fractions], axis=1), wide


def _accumulation_applied(layout: Layout, views: dict[Kind, np.ndarray]) -> bool:
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
