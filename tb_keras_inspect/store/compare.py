"""Compares several runs on one step axis, with layers matched by name."""

import dataclasses
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tb_keras_inspect.store import export
from tb_keras_inspect.store.display import Shown, listed
from tb_keras_inspect.store.errors import NotRecordedError, StoreError
from tb_keras_inspect.store.loading import load_run
from tb_keras_inspect.store.run import RunData


@dataclasses.dataclass(frozen=True, repr=False)
class Aligned(Shown):
    """One statistic of several runs.

    Runs are rarely sampled at the same steps. At each step, a run contributes its latest sample up
    to that step; before its first sample and after its last one it contributes nothing.

    Attributes:
        runs: R names.
        steps: int64[S], every step at which any of the runs was sampled.
        names: N row names: those of the first run, then those that only later runs have.
        values: float32[R, S, N]; also NaN where a run contributes nothing.
        sampled: int64[R, S], the step of the sample in use; -1 if there is none.
        name: The statistic.
    """

    runs: list[str]
    steps: np.ndarray
    names: list[str]
    values: np.ndarray
    sampled: np.ndarray
    name: str

    def to_pandas(self) -> Any:
        """`pandas.DataFrame`: a row per step, columns (run, name)."""
        values = self.values.transpose(1, 0, 2)
        return export.data_frame(values, self.steps, ("run", self.runs), ("name", self.names))

    def to_xarray(self) -> Any:
        """`xarray.DataArray` with dimensions run, step, name."""
        axes: export.Axes = [("run", self.runs), ("step", self.steps), ("name", self.names)]
        return export.data_array(self.values, axes, self.name)


class Comparison:
    """Runs side by side, as returned by `compare`.

    Attributes:
        runs: The runs by name, in the order given.
    """

    def __init__(self, runs: dict[str, RunData]):
        self.runs = runs

    def __repr__(self) -> str:
        return f"<Comparison of {listed(list(self.runs))}>"

    def _repr_html_(self) -> str:
        return "".join(run._repr_html_() for run in self.runs.values())

    @property
    def kinds(self) -> set[str]:
        """The kinds that all runs recorded."""
        return set.intersection(*(run.kinds for run in self.runs.values()))

    def select(self, kind: str, statistic: str) -> Aligned:
        """One statistic of a kind of table.

        Args:
            kind: As for `RunData.table`. A run without this kind has NaN everywhere.
            statistic: Name of the statistic, such as "l2".

        Raises:
            NotRecordedError: if no run recorded it.
        """
        found = [_select(run, kind, statistic) for run in self.runs.values()]
        if all(item is None for item in found):
            known = sorted(set().union(*(run.kinds for run in self.runs.values())))
            raise NotRecordedError("kind with that statistic", f"{kind}, {statistic}", known)
        return align(list(self.runs), found, statistic)

    @property
    def loss(self) -> Aligned:
        """The batch loss, in a single row named "loss"."""
        found = []
        for run in self.runs.values():
            loss = run.loss
            found.append((loss.steps, ["loss"], loss.values[:, None]))
        return align(list(self.runs), found, "loss")


def compare(runs: Iterable[RunData | str | os.PathLike[str]]) -> Comparison:
    """Puts runs side by side.

    Args:
        runs: Runs, or directories to pass to `load_run`. Runs with the same name are numbered.

    Raises:
        StoreError: if there is no run, or a run cannot be read.

    Example:

    ```python
    from tb_keras_inspect import compare

    both = compare(["logs/a", "logs/b"])
    both.select("gradient", "l2").values  # float32[runs, S, N]
    ```
    """
    named: dict[str, RunData] = {}
    for item in runs:
        run = item if isinstance(item, RunData) else load_run(item)
        name, number = run.name, 1
        while name in named:
            number += 1
            name = f"{run.name} ({number})"
        named[name] = run
    if not named:
        raise StoreError("Expected at least one run to compare. Received: none")
    return Comparison(named)


Samples = tuple[np.ndarray, list[str], np.ndarray]  # steps [S], names N, values [S, N]


def align(runs: list[str], found: Sequence[Samples | None], name: str) -> Aligned:
    """Aligns samples of several runs on the union of their steps and names."""
    there = [item for item in found if item is not None]
    steps = np.unique(np.concatenate([item[0] for item in there]))
    names = list(dict.fromkeys(row for item in there for row in item[1]))
    column = {row: index for index, row in enumerate(names)}
    values = np.full((len(runs), len(steps), len(names)), np.nan, np.float32)
    sampled = np.full((len(runs), len(steps)), -1, np.int64)
    for index, item in enumerate(found):
        if item is None or not len(item[0]):
            continue
        at, rows, data = item
        source = np.searchsorted(at, steps, side="right") - 1
        shown = (source >= 0) & (steps <= at[-1])
        sampled[index, shown] = at[source[shown]]
        columns = [column[row] for row in rows]
        values[index][np.ix_(shown, columns)] = data[source[shown]]
    return Aligned(runs, steps, names, values, sampled, name)


def _select(run: RunData, kind: str, statistic: str) -> Samples | None:
    try:
        table = run.table(kind)
        return table.steps, table.names, table.select(statistic)
    except NotRecordedError:
        return None
