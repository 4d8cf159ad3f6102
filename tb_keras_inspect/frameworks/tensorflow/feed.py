"""Passes batches that were taken from an iterator to a function traced for that iterator."""

import threading
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

CAPACITY = 1 << 20  # batches of one call, at most


class Feed:
    """Makes iterators of one element specification.

    A function is not traced again for such an iterator, and computes the same to the bit. The batches
    go through a queue of TensorFlow: a Python generator would wait for Python's lock, which another
    thread may hold for milliseconds.

    Args:
        specification: The types of a batch.

    Attributes:
        specification: As given.
    """

    def __init__(self, specification: Any):
        self.specification = specification
        parts = tf.nest.flatten(specification, expand_composites=True)
        self._queue = tf.queue.FIFOQueue(CAPACITY, [tf.bool, *(part.dtype for part in parts)])
        self._iterator: Any = None  # making one takes longer than a small step

        def take(_: Any) -> Any:
            is_batch, *tensors = self._queue.dequeue()
            for tensor, part in zip(tensors, parts, strict=True):
                tensor.set_shape(part.shape)
            batch = tf.nest.pack_sequence_as(specification, tensors, expand_composites=True)
            return is_batch, batch

        taken = tf.data.Dataset.range(1 << 62).map(take).take_while(lambda is_batch, _: is_batch)
        options = tf.data.Options()  # such that nothing is taken before it is asked for
        options.autotune.enabled = False
        options.experimental_optimization.apply_default_optimizations = False
        options.experimental_optimization.inject_prefetch = False
        self._dataset = taken.map(lambda _, batch: batch).with_options(options)

    def of(self, batches: Sequence[Any]) -> Any:
        """An iterator of these batches, at least one; those of the last call are left out."""
        left = int(self._queue.size())
        for _ in range(left):
            self._queue.dequeue()
        if not left:  # the last iterator has met its end
            self._iterator = iter(self._dataset)
        for batch in batches:
            parts = tf.nest.flatten(batch, expand_composites=True)
            self._queue.enqueue([True, *parts])
        self._queue.enqueue([False, *parts])
        return self._iterator


class _Feeds(threading.local):
    """The feeds of a thread, shared by its fits: one for each specification."""

    def __init__(self) -> None:
        self._made: list[Feed] = []

    def of(self, specification: Any) -> Feed:
        """The feed for batches of a specification."""
        found = next((feed for feed in self._made if feed.specification == specification), None)
        if found is None:
            found = Feed(specification)
            self._made.append(found)
        return found


feeds = _Feeds()
