"""The first step at which training itself had a NaN or an infinity."""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from tb_keras_inspect.catalog.kinds import COMPUTED_KINDS
from tb_keras_inspect.store.tables.table import StatTable

ORDER = tuple(kind.value for kind in COMPUTED_KINDS)
SKIPPED = 3  # samples in a row; a mixed-precision optimizer skips single overflows on purpose
VALIDATION = "val_"  # prefix of the epoch logs that say nothing about training

Tables = Callable[[str], StatTable | None]


@dataclasses.dataclass(frozen=True)
class NonFinite:
    """A tensor, or a loss, that was not finite.

    Attributes:
        kind: Kind of its table.
        row: Name of its row.
        statistic: The statistic that shows it.
        count: Number of elements that are not finite, NaN for a loss.
    """

    kind: str
    row: str
    statistic: str
    count: float


@dataclasses.dataclass(frozen=True)
class Breakdown:
    """The first sampled step of training with non-finite values.

    Attributes:
        step: That step.
        tensors: All that was not finite there, in the order of computation.
        ongoing: Whether it lasts until the end of the recorded run.
        last_step: The last step with non-finite values.
    """

    step: int
    tensors: tuple[NonFinite, ...]
    ongoing: bool
    last_step: int


@dataclasses.dataclass(frozen=True)
class _Series:
    """At which steps (int64[S]) any row of a table is not finite (bool[S])."""

    kind: str
    steps: np.ndarray
    bad: np.ndarray


def find_breakdown(tables: Tables) -> Breakdown | None:
    """Finds the first step at which training was not finite.

    Infinities that stay inside a layer, such as those of a mask, do not count while loss, gradients
    and weights are finite. Neither does a validation loss.

    Args:
        tables: Returns a table by kind, or None.

    Returns:
        None if training was finite.
    """
    step_table = tables("step")
    found = [series for kind in ORDER if (series := _series(tables(kind), kind)) is not None]
    skips_overflows = step_table is not None and "loss_scale" in step_table.statistics
    harmful = []
    for series in found:
        if series.kind in ("step", "epoch", "weight"):
            harmful.append(series)
        elif series.kind in ("gradient", "update"):
            bad = _sustained(series.bad) if skips_overflows else series.bad
            harmful.append(dataclasses.replace(series, bad=bad))
    harmful = [series for series in harmful if series.bad.any()]
    if not harmful:
        return None
    first = min(int(series.steps[np.argmax(series.bad)]) for series in harmful)
    step = _back_to_the_cause(first, found)
    tensors = tuple(item for kind in ORDER for item in _tensors(tables(kind), kind, step))
    last = max(int(series.steps[np.flatnonzero(series.bad)[-1]]) for series in harmful)
    ongoing = any(bool(series.bad[-1]) for series in harmful)
    return Breakdown(step, tensors, ongoing, max(last, step))


def _back_to_the_cause(step: int, found: list[_Series]) -> int:
    """Where data or a layer was already non-finite in the samples right before."""
    for series in found:
        if series.kind not in ("input", "target", "activation"):
            continue
        at = int(np.searchsorted(series.steps, step, side="right")) - 1
        while at >= 0 and series.bad[at]:
            step = min(step, int(series.steps[at]))
            at -= 1
    return step


def _series(table: StatTable | None, kind: str) -> _Series | None:
    if table is None or not table.names:
        return None
    if kind in ("step", "epoch"):
        bad = np.zeros(len(table.steps), bool)
        for name in _losses(table, kind):
            bad |= ~np.isfinite(table.select(name)[:, 0])
    elif "nonfinite_count" in table.statistics:
        bad = np.any(_bad_rows(table), axis=1)
    else:
        return None
    return _Series(kind, table.steps, bad)


def _losses(table: StatTable, kind: str) -> list[str]:
    """Names of the training losses in a table of one row."""
    if kind == "step":
        return ["loss"] if "loss" in table.statistics else []
    names = (name for name in table.statistics if name.endswith("loss"))
    return [name for name in names if not name.startswith(VALIDATION)]


def _bad_rows(table: StatTable, at: slice = slice(None)) -> np.ndarray:
    counts = table.select("nonfinite_count")[at]
    bad = counts > 0
    if "l2" in table.statistics and not bad.any():
        # Sums overflow before elements do. A row that was not recorded has NaN in both.
        bad = bad | (np.isinf(table.select("l2")[at]) & ~np.isnan(counts))
    return np.asarray(bad)


def _sustained(bad: np.ndarray) -> np.ndarray:
    """Only what lasts for `SKIPPED` samples in a row, from its first sample on."""
    kept = np.zeros_like(bad)
    if len(bad) < SKIPPED:
        return kept
    windows = np.all(np.lib.stride_tricks.sliding_window_view(bad, SKIPPED), axis=1)
    for offset in range(SKIPPED):
        kept[offset : offset + len(windows)] |= windows
    return kept


def _tensors(table: StatTable | None, kind: str, step: int) -> Iterator[NonFinite]:
    """What a table says was not finite at a step."""
    if table is None or not table.names:
        return
    at = int(np.searchsorted(table.steps, step))
    if at >= len(table.steps) or int(table.steps[at]) != step:
        return
    if kind in ("step", "epoch"):
        for name in _losses(table, kind):
            if not np.isfinite(table.select(name)[at, 0]):
                yield NonFinite(kind, "", name, float("nan"))
        return
    if "nonfinite_count" not in table.statistics:
        return
    rows = np.flatnonzero(_bad_rows(table, slice(at, at + 1))[0])
    # The backward pass meets the last layer first.
    for row in rows[::-1] if kind == "gradient" else rows:
        count = float(table.select("nonfinite_count")[at, row])
        yield NonFinite(kind, table.names[row], "nonfinite_count", count)
