"""Executions on TensorFlow."""

import collections
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from tb_keras_inspect.frameworks.execution import Execution, Run, StatefulExecution
from tb_keras_inspect.frameworks.tensorflow.optimizer import build_optimizer

_ENDS = (StopIteration, tf.errors.OutOfRangeError)


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


class Executions:
    """Makes the executions of a model, and keeps what they can share.

    Args:
        model: The model in `fit`.
        run: Calls the train function with a sequence of arguments.
    """

    def __init__(self, model: keras.Model, run: Run):
        self._model, self._run = model, run
        self._feed: _Feed | None = None
        self._check: tuple[list[int], Callable[[], Any]] | None = None

    def __call__(self, arguments: Sequence[Any]) -> Execution:
        return _Execution(self._model, self._run, arguments, self)

    def feed(self, iterator: Any) -> _Feed:
        """The feed for the batches of an iterator; made once for each kind of batch."""
        specification = iterator.element_spec
        if self._feed is None or self._feed.specification != specification:
            self._feed = _Feed(specification)
        return self._feed

    def weights_are_finite(self) -> bool:
        """In one traced function: operations one by one would take longer than the sums."""
        variables = [variable.value for variable in self._model.trainable_variables]
        known = [id(variable) for variable in variables]
        if self._check is None or self._check[0] != known:

            def check() -> Any:
                finite = [tf.reduce_all(tf.math.is_finite(v)) for v in variables]
                return tf.reduce_all(tf.stack(finite)) if finite else tf.constant(True)

            self._check = known, tf.function(check, autograph=False)
        return bool(self._check[1]())


class _Execution(StatefulExecution):
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

    def copy_state(self) -> Any:
        build_optimizer(self._model)
        return super().copy_state()

    def _hold(self) -> None:
        iterator = self._arguments[0]
        if isinstance(iterator, tf.distribute.DistributedIterator):
            return  # its parts lie on several devices
        if isinstance(iterator, tf.data.Iterator):
            try:
                self._feed = self._shared.feed(iterator)
            except (TypeError, ValueError, NotImplementedError):
                return  # it has parts that no specification can describe
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
