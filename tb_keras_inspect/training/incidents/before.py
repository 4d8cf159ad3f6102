"""What a step began with: its batch and the state, copied before it and held until it is examined."""

import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.execution import Execution, all_variables

WAITING = "too many steps were waiting to be examined"


@dataclasses.dataclass(frozen=True)
class Before:
    """What a step began with, on its device.

    Attributes:
        batch: Inputs, targets and weights, () for each that is not there; () for nothing.
        batch_bytes: Size of the batch that is held.
        values: Variables with their values; empty where they are not held.
        state_bytes: Their size.
        random_states: Of the framework's global generators, by name.
        earlier: Step numbers and batches before it, oldest first.
        missing: "batch" and "state" to the reason why it is not held.
    """

    batch: tuple[Any, ...] = ()
    batch_bytes: int = 0
    values: tuple[tuple[Any, Any], ...] = ()
    state_bytes: int = 0
    random_states: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    earlier: tuple[tuple[int, tuple[Any, ...]], ...] = ()
    missing: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def arrays(self, to_host: Callable[[Any], np.ndarray]) -> list[tuple[Any, np.ndarray]]:
        """The variables with their values as arrays."""
        return [(variable, to_host(value)) for variable, value in self.values]


def nothing_of(why: str) -> Before:
    """Of a step whose beginning is not held."""
    return Before(missing=dict.fromkeys(("batch", "state"), why))


def arrays_of(batch: Any, to_host: Callable[[Any], np.ndarray]) -> Any:
    """A batch as arrays."""
    return keras.tree.map_structure(
        lambda part: part if part is None or isinstance(part, np.ndarray) else to_host(part),
        batch,
    )


def copied(
    execution: Execution,
    model: keras.Model,
    backend: Backend,
    waiting: Sequence[Before],
    limit: float,
    why_no_state: str = "",
) -> Before:
    """Copies what a step begins with, as far as there is room.

    Args:
        execution: The step; its batch is available.
        model: The model.
        backend: The backend in use.
        waiting: Earlier steps that are not examined yet.
        limit: Most bytes of one step, and of all batches and of all states that are held.
        why_no_state: Why the state is not wanted; "" if it is.
    """
    missing: dict[str, str] = {}
    batch: tuple[Any, ...] = ()
    values: tuple[tuple[Any, Any], ...] = ()
    random_states: Mapping[str, np.ndarray] = {}
    batch_bytes = state_bytes = 0
    parts = keras.utils.unpack_x_y_sample_weight(execution.batch())
    tensors = [part for part in keras.tree.flatten(parts) if part is not None]
    size = sum(map(_nbytes, tensors))
    if not all(_is_array(part, backend) for part in tensors):
        missing["batch"] = "a part of it is sparse, ragged, text, or without a batch axis"
    elif size > limit:
        missing["batch"] = _too_large("it takes", size, limit)
    elif size + sum(other.batch_bytes for other in waiting) > limit:
        missing["batch"] = WAITING
    else:
        copies = keras.utils.unpack_x_y_sample_weight(execution.copy_batch())
        batch, batch_bytes = tuple(() if part is None else part for part in copies), size
    size = 0 if why_no_state else state_bytes_of(model)
    if why_no_state:
        missing["state"] = why_no_state
    elif batch_bytes + size > limit:
        beside = f" beside {batch_bytes / 1e6:.4g} MB of the batch" if size <= limit else ""
        missing["state"] = _too_large("they take", size, limit, beside)
    elif size + sum(other.state_bytes for other in waiting) > limit:
        missing["state"] = WAITING
    else:
        values, state_bytes = tuple(execution.values_in(execution.copy_state())), size
        random_states = backend.random_states()
    return Before(batch, batch_bytes, values, state_bytes, random_states, missing=missing)


def state_bytes_of(model: keras.Model) -> int:
    """Size of all that a step may change."""
    return sum(map(_nbytes, all_variables(model)))


def _too_large(what: str, size: float, limit: float, beside: str = "") -> str:
    return f"{what} {size / 1e6:.4g} MB{beside}, and max_megabytes is {limit / 1e6:g}"


def _is_array(part: Any, backend: Backend) -> bool:
    if isinstance(part, np.ndarray):  # of `train_on_batch`
        return part.ndim > 0 and part.dtype.kind in "biufc"
    return backend.is_dense(part) and "string" not in str(part.dtype)


def _nbytes(part: Any) -> int:
    shape = getattr(part, "shape", None)
    if shape is None or None in tuple(shape):
        return 0
    bits = re.search(r"\d+", str(part.dtype))  # "torch.bool" has none
    return int(math.prod(shape)) * (int(bits[0]) // 8 if bits else 1)
