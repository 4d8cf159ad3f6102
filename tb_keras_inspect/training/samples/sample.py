"""What is recorded at one step, decoded: what subscribers read, and what the log is written from."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.records import (
    DecodedHistogram,
    DecodedSampleLoss,
    DecodedTable,
    DecodedUnits,
    Kind,
)
from tb_keras_inspect.records import inspect_pb2 as pb

Decoded: TypeAlias = (
    DecodedTable
    | DecodedUnits
    | DecodedHistogram
    | DecodedSampleLoss
    | pb.SampleInputRecord
    | pb.ModelRecord
)


@dataclasses.dataclass(frozen=True)
class Sample:
    """The records of one step, before they are encoded: arrays, with their layout.

    It is equal to what a reader of the log decodes, so nothing that runs beside the training has to
    decode the log again. A sampled step has tables, units and histograms; a new model and the end of
    an epoch are samples of a single record.

    Attributes:
        step: The training step.
        wall_time: Seconds since the Unix epoch.
        records: The decoded records by kind, in the order in which the log has them.
        scalars: Numbers that are written as ordinary scalars, by name.
    """

    step: int
    wall_time: float
    records: Mapping[Kind, Decoded]
    scalars: Mapping[str, float] = dataclasses.field(default_factory=dict)

    @property
    def tables(self) -> dict[Kind, DecodedTable]:
        """The tables alone."""
        return {k: r for k, r in self.records.items() if isinstance(r, DecodedTable)}

    @property
    def model(self) -> pb.ModelRecord | None:
        """The model record, if this is one."""
        record = self.records.get(Kind.MODEL)
        return record if isinstance(record, pb.ModelRecord) else None


# Called with every sample on the recorder's thread, in the order of recording, before the sample is
# written; whether and when the disk takes it makes no difference. It may return events, which are
# written after the sample. It must not raise.
Subscriber = Callable[[Sample], Iterable[event_pb2.Event] | None]
