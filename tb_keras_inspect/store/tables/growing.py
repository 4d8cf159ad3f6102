"""An array that grows along one axis, while views returned earlier stay unchanged."""

from typing import Any

import numpy as np
import numpy.typing as npt

Index = tuple[Any, ...]

MINIMUM = 16
MOST_RESERVED = 1 << 31  # most bytes allocated ahead of need


class GrowingArray:
    """Appends in amortised constant time; a row is never changed once it is written.

    Spare capacity is never touched, so it occupies no physical memory.

    Args:
        shape: Shape without the growing axis.
        dtype: NumPy dtype.
        axis: Position of the growing axis.
        fill: Initial value of appended cells.
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
        """Allocated bytes, including spare capacity."""
        return self._data.nbytes

    @property
    def view(self) -> np.ndarray:
        """A read-only view of all appended rows."""
        view: np.ndarray = self._data[self._slice(0, self.length)]
        view.flags.writeable = False
        return view

    def reserve(self, length: int) -> None:
        """Sets the capacity of the next growth, for a known final length; ignored if too large."""
        self._reserved = length

    def extend(self, count: int) -> np.ndarray:
        """Appends `count` rows of the fill value and returns them for writing."""
        needed = self.length + count
        if needed > self._data.shape[self._axis]:
            grown = max(needed, self.length * 3 // 2, MINIMUM)
            self._move(self._reserved if self._is_reserved(needed) else grown)
        start, self.length = self.length, needed
        block: np.ndarray = self._data[self._slice(start, needed)]
        block[...] = self._fill
        return block

    def take(self, rows: np.ndarray) -> None:
        """Keeps only these rows, in this order, in newly allocated memory."""
        old = self._data
        self._data = self._allocate(len(rows))
        np.take(old, rows, axis=self._axis, out=self._data)
        self.length = len(rows)

    def reshape(self, shape: tuple[int, ...], target: Index, source: Index) -> None:
        """Changes the shape: cells `source` of the old array become cells `target` of the new one.

        Both are indices that contain the growing axis as a full slice.
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
