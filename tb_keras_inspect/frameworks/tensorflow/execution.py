"""Executions on TensorFlow."""

import collections
import contextlib
import copy
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tb_keras_inspect.frameworks.execution import Execution, Run, StatefulExecution
from tb_keras_inspect.frameworks.tensorflow.functions import traced
from tb_keras_inspect.frameworks.tensorflow.optimizer import build_optimizer

_ENDS = (StopIteration, tf.errors.OutOfRangeError)
# An iterator has parts that no specification can describe.
_NOT_DESCRIBED = (TypeError, ValueError, NotImplementedError)


class _Feed:
    """Passes batches that were taken from an iterator to a function traced for that iterator.

    In an iterator of the same element specification: the function is not traced again, and computes
    the same to the bit.
    """

    def __init__(self, specification: Any):
        self.specification = specification
        self._batches: collections.deque[Any] = collections.deque()
        self._iterator: Any = None  # making one takes longer than a small step
        self._dataset = tf.data.Dataset.from_generator(self._taken, output_signature=specification)

    def of(self, batches: Sequence[Any]) -> Any:
        """An iterator of these; the last one where it has not ended."""
        self._batches = collections.deque(batches)
        if self._iterator is None:
            self._iterator = iter(self._dataset)
        return self._iterator

    def _taken(self) -> Iterator[Any]:
        while self._batches:  # asked again only when there are new ones
            yield self._batches.popleft()
        self._iterator = None


class _Feeds(threading.local):
    """The feeds of a thread, shared by its fits: TensorFlow frees no dataset that has a generator."""

    def __init__(self) -> None:
        self._made: list[_Feed] = []

    def of(self, specification: Any) -> _Feed:
        """The feed for batches of a specification; made once for each."""
        found = next((feed for feed in self._made if feed.specification == specification), None)
        if found is None:
            found = _Feed(specification)
            self._made.append(found)
        return found


_feeds = _Feeds()


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

    def __call__(self, arguments: Sequence[Any]) -> Execution:
        return TensorFlowExecution(self._model, self._run, arguments, self)

    def weights_are_finite(self) -> bool:
        """In one traced function: operations one by one would take longer than the sums."""
        variables = [variable.value for variable in self._model.trainable_variables]
        known = [id(variable) for variable in variables]
        if self._check is None or self._check[0] != known:

            def check() -> Any:
                finite = [tf.reduce_all(tf.math.is_finite(v)) for v in variables]
                return tf.reduce_all(tf.stack(finite)) if finite else tf.constant(True)

            self._check = known, traced(check)
        return bool(self._check[1]())


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
        self._feed: _Feed | None = None

    @staticmethod
    def _copy(variable: Any) -> Any:
        return tf.identity(variable.value)

    def copy_batch(self) -> Any:
        return tf.nest.map_structure(_copied, self.batch())

    def copy_state(self) -> Any:
        build_optimizer(self._model)
        return super().copy_state()

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
                self._feed = _feeds.of(iterator.element_spec)
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

    def weights_are_finite(self, result: Any) -> bool:
        return self._shared.weights_are_finite()


def _copied(part: Any) -> Any:
    # A tensor may share memory with the array that it was made of, and so does its `tf.identity`.
    return tf.raw_ops.DeepCopy(x=part) if isinstance(part, tf.Tensor) else copy.copy(part)
