"""Batches that were taken from an iterator reach a traced function in one of the same kind."""

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")

from tb_keras_inspect.frameworks.tensorflow.feed import Feed  # noqa: E402 - needs TensorFlow

NESTED = {
    "dense": lambda: tf.constant([[1.0], [2.0]]),
    "dict": lambda: {"a": tf.constant([1]), "b": (tf.constant([2.0]), tf.constant([True]))},
    "text": lambda: tf.constant(["one", "two"]),
    "ragged": lambda: tf.ragged.constant([[1], [2, 3]]),
    "sparse": lambda: tf.sparse.from_dense([[1.0, 0.0], [0.0, 2.0]]),
    "nothing": lambda: tf.experimental.Optional.empty(tf.TensorSpec((), tf.float32)),
}


def specification(batch):
    return tf.nest.map_structure(tf.type_spec_from_value, batch)


@pytest.mark.parametrize("make", NESTED.values(), ids=NESTED)
def test_what_went_in_comes_out_and_then_the_data_ends(make):
    batch = make()
    feed = Feed(specification(batch))
    for _ in range(2):  # the second iterator begins anew
        iterator = feed.of([batch, batch])
        assert iterator.element_spec == feed.specification
        for _ in range(2):
            parts = tf.nest.flatten(next(iterator), expand_composites=True)
            for part, given in zip(
                parts, tf.nest.flatten(batch, expand_composites=True), strict=True
            ):
                if part.dtype != tf.variant:
                    np.testing.assert_array_equal(part, given)
        with pytest.raises(StopIteration):
            next(iterator)


def test_batches_of_a_call_that_failed_are_left_out():
    feed = Feed(tf.TensorSpec((None,), tf.int32))
    first = feed.of([tf.constant([1]), tf.constant([2])])
    assert next(first)[0] == 1
    again = feed.of([tf.constant([3])])
    assert again is first  # as no end was met
    assert next(again)[0] == 3


def test_one_trace_serves_all_iterators():
    feed = Feed(tf.TensorSpec((None,), tf.int32))
    function = tf.function(lambda iterator: tf.reduce_sum(iterator.get_next()))
    for size in (1, 2, 3):
        assert int(function(feed.of([tf.range(size)]))) == sum(range(size))
    assert function.experimental_get_tracing_count() == 1
