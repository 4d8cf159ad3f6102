"""The tensors of two runs at a step that both have sampled: which differ, and by how much."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.phases import Phase, phase_and_name
from tb_keras_inspect.differences.matching import LayerMatch, match_names, permuted_tensors
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.tables.table import StatTable

# Without checksums: the tables that tell something of a phase, in the order of a step.
_TABLES = (
    (Phase.INPUT, Kind.INPUT),
    (Phase.TARGET, Kind.TARGET),
    (Phase.WEIGHT, Kind.WEIGHT),
    (Phase.ACTIVATION, Kind.ACTIVATION),
    (Phase.LOSS, Kind.STEP),
    (Phase.GRADIENT, Kind.GRADIENT),
    (Phase.WEIGHT_AFTER, Kind.UPDATE),
)
# Named by Keras with the names of layers in them, in the order of the variables.
_IN_ORDER = (Phase.OPTIMIZER_STATE, Phase.OPTIMIZER_STATE_AFTER)
# Statistics of the same numbers, added up in another order, differ by less.
SAME_STATISTICS = 2e-6
SAME_NORM = 1e-5  # likewise, of large tensors


@dataclasses.dataclass(frozen=True)
class TensorDifference:
    """A tensor that differs at one step.

    Attributes:
        phase: What it is in the step.
        a, b: Its name in each run.
        size: The norm of the difference over the norm of the tensor, estimated; NaN where not known.
        same_norm: Whether the norms are the same: it may hold the same numbers in another order.
    """

    phase: Phase
    a: str
    b: str
    size: float
    same_norm: bool = False


@dataclasses.dataclass(frozen=True)
class _Table:
    """One kind of two runs: which rows are compared, and how.

    Attributes:
        phase: Of all rows, None where each row names its own.
        tables: Of the two runs.
        rows: Row numbers of the pairs, with the names: (a, b, name of a, name of b, phase).
    """

    tables: tuple[StatTable, StatTable]
    rows: list[tuple[int, int, str, str, Phase]]

    def at(self, step: int) -> tuple[np.ndarray, np.ndarray] | None:
        """float64[R, K] of each run; None where one has no sample."""
        found = []
        for side, table in enumerate(self.tables):
            index = int(np.searchsorted(table.steps, step))
            if index == len(table.steps) or table.steps[index] != step:
                return None
            chosen = [row[side] for row in self.rows]
            found.append(table.values[index][chosen].astype(np.float64))
        return found[0], found[1]


class Tensors:
    """What can be compared of two runs.

    Args:
        a, b: The runs.
        layers: Which layers are the same.

    Attributes:
        exact: Whether both have checksums; else only statistics and hashes are compared.
        steps: int64[S], the steps that both have sampled.
        permuted: Names, in the first run, of tensors whose axes are in another order; of those norms
            are compared.
    """

    def __init__(self, a: RunData, b: RunData, layers: LayerMatch):
        self.exact = Kind.CHECKSUM.value in a.kinds & b.kinds
        kinds = [(None, Kind.CHECKSUM)] if self.exact else _TABLES
        self._tables = [
            table for phase, kind in kinds if (table := _table(a, b, layers, kind, phase))
        ]
        steps = [np.intersect1d(t.tables[0].steps, t.tables[1].steps) for t in self._tables]
        self.permuted = permuted_tensors(a, b, layers) if self.exact else frozenset()
        self.steps = np.unique(np.concatenate([*steps, np.zeros(0, np.int64)])).astype(np.int64)

    def count(self, phase: Phase | None = None) -> int:
        """How many tensors are compared: of a phase, or of all."""
        rows = (row for table in self._tables for row in table.rows)
        return sum(phase in (None, row[4]) for row in rows)

    def differing(self, step: int) -> Iterator[TensorDifference]:
        """The tensors that differ at a step, in the order in which it computes them."""
        for table in self._tables:
            values = table.at(step)
            if values is None or np.array_equal(*values, equal_nan=True):
                continue
            names = [table.tables[0].statistics, table.tables[1].statistics]
            if not self.exact:
                found = _by_statistics(*values, names)
            else:
                found = _by_checksum(*values, names, [self._is_permuted(row) for row in table.rows])
            for row, (differs, size, same_norm) in zip(table.rows, found, strict=True):
                if differs:
                    yield TensorDifference(row[4], row[2], row[3], size, same_norm)

    def _is_permuted(self, row: tuple[int, int, str, str, Phase]) -> bool:
        name, phase = row[2], row[4]
        if phase in _IN_ORDER:  # `adam/conv_kernel_momentum`
            return any(path.replace("/", "_") in name for path in self.permuted)
        return name in self.permuted and phase not in (Phase.INPUT, Phase.TARGET)


def _table(
    a: RunData, b: RunData, layers: LayerMatch, kind: Kind, phase: Phase | None
) -> _Table | None:
    try:
        tables = a.table(kind.value), b.table(kind.value)
    except NotRecordedError:
        return None
    names: list[dict[Phase, list[str]]] = [{}, {}]
    for side, table in enumerate(tables):
        for row in table.names:
            own, name = phase_and_name(row) if phase is None else (phase, row)
            if own is not None:
                names[side].setdefault(own, []).append(name)
    index = [{row: number for number, row in enumerate(table.names)} for table in tables]
    rows = []
    for own in Phase:
        ours, theirs = names[0].get(own, []), names[1].get(own, [])
        if own in _IN_ORDER and len(ours) == len(theirs):
            pairs = dict(zip(ours, theirs, strict=True))
        else:
            pairs = match_names(ours, theirs, layers)
        for name in ours:
            if name in pairs:
                key = (lambda row, own=own: own.row(row)) if phase is None else str
                numbers = index[0][key(name)], index[1][key(pairs[name])]
                rows.append((*numbers, name, pairs[name], own))
    return _Table(tables, rows) if rows else None


def _by_checksum(
    a: np.ndarray, b: np.ndarray, statistics: list[list[str]], permuted: list[bool]
) -> Iterator[tuple[bool, float, bool]]:
    at = [[names.index(name) for name in Kind.CHECKSUM.columns] for names in statistics]
    for own, other, is_permuted in zip(a[:, at[0]], b[:, at[1]], permuted, strict=True):
        there = not (np.isnan(own[0]) or np.isnan(other[0]))
        of_norms = _relative(own[2] - other[2], own[2], other[2])
        if is_permuted:
            yield there and not of_norms <= SAME_NORM, of_norms, False
            continue
        size = _relative(own[1] - other[1], own[2], other[2])
        yield there and own[0] != other[0], size, of_norms <= SAME_NORM and own[2] > 0


def _by_statistics(
    a: np.ndarray, b: np.ndarray, statistics: list[list[str]]
) -> Iterator[tuple[bool, float, bool]]:
    shared = [name for name in statistics[0] if name in statistics[1]]
    wanted = [n for n in ("l2", "mean", "std", "max_abs", "min", "max", "loss") if n in shared]
    hashed = "hash" in shared
    for own, other in zip(a, b, strict=True):
        if np.isnan(own).all() or np.isnan(other).all():
            yield False, 0.0, False  # not recorded at this step
            continue
        x, y = (
            dict(zip(names, row.tolist(), strict=True))
            for names, row in zip(statistics, (own, other), strict=True)
        )
        scales = [max(abs(v[n]) for n in wanted if n != "l2") for v in (x, y)] if wanted else [0, 0]
        sizes = [
            _relative(x[n] - y[n], x[n], y[n]) if n == "l2" else _relative(x[n] - y[n], *scales)
            for n in wanted
            if not (np.isnan(x[n]) and np.isnan(y[n]))
        ]
        size = max(sizes, default=0.0) if not np.isnan(sizes).any() else float("nan")
        other_hash = hashed and x["hash"] != y["hash"]
        yield bool(other_hash or not size <= SAME_STATISTICS), size, False


def _relative(difference: float, *norms: float) -> float:
    """NaN where a number is not finite, 0 where both are zero."""
    largest = max(abs(norm) for norm in norms)
    if not (np.isfinite(difference) and np.isfinite(largest)):
        return float("nan")
    return abs(float(difference)) / float(largest) if largest else 0.0
