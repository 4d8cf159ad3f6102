"""The number of dead units per layer at one step."""

import dataclasses

import numpy as np

from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.tables.units import UnitsTable


@dataclasses.dataclass(frozen=True, repr=False)
class UnitsAt(Shown):
    """Unit counts over the window that ends at one sample.

    Attributes:
        step: Step of the sample.
        names: N layer outputs.
        units: int32[N], number of units.
        dead: int32[N], number of units that were zero in every sampled batch of the window.
        window: Describes the window.
        window_samples: Number of sampled batches in the window.
    """

    step: int
    names: list[str]
    units: np.ndarray
    dead: np.ndarray
    window: str
    window_samples: int


def units_at(table: UnitsTable, index: int, window_start: int, window: str) -> UnitsAt:
    """Counts the units at one sample.

    Args:
        table: Activity of all sites.
        index: Index of the sample.
        window_start: Index of the first sample in the window.
        window: Describes the window.
    """
    samples = table.max_abs[window_start : index + 1]
    dead = (samples == 0).all(axis=0)
    there = ~np.isnan(table.max_abs[index])
    return UnitsAt(
        int(table.steps[index]),
        list(table.slices),
        _sum_by_site(there, table),
        _sum_by_site(dead, table),
        window,
        len(samples),
    )


def _sum_by_site(flags: np.ndarray, table: UnitsTable) -> np.ndarray:
    totals = np.concatenate([[0], np.cumsum(flags)])
    slices = table.slices.values()
    return np.array([totals[s.stop] - totals[s.start] for s in slices], np.int32)
