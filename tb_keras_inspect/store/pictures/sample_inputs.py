"""The inputs of single examples, each recorded once."""

import threading

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.records import DecodedMap, DecodedSampleInputs, Kind, RecordError
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import (
    NONE,
    Source,
    Stamp,
    read_or_note,
)

ExampleInput = DecodedMap | str


class SampleInputsReader:
    """Reads records as they are written. Thread-safe."""

    def __init__(self, source: Source, problems: Problems):
        self._source, self._problems = source, problems
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._seen: set[tuple[int, float]] = set()
        self._known: dict[int, tuple[DecodedSampleInputs, int]] = {}

    def of(self, fingerprint: int, stamp: Stamp) -> dict[str, ExampleInput]:
        """The inputs of an example by name: maps of one sample, or text; {} if not recorded."""
        with self._lock:
            if stamp != self._stamp:
                self._read()
                self._stamp = stamp
            found = self._known.get(fingerprint)
        return {} if found is None else found[0].of(found[1])

    def _read(self) -> None:
        found = read_or_note(self._source, Kind.SAMPLE_INPUT, self._problems) or NONE
        for index, key in enumerate(zip(found.steps.tolist(), found.order.tolist(), strict=True)):
            if key in self._seen:
                continue
            self._seen.add(key)
            try:
                record = records.decode_sample_inputs(found.read(index, 0))
            except RecordError as error:
                self._problems.add(Kind.SAMPLE_INPUT.value, str(error), *key)
                continue
            for row, mark in enumerate(record.fingerprints.tolist()):
                self._known[mark] = record, row


def array_of(item: ExampleInput) -> np.ndarray | str:
    """An input as an array: its values [values], [time, feature] or [height, width, channel]."""
    if isinstance(item, str):
        return item
    values: np.ndarray = np.moveaxis(item.values[0], 0, -1)
    if item.layout == "sequence":
        values = values[..., 0]
    elif item.layout in ("ids", "vector"):
        values = values[0, :, 0]
    return values
