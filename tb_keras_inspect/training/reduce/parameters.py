"""Statistics of many parameter-like tensors at once.

A model has hundreds of biases and scales, and an operation on all of them together costs as little as
an operation on one. Small tensors are therefore copied into rows of one matrix and reduced together.
Large ones are reduced alone: copying them would cost more than it saves.
"""

import dataclasses
import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.sampling import sampling_stride
from tb_keras_inspect.training.reduce import statistics

ROW = 256  # elements
SMALL = 2**18  # elements; larger tensors are reduced alone
MOST_ELEMENTS = 2**18  # that `Tensors.elements` gives: 1 MB per sample, whatever the model
# Elements; the variance of shorter tensors is summed around their mean, which takes two more passes.
# Among them are the ones that need it: biases and scales, which may all be nearly the same.
SHORT = 4096


def elements_each(limit: int, tensors: int) -> int:
    """How many elements of each of so many tensors to take: `limit`, or fewer of very many tensors."""
    return max(1, min(limit, MOST_ELEMENTS // max(tensors, 1)))


@dataclasses.dataclass(frozen=True)
class RowAssignment:
    """Which rows of a matrix hold which of some tensors of known sizes.

    Attributes:
        sizes: Elements of each of the N tensors.
        spread: Those that several devices have pieces of, which are not in the matrix either.
    """

    sizes: tuple[int, ...]
    spread: frozenset[int] = frozenset()

    def _fits(self, tensor: int) -> bool:
        return self.sizes[tensor] <= SMALL and tensor not in self.spread

    @property
    def small(self) -> list[int]:
        """Tensors in the matrix, in its order: the short ones first."""
        fitting = [i for i in range(len(self.sizes)) if self._fits(i)]
        return sorted(fitting, key=lambda i: self.sizes[i] > SHORT)

    @property
    def short(self) -> int:
        """Number of short tensors."""
        return sum(self.sizes[i] <= SHORT for i in self.small)

    @property
    def large(self) -> list[int]:
        """Tensors that are not in the matrix."""
        return [i for i in range(len(self.sizes)) if not self._fits(i)]

    @property
    def small_sizes(self) -> np.ndarray:
        """int64[S]: elements of each small tensor."""
        return np.array([self.sizes[i] for i in self.small], np.int64)

    @property
    def lengths(self) -> np.ndarray:
        """int64[S]: rows of each small tensor."""
        return -(-self.small_sizes // ROW)

    @property
    def owner(self) -> np.ndarray:
        """int32[R]: the small tensor that each row belongs to."""
        return np.repeat(np.arange(len(self.small)), self.lengths).astype(np.int32)

    @property
    def filled(self) -> np.ndarray:
        """int32[R]: number of elements of the tensor in each row; the rest is padding."""
        filled = np.full(int(self.lengths.sum()), ROW)
        filled[np.cumsum(self.lengths) - 1] -= self.lengths * ROW - self.small_sizes
        return filled.astype(np.int32)

    def sampled_rows(self, limit: int | None) -> np.ndarray:
        """int64[P]: evenly spaced rows, at most `limit` elements of each tensor, or all."""
        rows = int(self.lengths.sum())
        if not limit:
            return np.arange(rows)
        starts = np.cumsum(self.lengths) - self.lengths
        most = max(limit // ROW, 1)
        return np.concatenate(
            [
                start + np.arange(0, length, sampling_stride(int(length), most))
                for start, length in zip(starts, self.lengths, strict=True)
            ]
        )


class Tensors:
    """N tensors of known shape, the small ones in one matrix.

    Attributes:
        assignment: Which rows hold which tensor.
        matrix: float32[R, ROW], the small ones padded with zeros; None without any.
        alone: The others: large ones, flat, and those in pieces, float32[P, M].
    """

    def __init__(self, assignment: RowAssignment, matrix: Any, alone: list[Any]):
        self.assignment, self.matrix, self.alone = assignment, matrix, alone

    @classmethod
    def of(
        cls, tensors: Sequence[Any], backend: Backend, variables: Sequence[Any] = ()
    ) -> "Tensors":
        """Flattens tensors, and copies the small ones into a matrix.

        Args:
            tensors: N tensors.
            backend: The backend in use.
            variables: The N variables whose values or gradients they are: what devices have pieces
                of stays where it is. Without them, all are taken as wholes.
        """
        known = [*variables] or [None] * len(tensors)
        pieces = [
            None if variable is None else backend.in_pieces(x, variable)
            for x, variable in zip(tensors, known, strict=True)
        ]
        flat = [
            backend.flat(x) if piece is None else piece
            for x, piece in zip(tensors, pieces, strict=True)
        ]
        spread = frozenset(i for i, piece in enumerate(pieces) if piece is not None)
        sizes = tuple(math.prod(int(length) for length in x.shape) for x in flat)
        assignment = RowAssignment(sizes, spread)
        pieces = []
        for i, length in zip(assignment.small, assignment.lengths, strict=True):
            pieces.append(flat[i])
            if padding := int(length) * ROW - assignment.sizes[i]:
                pieces.append(ops.zeros((padding,), "float32"))
        matrix = ops.reshape(ops.concatenate(pieces), (-1, ROW)) if pieces else None
        return cls(assignment, matrix, [flat[i] for i in assignment.large])

    def minus(self, other: "Tensors") -> "Tensors":
        """Differences, tensor by tensor."""
        matrix = None if self.matrix is None else self.matrix - other.matrix
        alone = [a - b for a, b in zip(self.alone, other.alone, strict=True)]
        return Tensors(self.assignment, matrix, alone)

    def products(self, other: "Tensors") -> Any:
        """Sum of the products of all elements, tensor by tensor: float32[N]."""
        parts = [] if self.matrix is None else [self._products_of_rows(other)]
        if self.alone:
            pairs = zip(self.alone, other.alone, strict=True)
            parts.append(ops.stack([ops.sum(a * b) for a, b in pairs]))
        together = ops.concatenate(parts) if len(parts) > 1 else parts[0]
        order = np.argsort(self.assignment.small + self.assignment.large)
        return ops.take(together, ops.convert_to_tensor(order, "int32"), axis=0)

    def _products_of_rows(self, other: "Tensors") -> Any:
        owner = ops.convert_to_tensor(self.assignment.owner, "int32")
        sums = ops.sum(self.matrix * other.matrix, axis=1)
        return ops.segment_sum(sums, owner, num_segments=len(self.assignment.small))

    def statistics(self, backend: Backend, zero_limit: int | None) -> Any:
        """`statistics.tensor_statistics` of each tensor: float32[N, 6]."""
        parts = [] if self.matrix is None else [self._of_rows(backend, zero_limit)]
        if self.alone:
            spread = [i in self.assignment.spread for i in self.assignment.large]  # many devices
            few = [
                x if is_spread else backend.thin(x, zero_limit)
                for x, is_spread in zip(self.alone, spread, strict=True)
            ]
            sampled = zero_limit is not None
            parts.append(statistics.tensor_statistics(self.alone, backend, few, sampled))
        together = ops.concatenate(parts, axis=0) if len(parts) > 1 else parts[0]
        order = np.argsort(self.assignment.small + self.assignment.large)
        if np.array_equal(order, np.arange(len(order))):
            return together
        return ops.take(together, ops.convert_to_tensor(order, "int32"), axis=0)

    def bin_index(self, backend: Backend, limit: int | None, slots: int) -> Any:
        """int32[M]: `statistics.bin_index` of (some) elements of all tensors but those in pieces, plus
        `slots` times the tensor's number; -1 for padding, and at least once."""
        assignment, parts = self.assignment, []
        if self.matrix is not None:
            rows = assignment.sampled_rows(limit)
            index = statistics.bin_index(backend.bits(self._rows(rows)))
            number = np.array(assignment.small, np.int32)[assignment.owner[rows]]
            index = index + ops.convert_to_tensor(number[:, None] * slots, "int32")
            parts.append(ops.reshape(ops.where(inside(assignment.filled[rows]), index, -1), (-1,)))
        for number, x in zip(assignment.large, self.alone, strict=True):
            if number not in assignment.spread:
                index = statistics.bin_index(backend.bits(backend.thin(x, limit)))
                parts.append(index + number * slots)
        if not parts:
            return ops.full((1,), -1, dtype="int32")
        return ops.concatenate(parts) if len(parts) > 1 else parts[0]

    def bins_in_pieces(self, backend: Backend, limit: int | None) -> dict[int, Any]:
        """int32[M] by the number of a tensor in pieces: `statistics.bin_index` of (some) elements."""
        return {
            number: ops.reshape(statistics.bin_index(backend.bits(backend.thin(x, limit))), (-1,))
            for number, x in zip(self.assignment.large, self.alone, strict=True)
            if number in self.assignment.spread
        }

    def elements(self, backend: Backend, limit: int) -> tuple[Any, tuple[int, ...]]:
        """At most `limit` evenly spaced elements of each tensor: float32[E], and how many of each.

        The tensors are in the order in which they were given.
        """
        assignment = self.assignment
        pieces: dict[int, np.ndarray] = {}
        starts = (np.cumsum(assignment.lengths) - assignment.lengths) * ROW
        for i, start in zip(assignment.small, starts, strict=True):
            stride = sampling_stride(assignment.sizes[i], limit)
            pieces[i] = start + np.arange(0, assignment.sizes[i], stride)
        alone = {
            i: ops.reshape(backend.thin(x, limit), (-1,))
            if i in assignment.spread
            else backend.thin(x, limit)
            for i, x in zip(assignment.large, self.alone, strict=True)
        }
        flat = None if self.matrix is None else ops.reshape(self.matrix, (-1,))
        parts: list[Any] = []
        for is_small, run in itertools.groupby(range(len(assignment.sizes)), lambda i: i in pieces):
            if is_small:  # neighbours are gathered at once
                index = np.concatenate([pieces[i] for i in run]).astype(np.int32)
                parts.append(ops.take(flat, ops.convert_to_tensor(index), axis=0))
            else:
                parts += [alone[i] for i in run]
        lengths = tuple(
            len(pieces[i]) if i in pieces else int(alone[i].shape[0])
            for i in range(len(assignment.sizes))
        )
        return ops.concatenate(parts) if len(parts) > 1 else parts[0], lengths

    def _rows(self, rows: np.ndarray) -> Any:
        if len(rows) == len(self.assignment.owner):
            return self.matrix
        return ops.take(self.matrix, ops.convert_to_tensor(rows, "int32"), axis=0)

    def _of_rows(self, backend: Backend, zero_limit: int | None) -> Any:
        assignment, matrix = self.assignment, self.matrix
        count = len(assignment.small)
        owner = ops.convert_to_tensor(assignment.owner, "int32")
        n = ops.convert_to_tensor(assignment.small_sizes.astype("float32"))

        def total(per_row: Any) -> Any:
            return ops.segment_sum(per_row, owner, num_segments=count)

        squares = total(backend.row_sums_of_squares(matrix))
        highest = ops.maximum(ops.max(matrix, axis=1), -ops.min(matrix, axis=1))
        largest = ops.segment_max(highest, owner, num_segments=count)
        # A maximum by segment may pass over a NaN; the sum of squares is NaN only where there is one.
        largest = ops.where(ops.isnan(squares), squares, largest)
        short, rows = assignment.short, int(assignment.lengths[: assignment.short].sum())

        def by_row(per_tensor: Any, rows: int | None = None) -> Any:
            return ops.expand_dims(ops.take(per_tensor, owner[:rows], axis=0), 1)

        def variance_around(mean: Any, y: Any, rows: int, tensors: int) -> Any:
            real = inside(assignment.filled[:rows])
            centred = ops.where(real, y[:rows] - by_row(mean, rows), 0.0)
            sums = backend.row_sums_of_squares(centred)
            return ops.segment_sum(sums, owner[:rows], num_segments=tensors) / n[:tensors]

        mean = total(ops.sum(matrix, axis=1)) / n
        moments = squares / n - ops.square(mean)
        spread = statistics.is_spread(moments, mean, largest)
        safe = ops.all(statistics.squares_are_safe(squares, largest))
        usual = ops.logical_and(safe, ops.all(spread[short:]))

        def as_is() -> Any:
            variance = ops.maximum(moments[short:], 0.0)
            if short:
                around = variance_around(mean, matrix, rows, short)
                variance = ops.concatenate([around, variance])
            columns = [ops.sqrt(squares), mean, ops.sqrt(variance), ops.zeros_like(mean)]
            return ops.stack(columns, axis=1)

        def scaled() -> Any:
            scale = statistics.safe_scale(largest)
            y = matrix / by_row(scale)
            mean = total(ops.sum(y, axis=1)) / n
            std = ops.sqrt(variance_around(mean, y, len(assignment.owner), count))
            l2 = ops.sqrt(total(backend.row_sums_of_squares(y)))
            broken = ops.cast(ops.logical_not(ops.isfinite(matrix)), "float32")
            nonfinite = total(ops.sum(broken, axis=1))
            return ops.stack([l2 * scale, mean * scale, std * scale, nonfinite], axis=1)

        found = backend.cond(usual, as_is, scaled)
        columns = [found[:, :3], largest[:, None], self._zeros(zero_limit)[:, None], found[:, 3:]]
        return ops.concatenate(columns, axis=1)

    def _zeros(self, limit: int | None) -> Any:
        assignment = self.assignment
        rows = assignment.sampled_rows(limit)
        filled, owner, count = (
            assignment.filled[rows],
            assignment.owner[rows],
            len(assignment.small),
        )
        # Padding is zero too: it is counted with the rest and taken off.
        zeros = ops.sum(ops.cast(ops.equal(self._rows(rows), 0.0), "float32"), axis=1)
        zeros = zeros - ops.convert_to_tensor((ROW - filled).astype("float32"))
        owner_tensor = ops.convert_to_tensor(owner, "int32")
        elements = np.bincount(owner, weights=filled, minlength=count).astype("float32")
        total = ops.segment_sum(zeros, owner_tensor, num_segments=count)
        return total / ops.convert_to_tensor(elements)


def inside(filled: np.ndarray) -> Any:
    """bool[R, ROW]: where an element is no padding."""
    columns = ops.expand_dims(ops.arange(ROW, dtype="int32"), 0)
    return ops.less(columns, ops.expand_dims(ops.convert_to_tensor(filled, "int32"), 1))
