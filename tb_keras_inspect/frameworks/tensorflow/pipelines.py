"""Copies of `tf.data` pipelines that share no state with the original."""

from typing import Any

import tensorflow as tf

# Operations that draw from a generator that all iterators of a dataset share, and their older forms,
# which have one of their own.
_OWN = {
    "ShuffleDatasetV3": "ShuffleDataset",
    "ShuffleAndRepeatDatasetV2": "ShuffleAndRepeatDataset",
}


def independent(dataset: Any) -> Any | None:
    """A dataset with the same elements: iterating it does not change the order of the original.

    None for one that is no `tf.data.Dataset`, or that cannot be copied.
    """
    if not isinstance(dataset, tf.data.Dataset):
        return None
    try:
        variant = tf.data.experimental.to_variant(dataset)
        # 1: what has a state that cannot be copied, such as a Python function, is shared.
        found = tf.raw_ops.DatasetToGraphV2(input_dataset=variant, external_state_policy=1)
        graph = tf.compat.v1.GraphDef.FromString(found.numpy())
        for node in graph.node:
            if node.op in _OWN:
                node.op = _OWN[node.op]
                del node.input[-1]  # the generator
        variant = tf.raw_ops.DatasetFromGraph(graph_def=graph.SerializeToString())
        return tf.data.experimental.from_variant(variant, dataset.element_spec)
    except (tf.errors.OpError, TypeError, ValueError):
        return None
