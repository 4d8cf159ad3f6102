"""The extent of a run: how many steps were sampled, the first and the last."""

import threading
from typing import Any

from tb_keras_inspect.records import Kind
from tb_keras_inspect.store.model.model_history import ModelHistory
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import (
    NONE,
    Source,
    Stamp,
    read_or_note,
)
from tb_keras_inspect.store.tables.merge import survivors

Stamps = dict[Kind, Stamp]
Extent = tuple[int, int | None, int | None]  # number of samples, first step, last step


class ExtentReader:
    """Reads only the keys of the records, once per change. Thread-safe."""

    def __init__(self, source: Source, models: ModelHistory, problems: Problems):
        self._source, self._models, self._problems = source, models, problems
        self._lock = threading.Lock()
        self._known: tuple[tuple[Any, ...], Extent] | None = None

    def is_known(self, stamps: Stamps) -> bool:
        """Whether `read` would answer from memory."""
        known = self._known
        return known is not None and known[0] == self._state(stamps)

    def read(self, stamps: Stamps) -> Extent:
        """The extent at the state that `stamps` describes."""
        with self._lock:
            state, known = self._state(stamps), self._known
            if known is None or known[0] != state:
                known = self._known = (state, self._read(_kind(stamps)))
            return known[1]

    def _state(self, stamps: Stamps) -> tuple[Any, ...]:
        kind = _kind(stamps)
        return None if kind is None else stamps[kind], self._models.restarts

    def _read(self, kind: Kind | None) -> Extent:
        found = None if kind is None else read_or_note(self._source, kind, self._problems)
        found = found or NONE
        steps = found.steps[survivors(found.steps, found.order, self._models.restarts)]
        if not len(steps):
            return 0, None, None
        return len(steps), int(steps[0]), int(steps[-1])


def _kind(stamps: Stamps) -> Kind | None:
    """The kind whose records are counted: `step`, the smallest, or else any."""
    return Kind.STEP if Kind.STEP in stamps else next(iter(stamps), None)
