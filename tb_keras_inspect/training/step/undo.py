"""Undoes a failed step, which has taken a batch and, where it ran eagerly, changed the model.

Used for the first instrumented step only: a layer that does not work under the hooks fails there.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.training.hooks.inference import saved_random_state

logger = logging.getLogger(__name__)

MOST_BYTES = 1 << 30  # of the model's and the optimizer's variables; of larger ones no copy is made


class Undo:
    """A step's arguments, and the state before it.

    Args:
        arguments: The arguments of the train function.
        variables: The variables that the step changes in place.

    Attributes:
        arguments: The arguments for the call that may fail.
    """

    def __init__(self, arguments: Sequence[Any], variables: Sequence[Any] = ()):
        self._variables = variables
        self._values = [keras.ops.copy(variable.value) for variable in self._variables]
        self._restore_random = saved_random_state()
        self._replays = [_Replay(item) if _is_iterator(item) else item for item in arguments]
        self.arguments = tuple(self._replays)

    def restored(self) -> tuple[Any, ...]:
        """Restores the model, and returns arguments that yield the same batches again."""
        for variable, value in zip(self._variables, self._values, strict=True):
            variable.assign(value)
        self._restore_random()
        return tuple(x.again() if isinstance(x, _Replay) else x for x in self._replays)


def undo_of(model: keras.Model, arguments: Sequence[Any]) -> Undo | None:
    """An `Undo` of a call; None where the model is too large or cannot be copied."""
    try:
        frameworks.current().build_optimizer(model)  # what does not exist yet cannot be restored
        variables = _variables(model)
        size = sum(_bytes(variable) for variable in variables)
        return Undo(arguments, variables) if size <= MOST_BYTES else None
    except Exception as error:
        logger.debug("the first instrumented step cannot be undone", exc_info=error)
        return None


class _Replay:
    """An iterator that remembers what it yielded, and passes for one of the same type.

    Args:
        iterator: A framework's iterator, or a plain one.
        given: What to yield first: whether as an optional, result.
    """

    def __init__(self, iterator: Any, given: tuple[tuple[bool, Any], ...] = ()):
        self._iterator, self._given = iterator, list(given)
        self._kept: list[tuple[bool, Any]] = []

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        # For `isinstance`: Keras reads the batches of a TensorFlow iterator in another way.
        return type(self._iterator)

    def again(self) -> "_Replay":
        """An iterator that starts again from the beginning."""
        return _Replay(self._iterator, tuple(self._kept))

    def get_next(self, *arguments: Any) -> Any:
        return self._give(lambda: self._iterator.get_next(*arguments))

    def get_next_as_optional(self) -> Any:
        return self._give(lambda: self._iterator.get_next_as_optional(), as_optional=True)

    def __next__(self) -> Any:
        return self._give(lambda: next(self._iterator))

    def __iter__(self) -> "_Replay":
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._iterator, name)

    def _give(self, ask: Callable[[], Any], as_optional: bool = False) -> Any:
        again = self._given and self._given[0][0] == as_optional
        item = self._given.pop(0)[1] if again else ask()
        self._kept.append((as_optional, item))
        return item


def _is_iterator(item: Any) -> bool:
    return hasattr(item, "__next__")


def _variables(model: keras.Model) -> list[Any]:
    optimizer = getattr(model, "optimizer", None)
    found = [*model.variables, *model.metrics_variables]
    found += optimizer.variables if optimizer is not None else []
    return list({id(variable): variable for variable in found}.values())


def _bytes(variable: Any) -> int:
    size = keras.backend.standardize_dtype(variable.dtype)
    count = 1
    for length in variable.shape:
        count *= length
    return count * (8 if "64" in size else 4)
