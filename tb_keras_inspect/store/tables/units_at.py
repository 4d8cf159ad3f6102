"""How many units of each layer are dead at one step."""

import dataclasses

import numpy as np

from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.tables.units import UnitsTable


@dataclasses.dataclass(frozen=True, repr=False)
class UnitsAt(Shown):
    """Counts over the window that ends at a sample.

    Attributes:
        step: The sample's step.
        names: N sites.
        units: int32[N], how many there are.
        dead: int32[N], how many of them were zero in every sampled batch of the window.
        window: What the window is, in words.
        window_samples: Number of sampled batches in it.
    """

    step: int
    names: list[str]
    units: np.ndarray
    dead: np.ndarray
    window: str
    window_samples: int


def units_at(table: UnitsTable, index: int, window_start: int, window: str) -> UnitsAt:
    """Counts at one sample.

    Args:
        table: All sites.
        index: Number of the sample.
        window_start: Number of the window's first sample.
        window: What the window is, in words.
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
