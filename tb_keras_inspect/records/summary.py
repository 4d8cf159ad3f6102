"""Wraps messages in TensorBoard's `Summary.Value`s and events."""

import functools
from collections.abc import Sequence

from google.protobuf.message import Message
from tensorboard.compat.proto import (
    event_pb2,
    summary_pb2,
    tensor_pb2,
    tensor_shape_pb2,
    types_pb2,
)

from tb_keras_inspect.catalog.kinds import PLUGIN_NAME, SCHEMA_VERSION, Kind
from tb_keras_inspect.records import inspect_pb2 as pb


def to_value(kind: Kind, *messages: Message) -> summary_pb2.Summary.Value:
    """A summary value that both data loaders of TensorBoard pass on to the plugin.

    Args:
        kind: Determines the tag, and whether the tensor is a scalar string or a blob sequence.
        messages: One message, or one or more for a blob sequence.
    """
    blobs = [message.SerializeToString() for message in messages]
    if not blobs or (len(blobs) > 1 and not kind.is_blob_sequence):
        expected = "messages" if kind.is_blob_sequence else "one message"
        raise ValueError(f"Expected {expected} for kind {kind.value!r}. Received: {len(blobs)}")
    shape = tensor_shape_pb2.TensorShapeProto()
    if kind.is_blob_sequence:
        shape.dim.add(size=len(blobs))
    return summary_pb2.Summary.Value(
        tag=kind.tag,
        # On every value, not only the first: a reader that starts in the middle needs it too.
        metadata=_metadata(kind),
        tensor=tensor_pb2.TensorProto(
            dtype=types_pb2.DT_STRING, tensor_shape=shape, string_val=blobs
        ),
    )


@functools.cache
def _metadata(kind: Kind) -> summary_pb2.SummaryMetadata:
    content = pb.TagMetadata(version=SCHEMA_VERSION, kind=kind.value).SerializeToString()
    return summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(
            plugin_name=PLUGIN_NAME, content=content
        ),
        data_class=summary_pb2.DATA_CLASS_BLOB_SEQUENCE
        if kind.is_blob_sequence
        else summary_pb2.DATA_CLASS_TENSOR,
    )


def to_event(
    step: int, wall_time: float, values: Sequence[summary_pb2.Summary.Value]
) -> event_pb2.Event:
    """One event that holds all values of a step."""
    return event_pb2.Event(
        step=step, wall_time=wall_time, summary=summary_pb2.Summary(value=values)
    )
