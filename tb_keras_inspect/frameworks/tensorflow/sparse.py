"""Sparse tensors of TensorFlow, whatever backend Keras runs on."""

from typing import Any

import tensorflow as tf


def first_rows(tensor: Any, count: int) -> Any:
    """The first `count` rows of a `tf.SparseTensor`."""
    size = [min(count, tensor.shape[0]), *tensor.shape[1:]]
    return tf.sparse.slice(tensor, [0] * len(size), size)
