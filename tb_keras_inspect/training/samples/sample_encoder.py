"""From samples to summary values."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.records import (
    DecodedHistogram,
    DecodedSampleLoss,
    DecodedTable,
    DecodedUnits,
    Kind,
    encode_histogram,
    encode_sample_loss,
    encode_table,
    encode_units,
)
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_event, to_value
from tb_keras_inspect.training.samples.headline import scalar_values
from tb_keras_inspect.training.samples.sample import Decoded, Sample


def encode(sample: Sample) -> event_pb2.Event:
    """The event that holds a sample."""
    values = [to_value(kind, _message(record)) for kind, record in sample.records.items()]
    values += scalar_values(sample.scalars)
    return to_event(sample.step, sample.wall_time, values)


def _message(record: Decoded) -> Any:
    match record:
        case DecodedTable(model, statistics, rows, values, names):
            return encode_table(model, statistics, values, None if names else rows, names)
        case DecodedUnits(model, sites, offsets, max_abs):
            return encode_units(model, sites.tolist(), np.diff(offsets).tolist(), max_abs)
        case DecodedHistogram(model, rows, _, _, counts):
            return encode_histogram(model, counts, rows)
        case DecodedSampleLoss():
            return encode_sample_loss(**vars(record))
        case pb.ModelRecord() | pb.SampleInputRecord():
            return record


def epoch_sample(
    model: int, logs: Mapping[str, Any], epoch: int, step: int, wall_time: float
) -> Sample:
    """The sample of an epoch's end.

    Args:
        model: Fingerprint of the model record.
        logs: What Keras reports at the end of the epoch; what is not a number is left out.
        epoch: Epoch, from 0.
        step: Its last step.
        wall_time: Seconds since the Unix epoch.
    """
    numbers = {
        name: number for name, value in logs.items() if (number := _number(value)) is not None
    }
    numbers["epoch"] = float(epoch)
    row = np.array([list(numbers.values())], "<f4")
    table = DecodedTable(model, tuple(numbers), np.zeros(1, np.int32), row, ("",))
    return Sample(step, wall_time, {Kind.EPOCH: table})


def _number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
