"""One kind of one run, kept up to date by decoding only new records."""

import contextlib
import threading
from typing import Any, Protocol

import numpy as np

from tb_keras_inspect.records import Kind, RecordError
from tb_keras_inspect.store.model.model_history import ModelHistory
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import (
    NONE,
    Records,
    Source,
    Stamp,
    read_or_note,
)
from tb_keras_inspect.store.tables.merge import RecordRows, survivors

BATCH = 512  # messages decoded before they are copied into the buffer
# Kinds that grow with the model are read one at a time: in parallel, each would be ready only when
# all are, and TensorBoard keeps three copies of the data in memory meanwhile.
_large = threading.Lock()


class Buffer(Protocol):
    """Holds decoded samples, one row each, in decoding order."""

    nbytes: int
    length: int

    def reserve(self, length: int) -> None:
        """Announces the final number of samples."""

    def append(self, messages: list[bytes]) -> list[int | str]:
        """Decodes messages; returns the row of each, or the reason why it was skipped."""

    def take(self, rows: np.ndarray) -> None:
        """Keeps only these rows, in this order."""

    def snapshot(self, steps: np.ndarray) -> Any:
        """An immutable result over the first `len(steps)` rows."""


class Series:
    """Keeps a buffer in sync with its source. Thread-safe.

    Args:
        kind: Kind of the records.
        source: Where the records come from.
        buffer: Decodes and holds the samples.
        models: The model records of the run.
        problems: Collects skipped records.

    Attributes:
        decoded: Number of messages decoded so far.
    """

    def __init__(
        self, kind: Kind, source: Source, buffer: Buffer, models: ModelHistory, problems: Problems
    ):
        self._kind, self._source, self._buffer = kind, source, buffer
        self._models, self._problems = models, problems
        self._lock = threading.Lock()
        self._rows = RecordRows()
        self._state: tuple[Any, ...] | None = None
        self._snapshot: Any = None
        self.decoded = 0

    @property
    def nbytes(self) -> int:
        """Size in bytes."""
        return self._buffer.nbytes

    def read(self, stamp: Stamp) -> Any:
        """The decoded kind at the state of `stamp`, or newer."""
        state = (stamp, self._models.restarts)
        with self._lock:
            if self._snapshot is None or state != self._state:
                with _large if self._kind.facts.many_rows else contextlib.nullcontext():
                    self._bring_up_to_date()
                self._state = state
            return self._snapshot

    def _bring_up_to_date(self) -> None:
        found = read_or_note(self._source, self._kind, self._problems)
        if found is not None or self._snapshot is None:
            self._update(found or NONE)

    def _update(self, found: Records) -> None:
        alive = survivors(found.steps, found.order, self._models.restarts)
        rows = self._rows.match(found.steps, found.order)
        self._decode(found, np.flatnonzero(alive & (rows == RecordRows.NEVER)), rows)
        self._rows.store(found.steps, found.order, rows)
        kept = alive & (rows >= 0)
        order = rows[kept]
        if not np.array_equal(order, np.arange(self._buffer.length)):
            self._buffer.take(order)
            rows[rows >= 0] = RecordRows.NEVER
            rows[kept] = np.arange(len(order))
        steps = found.steps[kept]
        steps.flags.writeable = False
        self._snapshot = self._buffer.snapshot(steps)

    def _decode(self, found: Records, indices: np.ndarray, rows: np.ndarray) -> None:
        self._buffer.reserve(self._buffer.length + len(indices))
        for start in range(0, len(indices), BATCH):
            self._decode_batch(found, indices[start : start + BATCH].tolist(), rows)

    def _decode_batch(self, found: Records, indices: list[int], rows: np.ndarray) -> None:
        messages, at = [], []
        for index, message in zip(indices, found.read_all(indices), strict=True):
            if isinstance(message, RecordError):
                self._skip(found, index, rows, str(message))
            else:
                messages.append(message)
                at.append(index)
        self.decoded += len(messages)
        for index, result in zip(at, self._buffer.append(messages), strict=True):
            if isinstance(result, str):
                self._skip(found, index, rows, result)
            else:
                rows[index] = result

    def _skip(self, found: Records, index: int, rows: np.ndarray, reason: str) -> None:
        rows[index] = RecordRows.SKIPPED
        self._problems.add(self._kind.value, reason, found.steps[index], found.order[index])
