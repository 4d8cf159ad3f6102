"""Copies and restores variables of TensorFlow, each in one graph: one by one takes longer."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tb_keras_inspect.frameworks.tensorflow import functions


class State:
    """The values of some variables.

    Args:
        variables: The variables; those of TensorFlow, not those of Keras.
    """

    def __init__(self, variables: Sequence[Any]):
        self._variables = list(variables)

    @functools.cached_property
    def copy(self) -> Callable[[], list[Any]]:
        """Returns the values, which later assignments do not change."""

        def copy() -> list[Any]:
            # Not `tf.identity`, which may share its memory with what XLA overwrites.
            return [tf.raw_ops.DeepCopy(x=variable.read_value()) for variable in self._variables]

        made: Callable[[], list[Any]] = functions.traced(copy).get_concrete_function()
        return made

    @functools.cached_property
    def restore(self) -> Callable[[Sequence[Any]], None]:
        """Gives the variables the values that `copy` returned."""

        def restore(values: Sequence[Any]) -> None:
            for variable, value in zip(self._variables, values, strict=True):
                variable.assign(value)

        types = [tf.TensorSpec(variable.shape, variable.dtype) for variable in self._variables]
        made: Callable[[Sequence[Any]], None] = functions.traced(restore).get_concrete_function(
            types
        )
        return made
