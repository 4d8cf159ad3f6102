"""States of a model in host memory, from every few steps of a fit."""

import dataclasses
import math
from collections.abc import Callable, Mapping

import numpy as np

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.execution import Execution


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A state before a step.

    Attributes:
        step: The step.
        restore: Gives the model that state; to be called in `state_in_model`.
        random_states: Of the framework's global generators, by name.
    """

    step: int
    restore: Callable[[], None]
    random_states: Mapping[str, np.ndarray]


class Snapshots:
    """The newest snapshots of one fit.

    Args:
        backend: The backend in use.
        every: Steps from one to the next.
        limit: Most bytes of all of them.

    Attributes:
        too_large: Why none is kept, as text for the user; "" where some are.
    """

    def __init__(self, backend: Backend, every: int, limit: float):
        self._backend, self._every, self._limit = backend, every, limit
        self._kept: list[Snapshot] = []  # oldest first
        self._taken = -math.inf  # step of the last one, or of the last return to one
        self._has_returned = False  # since the last one was taken
        self.too_large = ""

    @property
    def steps(self) -> list[int]:
        """Before which steps they were taken, oldest first."""
        return [snapshot.step for snapshot in self._kept]

    def take_if_due(self, step: int, execution: Execution) -> None:
        """Takes one of the state before a step, if `every` steps have passed."""
        if self.too_large or step - self._taken < self._every:
            return
        arrays, restore = execution.copy_to_host()
        size = sum(array.nbytes for array in arrays)
        if size > self._limit:
            self.too_large = (
                f"the state takes {size / 1e6:.4g} MB, and max_megabytes is {self._limit / 1e6:g}"
            )
            return
        self._taken, self._has_returned = step, False
        if not all(np.isfinite(array).all() for array in arrays if array.dtype.kind == "f"):
            return
        del self._kept[: max(len(self._kept) + 1 - int(self._limit // max(size, 1)), 0)]
        self._kept.append(Snapshot(step, restore, self._backend.random_states()))

    def last_good(self) -> Snapshot | None:
        """The newest; the one before, if training returned to the newest and broke again."""
        if self._has_returned and len(self._kept) > 1:
            self._kept.pop()
        return self._kept[-1] if self._kept else None

    def at(self, step: int) -> Snapshot | None:
        """The newest of a step or of one before it."""
        return next((item for item in reversed(self._kept) if item.step <= step), None)

    def return_to(self, snapshot: Snapshot, step: int) -> None:
        """Restores one before a step, in `state_in_model`, and forgets those after it."""
        del self._kept[self._kept.index(snapshot) + 1 :]
        snapshot.restore()
        self._backend.set_random_states(snapshot.random_states)
        self._taken, self._has_returned = step, True
