"""All numbers of a run as columns of equal length, one row per name and step.

What was not recorded has no row. A recorded NaN is a NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tb_keras_inspect.catalog.kinds import HISTOGRAM_KINDS, TABLE_KINDS
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store import NotRecordedError, RunData
from tb_keras_inspect.store.tables.sample_losses import columns_of

Columns = dict[str, np.ndarray]
CELLS = 1 << 20  # cells per block: the amount held in memory at once
TABLES = tuple(kind.value for kind in TABLE_KINDS)
HISTOGRAMS = tuple(kind.value for kind in HISTOGRAM_KINDS)
UNITS = Kind.UNITS.value
SAMPLES = Kind.SAMPLE_LOSS.value


def exportable(run: RunData) -> list[str]:
    """The kinds of the run that have columns, in a fixed order."""
    return [kind for kind in (*TABLES, UNITS, SAMPLES, *HISTOGRAMS) if kind in run.kinds]


def checked_kinds(run: RunData, kinds: Sequence[str] | None) -> list[str]:
    """The requested kinds, or all.

    Raises:
        NotRecordedError: if one was not recorded.
    """
    known = exportable(run)
    for kind in kinds or ():
        if kind not in known:
            raise NotRecordedError("kind to export", kind, known)
    return list(kinds) if kinds else known


def blocks(run: RunData, kind: str) -> Iterator[Columns]:
    """Yields the columns of one kind in blocks of steps.

    Args:
        run: The run.
        kind: One of `exportable(run)`.

    Yields:
        Mappings from column name to values. Tables have `step`, `name`, and one column per statistic;
        units `step`, `name` (of the site), `unit`, `max_abs`, `dead`; histograms `step`, `name`,
        `low`, `high`, `count`, without empty bins; losses of examples those of `Samples.to_pandas`.
    """
    if kind == UNITS:
        yield from _unit_blocks(run)
    elif kind == SAMPLES:
        yield columns_of(run.samples())
    elif kind in HISTOGRAMS:
        yield from _histogram_blocks(run, kind.removesuffix("_histogram"))
    else:
        yield from _table_blocks(run, kind)


def _table_blocks(run: RunData, kind: str) -> Iterator[Columns]:
    table = run.table(kind)
    names = np.array(table.names, object)
    for part in _parts(len(table.steps), table.values.shape[1] * table.values.shape[2]):
        values = table.values[part]
        recorded = np.ones(values.shape[:2], bool)
        if table.recorded is not None:
            recorded = table.recorded[part]
        samples, rows = np.nonzero(recorded)
        columns = {"step": table.steps[part][samples], "name": names[rows]}
        for number, statistic in enumerate(table.statistics):
            columns[_free(statistic, columns)] = values[samples, rows, number]
        yield columns


def _unit_blocks(run: RunData) -> Iterator[Columns]:
    for site in run.units_at().names:
        units = run.units(site)
        width = units.max_abs.shape[1]
        for part in _parts(len(units.steps), width):
            steps = units.steps[part]
            yield {
                "step": np.repeat(steps, width),
                "name": _same(site, len(steps) * width),
                "unit": np.tile(np.arange(width), len(steps)),
                "max_abs": units.max_abs[part].ravel(),
                "dead": units.dead[part].ravel(),
            }


def _histogram_blocks(run: RunData, kind: str) -> Iterator[Columns]:
    for name in run.table(kind).names if kind in run.kinds else ():
        try:
            histogram = run.histogram(kind, name)
        except NotRecordedError:
            continue
        for part in _parts(len(histogram.steps), histogram.counts.shape[1]):
            samples, bins = np.nonzero(histogram.counts[part])
            yield {
                "step": histogram.steps[part][samples],
                "name": _same(name, len(samples)),
                "low": histogram.edges[bins],
                "high": histogram.edges[bins + 1],
                "count": histogram.counts[part][samples, bins],
            }


def _parts(samples: int, width: int) -> Iterator[slice]:
    """Slices of samples with about `CELLS` cells each; a single empty one if there are no samples."""
    step = max(1, CELLS // max(width, 1))
    for start in range(0, max(samples, 1), step):
        yield slice(start, start + step)


def _free(statistic: str, columns: Columns) -> str:
    """A unique column name, because a user's metric may be called "step"."""
    while statistic in columns:
        statistic += "_"
    return statistic


def _same(name: str, count: int) -> np.ndarray:
    return np.full(count, name, object)
