"""Every recorded number by its name: what it is, how it is computed, shown and merged."""

from collections.abc import Iterable

from tb_keras_inspect.catalog import optimizer_statistics, run_statistics, tensor_statistics
from tb_keras_inspect.catalog.statistic import Statistic

# How several samples become one column of a plot, the same for all statistics: the last sample for
# a line, min and max for the band around it, mean on request. A NaN is never pooled away.
POOLS = ("last", "min", "max", "mean")

STATISTICS: dict[str, Statistic] = {
    item.name: item
    for item in (
        *tensor_statistics.ENTRIES,
        *optimizer_statistics.ENTRIES,
        *run_statistics.ENTRIES,
    )
}


def find(name: str) -> Statistic | None:
    """The statistic of a recorded column; None for one this version does not know.

    Args:
        name: Of the column. A second optimizer's columns carry a suffix: `learning_rate:1`.
    """
    return STATISTICS.get(name.partition(":")[0])


def definition(name: str) -> str:
    """What a column holds, in one line; "" for one that is unknown, such as a user's metric."""
    statistic = find(name)
    return statistic.meaning if statistic else ""


def definitions(names: Iterable[str]) -> dict[str, str]:
    """The definition of each column, by its name."""
    return {name: definition(name) for name in names}
