"""What an optimizer remembers, against the gradient that it is given. Runs on the recorder's thread."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.optimizer_statistics import OPTIMIZER_STATISTICS
from tb_keras_inspect.training.reduce.layout import MOMENT_FACTS, Intermediate, Layout, Section

Views = Mapping[Kind | Intermediate, np.ndarray]
TINY = 1e-90  # below the square of every number of float32


def optimizer_statistics(layout: Layout, views: Views) -> tuple[tuple[Any, ...], np.ndarray] | None:
    """The statistics of the optimizer's state of each variable.

    Args:
        layout: How the vector of the step was divided.
        views: What `layout.split` gave.

    Returns:
        N names of variables, and float64[N, K] in the order of `OPTIMIZER_STATISTICS`, NaN where the
        optimizer has no such moment; None where nothing was recorded of it.
    """
    sections = {section.kind: section for section in layout.sections}
    known = sections.get(Intermediate.MOMENT_FACTS)
    if known is None:
        return None
    facts = dict(zip(MOMENT_FACTS, views[known.kind].astype(np.float64).T, strict=True))
    columns = {name: np.full(len(known.rows), np.nan) for name in OPTIMIZER_STATISTICS}
    columns["moment_updates"] = facts["updates"]
    with np.errstate(all="ignore"):
        norms = _norms(known, sections, views)
        columns["effective_rate"] = _update_norms(known, sections, views) / norms
        gradients = _clipped(
            _Elements(sections, views, Intermediate.EFFECTIVE_GRADIENT), facts, norms
        )
        gradients.scale(_global_factors(facts, sections, views))
        if Intermediate.FIRST_MOMENT in sections:
            first = _Elements(sections, views, Intermediate.FIRST_MOMENT)
            g, where = gradients.of(first.rows), first.positions(known.rows)
            size = np.sqrt(first.mean(first.values * first.values))
            cosines = first.mean(first.values * g.values) / size / np.sqrt(g.mean(g.squares))
            columns["momentum_rms"][where] = size
            columns["momentum_cosine"][where] = facts["sign"][where] * np.clip(cosines, -1, 1)
        if Intermediate.SECOND_MOMENT in sections:
            second = _Elements(sections, views, Intermediate.SECOND_MOMENT)
            where = second.positions(known.rows)
            of_rows = {name: values[where] for name, values in facts.items()}
            found = _second_moments(second, gradients.of(second.rows), of_rows)
            for name, values in found.items():
                columns[name][where] = values
    return known.rows, np.stack([columns[name] for name in OPTIMIZER_STATISTICS], axis=1)


def _second_moments(
    second: "_Elements", g: "_Elements", facts: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    squares, beta_2 = g.squares, second.spread(facts["beta_2"])
    after = squares - second.values
    after *= 1 - beta_2
    after += second.values
    correction = 1 - facts["beta_2"] ** (facts["updates"] + 1)
    correction = second.spread(np.where(facts["corrected"] != 0, correction, 1.0))
    epsilon = facts["epsilon"] ** 2
    # TINY: 0 / 0 is no surprise.
    least = second.spread(np.where(np.isnan(epsilon), TINY, epsilon))
    ratios = second.mean(squares / np.maximum(after / correction, least))
    # A second moment that is still empty, where the step's own part in it is not known.
    ratios[(facts["beta_2"] == 1) & (facts["updates"] == 0)] = np.nan
    is_used = after > 0
    below = second.mean(is_used & (after < least)) / second.mean(is_used)
    return {
        "second_moment_rms": np.sqrt(second.mean(second.values)),
        "moment_ratio": np.sqrt(ratios),
        "epsilon_fraction": np.where(np.isnan(epsilon), np.nan, below),
    }


class _Elements:
    """Some elements of each of N tensors: one tensor after the other.

    Attributes:
        rows: N names.
        lengths: int64[N], at least 1 each.
        values: float64[E].
    """

    def __init__(self, sections: Mapping[Any, Section], views: Views, kind: Intermediate):
        section = sections[kind]
        self.rows: tuple[Any, ...] = section.rows
        self.lengths = np.array(section.lengths, np.int64)
        self.values = views[kind].astype(np.float64)

    @property
    def squares(self) -> np.ndarray:
        """float64[E]."""
        return self.values * self.values

    def of(self, rows: tuple[Any, ...]) -> "_Elements":
        """Those of some of the tensors, in the same order."""
        if rows == self.rows:
            return self
        chosen = np.isin(np.arange(len(self.rows)), self.positions_of(rows))
        some = object.__new__(_Elements)
        some.rows, some.lengths = rows, self.lengths[chosen]
        some.values = self.values[np.repeat(chosen, self.lengths)]
        return some

    def positions(self, rows: tuple[Any, ...]) -> np.ndarray:
        """int64[N]: where these tensors are among others."""
        place = {name: i for i, name in enumerate(rows)}
        return np.array([place[name] for name in self.rows], np.int64)

    def positions_of(self, rows: tuple[Any, ...]) -> np.ndarray:
        """int64: where some tensors are among these."""
        place = {name: i for i, name in enumerate(self.rows)}
        return np.array([place[name] for name in rows], np.int64)

    def mean(self, values: np.ndarray) -> np.ndarray:
        """float64[N]: the mean over the elements of each tensor."""
        starts = np.cumsum(self.lengths) - self.lengths
        return np.asarray(np.add.reduceat(values, starts, dtype=np.float64) / self.lengths)

    def spread(self, per_tensor: np.ndarray) -> np.ndarray:
        """float64[E]: a number of each tensor, for each of its elements; [1] where all are the same."""
        if np.all(per_tensor == per_tensor[0]):
            return per_tensor[:1]
        return np.repeat(per_tensor, self.lengths)

    def scale(self, per_tensor: np.ndarray) -> None:
        """Multiplies each tensor."""
        if np.any(per_tensor != 1):
            self.values = self.values * self.spread(per_tensor)


def _clipped(gradients: _Elements, facts: Mapping[str, np.ndarray], norms: np.ndarray) -> _Elements:
    """Gradients after clipping by value, or each by its norm."""
    limit = facts["clipvalue"]
    if np.isfinite(limit).any():
        most = gradients.spread(np.where(np.isnan(limit), np.inf, limit))
        gradients.values = np.clip(gradients.values, -most, most)
    limit = facts["clipnorm"]
    if np.isfinite(limit).any():
        gradients.scale(np.where(norms > limit, limit / norms, 1.0))
    return gradients


def _global_factors(
    facts: Mapping[str, np.ndarray], sections: Mapping[Any, Section], views: Views
) -> np.ndarray:
    """float64[N]: by what clipping by the global norm multiplied the gradients."""
    numbers: dict[str, float] = {}
    if Kind.STEP in sections:
        numbers = dict(
            zip(sections[Kind.STEP].statistics, views[Kind.STEP][0].tolist(), strict=True)
        )
    factors = np.ones(len(facts["part"]))
    otherwise = np.isnan(facts["clipvalue"]) & np.isnan(facts["clipnorm"])
    for part in np.unique(facts["part"]).astype(int):
        suffix = f":{part}" if part else ""
        whole = numbers.get("gradient_norm" + suffix, np.nan)
        whole = numbers.get("accumulated_gradient_norm" + suffix, whole)
        factor = numbers.get("gradient_norm_clipped" + suffix, whole) / whole if whole else 1.0
        factors[(facts["part"] == part) & otherwise] = factor
    return factors


def _norms(known: Section, sections: Mapping[Any, Section], views: Views) -> np.ndarray:
    """float64[N]: l2 of the gradients after accumulation, before clipping."""
    is_accumulated = Kind.ACCUMULATED_GRADIENT in sections
    kind = Kind.ACCUMULATED_GRADIENT if is_accumulated else Kind.GRADIENT
    return _column(known, sections, views, kind, "l2")


def _update_norms(known: Section, sections: Mapping[Any, Section], views: Views) -> np.ndarray:
    """float64[N]: l2 of the updates, without weight decay where that is known."""
    whole = _column(known, sections, views, Kind.UPDATE, "l2")
    without = _column(known, sections, views, Kind.UPDATE, "gradient_l2")
    return np.where(np.isnan(without), whole, without)


def _column(
    known: Section, sections: Mapping[Any, Section], views: Views, kind: Kind, statistic: str
) -> np.ndarray:
    section = sections.get(kind)
    if section is None or statistic not in section.statistics:
        return np.full(len(known.rows), np.nan)
    values = views[kind][:, section.statistics.index(statistic)].astype(np.float64)
    by_row = dict(zip(section.rows, values.tolist(), strict=True))
    return np.array([by_row.get(row, np.nan) for row in known.rows])
