"""Where the first NaN or infinity appeared that training did not survive."""

import dataclasses
from collections.abc import Callable

import numpy as np

from tb_keras_inspect.diagnosis.structure import Structure
from tb_keras_inspect.store.tables.table import StatTable

# In the order in which a step computes them: weights are those that its forward pass used.
ORDER = ("input", "target", "weight", "activation", "step", "gradient", "update", "epoch")
SURVIVABLE = 3  # samples in a row; a mixed-precision optimizer skips single overflows on purpose

Tables = Callable[[str], StatTable | None]


@dataclasses.dataclass(frozen=True)
class Culprit:
    """One tensor that was not finite.

    Attributes:
        kind: Of table.
        row: Name of the row.
        statistic: Where it shows.
        count: Number of elements, NaN where only a number of the step is known.
    """

    kind: str
    row: str
    statistic: str
    count: float


@dataclasses.dataclass(frozen=True)
class Breakdown:
    """The first sampled step with values that are not finite.

    Attributes:
        step: That step.
        culprits: All tensors that were not finite there, in the order of their computation.
        lasts: Whether the loss or the weights stayed so until the end.
        end: Last step at which something was not finite.
    """

    step: int
    culprits: tuple[Culprit, ...]
    lasts: bool
    end: int


def find_breakdown(tables: Tables, structure: Structure) -> Breakdown | None:
    """Finds it.

    Args:
        tables: Gives a table by kind, or None.
        structure: The model.

    Returns:
        None where all numbers that training rests on are finite. Infinities that stay inside a
        layer (a mask, say) while loss, gradients and weights are finite are none of its business.
    """
    step_table = tables("step")
    marks = [mark for kind in ORDER if (mark := _mark(tables(kind), kind)) is not None]
    harmful = [(steps, bad) for kind, steps, bad in marks if kind in ("step", "epoch", "weight")]
    scaled = step_table is not None and "loss_scale" in step_table.statistics
    for kind, steps, bad in marks:
        if kind in ("gradient", "update"):
            harmful.append((steps, _sustained(bad) if scaled else bad))
    firsts = [int(steps[np.argmax(bad)]) for steps, bad in harmful if bad.any()]
    if not firsts:
        return None
    step = _back_to_the_cause(min(firsts), marks)
    culprits = [c for kind in ORDER for c in _culprits(tables(kind), kind, step, structure)]
    lasts = any(bad[-1] for steps, bad in harmful if bad.any())
    end = max(int(steps[np.flatnonzero(bad)[-1]]) for steps, bad in harmful if bad.any())
    return Breakdown(step, tuple(culprits), lasts, max(end, step))


def _back_to_the_cause(step: int, marks: list) -> int:
    """Bad values of a layer or the data in the samples right before are where it began."""
    for kind, steps, bad in marks:
        if kind not in ("input", "target", "activation"):
            continue
        at = int(np.searchsorted(steps, step, side="right")) - 1
        while at >= 0 and bad[at]:
            step = min(step, int(steps[at]))
            at -= 1
    return step


def _mark(table: StatTable | None, kind: str) -> tuple[str, np.ndarray, np.ndarray] | None:
    """Steps at which any row is not finite."""
    if table is None or not table.names:
        return None
    if kind == "step":
        bad = ~np.isfinite(_loss(table))
    elif kind == "epoch":
        columns = [name for name in table.statistics if name.endswith("loss")]
        bad = np.zeros(len(table.steps), bool)
        for name in columns:
            bad |= ~np.isfinite(table.select(name)[:, 0])
    elif "nonfinite_count" in table.statistics:
        bad = np.any(_bad_rows(table), axis=1)
    else:
        return None
    return kind, table.steps, bad


def _bad_rows(table: StatTable, at: slice | np.ndarray = slice(None)) -> np.ndarray:
    counts = table.select("nonfinite_count")[at]
    bad = counts > 0
    if "l2" in table.statistics and not bad.any():
        # Sums overflow before elements do. A row that was not recorded has NaN in both.
        bad = bad | (np.isinf(table.select("l2")[at]) & ~np.isnan(counts))
    return bad


def _loss(table: StatTable) -> np.ndarray:
    if "loss" not in table.statistics:
        return np.zeros(len(table.steps))
    return table.select("loss")[:, 0]


def _sustained(bad: np.ndarray) -> np.ndarray:
    """Only what lasts for `SURVIVABLE` samples in a row counts, from its first one."""
    kept = np.zeros_like(bad)
    if len(bad) < SURVIVABLE:
        return kept
    windows = np.lib.stride_tricks.sliding_window_view(bad, SURVIVABLE).all(axis=1)
    for offset in range(SURVIVABLE):
        kept[offset : offset + len(windows)] |= windows
    return kept


def _culprits(table: StatTable | None, kind: str, step: int, structure: Structure):
    if table is None or not table.names:
        return
    at = int(np.searchsorted(table.steps, step))
    if at >= len(table.steps) or int(table.steps[at]) != step:
        return
    if kind in ("step", "epoch"):
        for name in table.statistics:
            value = table.select(name)[at, 0]
            if name.endswith("loss") and not np.isfinite(value):
                yield Culprit(kind, "", name, float("nan"))
        return
    if "nonfinite_count" not in table.statistics:
        return
    rows = np.flatnonzero(_bad_rows(table, slice(at, at + 1))[0])
    # The backward pass meets the last layer first.
    for row in rows[::-1] if kind == "gradient" else rows:
        count = float(table.select("nonfinite_count")[at, row])
        yield Culprit(kind, table.names[row], "nonfinite_count", count)
