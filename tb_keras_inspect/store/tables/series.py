"""One kind of one run, brought up to date by decoding only what is new."""

import contextlib
import threading
from typing import Any, Protocol

import numpy as np

from tb_keras_inspect.catalog.kinds import HISTOGRAM_KINDS
from tb_keras_inspect.records import Kind, RecordError
from tb_keras_inspect.store.model.model_history import ModelBook
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import (
    NONE,
    Records,
    Source,
    Stamp,
    read_or_note,
)
from tb_keras_inspect.store.tables.merge import Ledger, survivors

BATCH = 512  # messages held decoded before they go into the arena
# Kinds that are as large as the model are read one at a time: side by side each would be ready only
# when all are, and what TensorBoard hands over is in memory three times meanwhile.
LARGE_KINDS = frozenset(
    (
        Kind.GRADIENT,
        Kind.ACCUMULATED_GRADIENT,
        Kind.WEIGHT,
        Kind.UPDATE,
        Kind.ACTIVATION,
        Kind.UNITS,
        *HISTOGRAM_KINDS,
    )
)
_large = threading.Lock()


class Arena(Protocol):
    """Decoded samples, one row each, in the order in which they were decoded."""

    nbytes: int
    length: int

    def reserve(self, length: int) -> None:
        """Tells how many samples there will be."""

    def append(self, messages: list[bytes]) -> list[int | str]:
        """Decodes; for each message its row, or why it was skipped."""

    def take(self, rows: np.ndarray) -> None:
        """Keeps these rows, in this order."""

    def snapshot(self, steps: np.ndarray) -> Any:
        """An immutable result over the first `len(steps)` rows."""


class Series:
    """Keeps an arena in step with its source. Thread-safe.

    Args:
        kind: Kind of record.
        source: The run.
        arena: Decodes and holds the samples.
        models: The run's model records.
        problems: Takes what is skipped.

    Attributes:
        decoded: Number of messages decoded so far.
    """

    def __init__(
        self, kind: Kind, source: Source, arena: Arena, models: ModelBook, problems: Problems
    ):
        self._kind, self._source, self._arena = kind, source, arena
        self._models, self._problems = models, problems
        self._lock = threading.Lock()
        self._ledger = Ledger()
        self._state: tuple[Any, ...] | None = None
        self._snapshot: Any = None
        self.decoded = 0

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._arena.nbytes

    def read(self, stamp: Stamp) -> Any:
        """The kind as of `stamp`, or newer."""
        state = (stamp, self._models.restarts)
        with self._lock:
            if self._snapshot is None or state != self._state:
                with _large if self._kind in LARGE_KINDS else contextlib.nullcontext():
                    self._bring_up_to_date()
                self._state = state
            return self._snapshot

    def _bring_up_to_date(self) -> None:
        found = read_or_note(self._source, self._kind, self._problems)
        if found is not None or self._snapshot is None:
            self._update(found or NONE)

    def _update(self, found: Records) -> None:
        alive = survivors(found.steps, found.wall_times, self._models.restarts)
        rows = self._ledger.match(found.steps, found.wall_times)
        self._decode(found, np.flatnonzero(alive & (rows == Ledger.NEVER)), rows)
        self._ledger.store(found.steps, found.wall_times, rows)
        kept = alive & (rows >= 0)
        order = rows[kept]
        if not np.array_equal(order, np.arange(self._arena.length)):
            self._arena.take(order)
            rows[rows >= 0] = Ledger.NEVER
            rows[kept] = np.arange(len(order))
        steps = found.steps[kept]
        steps.flags.writeable = False
        self._snapshot = self._arena.snapshot(steps)

    def _decode(self, found: Records, indices: np.ndarray, rows: np.ndarray) -> None:
        self._arena.reserve(self._arena.length + len(indices))
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
        for index, result in zip(at, self._arena.append(messages), strict=True):
            if isinstance(result, str):
                self._skip(found, index, rows, result)
            else:
                rows[index] = result

    def _skip(self, found: Records, index: int, rows: np.ndarray, reason: str) -> None:
        rows[index] = Ledger.SKIPPED
        self._problems.add(self._kind.value, reason, found.steps[index], found.wall_times[index])
