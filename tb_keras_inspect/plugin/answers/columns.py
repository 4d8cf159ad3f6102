"""Shared by all answers about many steps: a range of steps, pooling to a width, a size limit."""

import dataclasses

import numpy as np

from tb_keras_inspect.plugin.errors import BadRequestError
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.store.tables import pooling

MAX_CELLS = 1 << 25  # cells of all arrays of an answer: 128 MB of float32


@dataclasses.dataclass(frozen=True)
class Columns:
    """The requested samples, and how they are divided into columns.

    Attributes:
        window: The samples within the range of steps.
        steps: int64[S], their steps.
        first: int64[C], the index in `steps` of the first sample of each column.
    """

    window: slice
    steps: np.ndarray
    first: np.ndarray

    @classmethod
    def of(cls, steps: np.ndarray, params: Params) -> "Columns":
        """Reads `first_step` and `last_step` (both included) and `width`.

        Raises:
            BadRequestError: if the first step is beyond the last.
        """
        first, last = params.step("first_step"), params.step("last_step")
        if first is not None and last is not None and first > last:
            raise BadRequestError(f"'first_step' {first} is beyond 'last_step' {last}")
        start = 0 if first is None else int(np.searchsorted(steps, first, side="left"))
        stop = len(steps) if last is None else int(np.searchsorted(steps, last, side="right"))
        window = slice(start, stop)
        samples = stop - start
        starts = pooling.starts(samples, params.width() or max(samples, 1))
        return cls(window, steps[window], starts)

    @property
    def samples(self) -> int:
        """Number of samples S in the range."""
        return len(self.steps)

    def arrays(self, prefix: str = "") -> dict[str, np.ndarray]:
        """The last and the first step of each column, float64[C]."""
        last = pooling.last_of(self.steps, self.first)
        return {
            f"{prefix}steps": last.astype(np.float64),
            f"{prefix}first_steps": self.steps[self.first].astype(np.float64),
        }

    def pool(self, values: np.ndarray, how: str) -> np.ndarray:
        """Pools float[all samples, ...] to float32[C, ...]."""
        return pooling.pool(values[self.window], self.first, how)

    def last(self, values: np.ndarray) -> np.ndarray:
        """The last sample of each column."""
        return pooling.last_of(values[self.window], self.first)

    def limit(self, rows: int, arrays: int = 1) -> None:
        """Raises if the answer would be too large.

        Raises:
            BadRequestError: with advice on how to make it smaller.
        """
        if len(self.first) * rows * arrays > MAX_CELLS:
            raise BadRequestError(
                f"{arrays} arrays of {rows} rows x {len(self.first)} columns are more than an "
                f"answer holds ({MAX_CELLS} cells): ask for a smaller 'width', fewer 'rows' or "
                "fewer statistics"
            )
