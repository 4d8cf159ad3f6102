"""Executions on TensorFlow."""

import contextlib
import copy
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tb_keras_inspect.frameworks.execution import (
    Execution,
    Run,
    StatefulExecution,
    all_variables,
)
from tb_keras_inspect.frameworks.tensorflow.feed import Feed, feeds
from tb_keras_inspect.frameworks.tensorflow.functions import traced
from tb_keras_inspect.frameworks.tensorflow.optimizer import build_optimizer
from tb_keras_inspect.frameworks.tensorflow.state import State

_ENDS = (StopIteration, tf.errors.OutOfRangeError)
# An iterator has parts that no specification can describe.
_NOT_DESCRIBED = (TypeError, ValueError, NotImplementedError)


def _is_distributed(iterator: Any) -> bool:
    return isinstance(iterator, tf.distribute.DistributedIterator)


class Executions:
    """Makes the executions of a model, and keeps what they can share.

    Args:
        model: The model in `fit`.
        run: Calls the train function with a sequence of arguments.
    """

    def __init__(self, model: keras.Model, run: Run):
        self._model, self._run = model, run
        self._check: tuple[list[int], Callable[[], Any]] | None = None
        self._state: tuple[list[int], State] | None = None

    def __call__(self, arguments: Sequence[Any]) -> Execution:
        return TensorFlowExecution(self._model, self._run, arguments, self)

    def state_of(self, variables: Sequence[Any]) -> State:
        """What copies and restores variables of Keras."""
        known = [id(variable.value) for variable in variables]
        if self._state is None or self._state[0] != known:
            self._state = known, State([variable.value for variable in variables])
        return self._state[1]

    def finite(self) -> Any:
        """In one traced function: operations one by one would take longer than the sums."""
        variables = [variable.value for variable in self._model.trainable_variables]
        known = [id(variable) for variable in variables]
        if self._check is None or self._check[0] != known:

            def check() -> Any:
                finite = [tf.reduce_all(tf.math.is_finite(v)) for v in variables]
                return tf.reduce_all(tf.stack(finite)) if finite else tf.constant(True)

            self._check = known, traced(check)
        return self._check[1]()


class TensorFlowExecution(StatefulExecution):
    """Its argument is an iterator of batches.

    Args:
        model: The model in `fit`.
        run: Calls the train function with a sequence of arguments.
        arguments: What the trainer calls the function with.
        shared: What the executions of a model share.
    """

    def __init__(
        self,
        model: keras.Model,
        run: Run,
        arguments: Sequence[Any],
        shared: Executions,
    ):
        super().__init__(model, run, arguments)
        self._shared = shared
        self._feed: Feed | None = None

    @staticmethod
    def _copy(variable: Any) -> Any:
        return tf.identity(variable.value)

    def copy_batch(self) -> Any:
        return tf.nest.map_structure(_copied, self.batch())

    def copy_state(self) -> Any:
        build_optimizer(self._model)
        if tf.distribute.has_strategy():
            return super().copy_state()
        variables = all_variables(self._model)
        return list(zip(variables, self._shared.state_of(variables).copy(), strict=True))

    def restore(self, copy: Any) -> None:
        if tf.distribute.has_strategy():
            super().restore(copy)
        else:
            values = [value for _, value in copy]
            self._shared.state_of([variable for variable, _ in copy]).restore(values)

    def copy_to_host(self) -> tuple[list[np.ndarray], Callable[[], None]]:
        build_optimizer(self._model)
        return super().copy_to_host()

    @property
    def specification(self) -> Any:
        """The types of a batch, as the train function is traced for them."""
        if self._feed is not None:
            return self._feed.specification
        return tf.nest.map_structure(tf.type_spec_from_value, self.batch())

    def kind(self) -> Any:
        iterator = self._arguments[0]
        return str(iterator.element_spec) if isinstance(iterator, tf.data.Iterator) else None

    def trace(self, function: Callable[..., Any]) -> None:
        iterator = self._arguments[0]
        is_plain = isinstance(iterator, tf.data.Iterator) and not _is_distributed(iterator)
        if self._model.run_eagerly or tf.config.functions_run_eagerly() or not is_plain:
            return
        # In a graph that never runs. Keras's function asks in Python whether there was a batch, which
        # a graph cannot answer; by then it has been traced.
        with contextlib.suppress(tf.errors.OperatorNotAllowedInGraphError):
            tf.function(function, autograph=False).get_concrete_function(iterator)

    def _hold(self) -> None:
        iterator = self._arguments[0]
        if _is_distributed(iterator):
            return  # its parts lie on several devices
        if isinstance(iterator, tf.data.Iterator):
            try:
                self._feed = feeds.of(iterator.element_spec)
            except _NOT_DESCRIBED:
                return
        self._batches = self._pulled(iterator, _ENDS)
        if self._batches:
            self._source = iterator
            self.rewind()

    def rewind(self) -> None:
        if not self._batches:
            return
        if self._feed is not None:
            self._arguments[0] = self._feed.of(self._batches)
        else:
            self._arguments[0] = itertools.chain(self._batches, self._source)

    def finite(self, result: Any) -> Any:
        return self._shared.finite()


def _copied(part: Any) -> Any:
    # A tensor may share memory with the array that it was made of, and so does its `tf.identity`.
    return tf.raw_ops.DeepCopy(x=part) if isinstance(part, tf.Tensor) else copy.copy(part)
