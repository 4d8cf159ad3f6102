"""Combines the vectors of several replicas, each of which had a part of the batch."""

import dataclasses
import zlib
from collections.abc import Sequence

import numpy as np

from tb_keras_inspect.catalog.kind_facts import Form
from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.phases import phase_and_name
from tb_keras_inspect.catalog.statistic import Merge
from tb_keras_inspect.catalog.statistics import find
from tb_keras_inspect.training.reduce.layout import (
    CHECKSUM_SECTIONS,
    Intermediate,
    Layout,
    Section,
)

# Column of a section that says how many elements (of the loss: samples) a replica's numbers are of.
# It does not outlive `combine_replicas`.
COUNT = "count"


def combine_replicas(
    layout: Layout, vectors: np.ndarray
) -> tuple[Layout, dict[Kind | Intermediate, np.ndarray]]:
    """The statistics of the whole batch, as a single device would have computed them.

    Gradients, weights and updates are the same on every replica. Statistics of layer outputs and
    inputs, and the loss, are combined weighted by the number of elements on each replica; a replica
    without elements is ignored. Histograms of layer outputs are summed.

    Args:
        layout: How each vector is divided.
        vectors: float32[R, size], one row for each of R replicas.

    Returns:
        The layout without the columns `COUNT`, and its sections, as `Layout.split` gives them.
    """
    parts = [layout.split(vector) for vector in vectors]
    sections, views = [], {}
    for section in layout.sections:
        found = [part[section.kind] for part in parts]
        values = found[0][None] if len(found) == 1 else np.stack(found)
        counted = COUNT in section.statistics
        counts = None
        if counted:
            column = section.statistics.index(COUNT)
            counts, values = values[..., column], np.delete(values, column, axis=-1)
            section = _without_count(section)
        views[section.kind] = values[0] if len(parts) == 1 else _combine(section, values, counts)
        sections.append(section)
    return Layout(tuple(sections)), views


def _without_count(section: Section) -> Section:
    names = tuple(name for name in section.statistics if name != COUNT)
    size = section.size - len(section.rows)
    return dataclasses.replace(section, statistics=names, size=size)


def _combine(section: Section, values: np.ndarray, counts: np.ndarray | None) -> np.ndarray:
    """One section of R replicas: float32[R, ...] to float32[...]."""
    kind = section.kind
    if kind in CHECKSUM_SECTIONS:
        return _checksums(section, values)
    if kind in (Intermediate.FORWARD_NUMBERS, Intermediate.MOVING_STATISTICS):
        return _Parts(section.statistics, values, counts).whole()
    if isinstance(kind, Intermediate) or not kind.facts.per_part:
        return np.asarray(values[0])
    if kind.facts.form is Form.UNITS:
        return np.asarray(values.max(axis=0))
    if kind.facts.form is Form.HISTOGRAM:
        return np.asarray(values.sum(axis=0))
    return _Parts(section.statistics, values, counts).whole()


def _checksums(section: Section, values: np.ndarray) -> np.ndarray:
    """Checksums of parts of a batch, in their order; of what all replicas share, those of the first."""
    found = np.array(values[0])
    for number, row in enumerate(section.rows):
        phase, _ = phase_and_name(str(row))
        if phase is not None and phase.is_per_part:
            own, projections, norms = values[:, number].T
            digest = zlib.crc32(own.astype("<u4").tobytes()) % 2**24
            found[number] = digest, projections.sum(), np.sqrt(np.square(norms).sum())
    return found


class _Parts:
    """Statistics of the parts of a batch.

    Args:
        names: Names of the K columns; the catalogue says how each is merged.
        values: float32[R, N, K].
        counts: float32[R, N] elements in each part; None for equal parts.
    """

    def __init__(self, names: Sequence[str], values: np.ndarray, counts: np.ndarray | None):
        self._names, self._values = list(names), values.astype(np.float64)
        counts = np.ones(values.shape[:2]) if counts is None else counts.astype(np.float64)
        self._there = np.asarray(counts > 0)  # numbers of empty parts mean nothing, not even a NaN
        total = counts.sum(axis=0)
        self._fraction = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)

    def whole(self) -> np.ndarray:
        """float32[N, K]: the statistics of all parts together, NaN where no part has elements."""
        columns = np.stack([self._column(name, i) for i, name in enumerate(self._names)], axis=-1)
        has_elements = np.any(self._there, axis=0, keepdims=True).T
        return np.where(has_elements, columns, np.nan).astype(np.float32)

    def _column(self, name: str, position: int) -> np.ndarray:
        x, statistic = self._values[..., position], find(name)
        match statistic.merge if statistic else Merge.SAME:
            case Merge.MEAN:
                return self._mean(x)
            case Merge.SUM:
                return np.asarray(self._kept(x, 0.0).sum(axis=0))
            case Merge.MIN:
                return np.asarray(self._kept(x, np.inf).min(axis=0))
            case Merge.MAX:
                return np.asarray(self._kept(x, -np.inf).max(axis=0))
            case Merge.L2:
                return np.asarray(np.sqrt(np.square(self._kept(x, 0.0)).sum(axis=0)))
            case Merge.STD:
                means = self._values[..., self._names.index("mean")]
                with np.errstate(invalid="ignore"):  # infinite means
                    between = np.square(means - self._mean(means))
                return np.asarray(np.sqrt(self._mean(np.square(x) + between)))
            case Merge.SAME:
                return np.asarray(x[0])

    def _mean(self, x: np.ndarray) -> np.ndarray:
        return np.asarray((self._fraction * self._kept(x, 0.0)).sum(axis=0))

    def _kept(self, x: np.ndarray, otherwise: float) -> np.ndarray:
        return np.where(self._there, x, otherwise)
