"""An array that grows along one axis while views handed out earlier stay as they were."""

from typing import Any

import numpy as np
import numpy.typing as npt

Index = tuple[Any, ...]

MINIMUM = 16
MOST_RESERVED = 1 << 31  # bytes asked for ahead of need


class GrowingArray:
    """Appends in amortised constant time; rows once written are never written again.

    Room that is not used yet is never touched, so that it costs no memory.

    Args:
        shape: Shape without the growing axis.
        dtype: NumPy dtype.
        axis: Where the growing axis goes.
        fill: Value of cells nobody has set.
    """

    def __init__(
        self, shape: tuple[int, ...], dtype: npt.DTypeLike, axis: int = 0, fill: float = 0
    ):
        self._axis, self._fill = axis, fill
        self._shape, self._dtype = tuple(shape), np.dtype(dtype)
        self._data = self._allocate(0)
        self._reserved = 0
        self.length = 0

    @property
    def nbytes(self) -> int:
        """Bytes held, spare room included."""
        return self._data.nbytes

    @property
    def view(self) -> np.ndarray:
        """What was appended, read-only."""
        view: np.ndarray = self._data[self._slice(0, self.length)]
        view.flags.writeable = False
        return view

    def reserve(self, length: int) -> None:
        """Makes the next growth go at least this far, where the length to come is known and what
        it takes is not absurd."""
        self._reserved = length

    def extend(self, count: int) -> np.ndarray:
        """Appends `count` rows of the fill value and returns them to be written."""
        needed = self.length + count
        if needed > self._data.shape[self._axis]:
            grown = max(needed, self.length * 3 // 2, MINIMUM)
            self._move(self._reserved if self._is_reserved(needed) else grown)
        start, self.length = self.length, needed
        block: np.ndarray = self._data[self._slice(start, needed)]
        block[...] = self._fill
        return block

    def take(self, rows: np.ndarray) -> None:
        """Keeps these rows, in this order, in new memory."""
        old = self._data
        self._data = self._allocate(len(rows))
        np.take(old, rows, axis=self._axis, out=self._data)
        self.length = len(rows)

    def reshape(self, shape: tuple[int, ...], target: Index, source: Index) -> None:
        """Moves to another shape: the cells `source` of the old become `target` of the new.

        Both are indices that include the growing axis as a full slice.
        """
        used, self._shape = self._data[self._slice(0, self.length)], tuple(shape)
        reserved = self._is_reserved(self.length)
        self._data = self._allocate(self._reserved if reserved else self.length)
        moved = self._data[self._slice(0, self.length)]
        moved[...] = self._fill
        moved[target] = used[source]

    def _is_reserved(self, length: int) -> bool:
        row = int(np.prod(self._shape, dtype=np.int64)) * self._dtype.itemsize
        return self._reserved >= length and self._reserved * row <= MOST_RESERVED

    def _move(self, capacity: int) -> None:
        old = self._data
        self._data = self._allocate(capacity)
        used = self._slice(0, self.length)
        self._data[used] = old[used]

    def _allocate(self, capacity: int) -> np.ndarray:
        shape = (*self._shape[: self._axis], capacity, *self._shape[self._axis :])
        return np.empty(shape, self._dtype)

    def _slice(self, start: int, stop: int) -> tuple[slice, ...]:
        return (*[slice(None)] * self._axis, slice(start, stop))
