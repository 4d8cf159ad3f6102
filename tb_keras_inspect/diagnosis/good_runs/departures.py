"""Where a run leaves the range of good runs: which numbers, in which phase first, since which step."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.good_runs.features import EXACT, SHORT, Key, comparable, table_of
from tb_keras_inspect.diagnosis.good_runs.profile import Deviations, GoodRuns
from tb_keras_inspect.store.run import RunData

GIVEN = ("input", "target")  # what a script reads rather than computes
AT_START = ("weight", "activation")  # before the first step, what the others follow from


@dataclasses.dataclass(frozen=True)
class Departure:
    """A number that has left the range.

    Attributes:
        key: Its kind, its statistic, and whether it is that of a phase or of a third of the run.
        name: Its row: a variable, a site, or "".
        phase: The first phase in which it is outside.
        size: How far, in units of the limit; at least 1.
        own, low, high: The number there, and the smallest and the largest of the good runs.
        ongoing: Whether it is outside at the end of the run.
        index, row: Where it stands among the features of its key.
    """

    key: Key
    name: str
    phase: int
    size: float
    own: float
    low: float
    high: float
    ongoing: bool
    index: int
    row: int

    @property
    def kind(self) -> str:
        """The kind of its table."""
        return self.key[0]

    @property
    def statistic(self) -> str:
        """Its statistic."""
        return self.key[1]

    @property
    def _order(self) -> tuple[int, int, float]:
        given = self.kind in GIVEN or self.statistic in EXACT
        place = 0 if given else 3
        if not given and self.phase == 0 and self.kind in AT_START:
            place = 1 + AT_START.index(self.kind)
        return self.phase, place, -self.size


def departures(run: RunData, good: GoodRuns, margin: float = 1.0) -> list[Departure]:
    """What has left the range of good runs, the earliest first.

    In the same phase, what the script reads and decides comes before what follows from it, and then
    what is farthest outside. A number of single phases comes before one of a third of the run, which
    cannot tell when in it the run left the range.

    Args:
        run: The run.
        good: The good runs.
        margin: Factor on their limit.

    Raises:
        ValueError: As `GoodRuns.deviations`.
    """
    found = [
        item
        for key, value in good.deviations(run).items()
        for item in _of_statistic(good, key, value, good.limit * margin)
    ]
    short = sorted((item for item in found if item.key[2] == SHORT), key=lambda item: item._order)
    known = {(item.kind, item.statistic, item.name) for item in short}
    long = [item for item in found if item.key[2] != SHORT]
    rest = [item for item in long if (item.kind, item.statistic, item.name) not in known]
    return short + sorted(rest, key=lambda item: item._order)


def _of_statistic(good: GoodRuns, key: Key, item: Deviations, limit: float) -> Iterator[Departure]:
    above = item.scores >= limit
    seen = np.flatnonzero(np.isfinite(item.block.values).any(axis=1))
    usual = good.ranges[key]
    for row in map(int, np.flatnonzero(above.any(axis=0))):
        index = int(np.argmax(above[:, row]))
        shown = [part[index, row] for part in (item.block.values, usual.low, usual.high)]
        own, low, high = (float(np.exp(x) if item.block.is_size else x) for x in shown)
        yield Departure(
            key=key,
            name=item.block.names[row],
            phase=good.phases.begin(key[2], index),
            size=float(item.scores[index, row] / limit),
            own=own,
            low=low,
            high=high,
            ongoing=bool(above[seen[-1], row]),
            index=index,
            row=row,
        )


def step_of(run: RunData, good: GoodRuns, item: Departure) -> int:
    """The first sample from that phase on that is far outside by itself; else the phase's first one."""
    table = table_of(run, item.kind)
    if table is None:
        return int(good.phases.edges[item.phase])
    inside = np.flatnonzero(good.phases.of(table.steps) >= item.phase)
    usual = good.ranges[item.key]
    center, scale = (part[item.index, item.row] for part in (usual.center, usual.scale))
    values = comparable(table, item.kind, item.statistic)[inside, item.row]
    far = np.flatnonzero(np.abs(values - center) >= good.limit / 2 * scale)
    at = far[0] if len(far) and good.phases.of(table.steps[inside[far[:1]]])[0] == item.phase else 0
    return int(table.steps[inside[at]])
