"""All model records of a run. Other records refer to their rows by number."""

import math
import threading

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.catalog.kind_facts import Rows
from tb_keras_inspect.records import Kind, RecordError
from tb_keras_inspect.store.model import model as model_lib
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import (
    NONE,
    Records,
    Source,
    Stamp,
    read_or_note,
)


class ModelHistory:
    """Reads model records as they are written. Thread-safe.

    Args:
        source: Where the records come from.
        problems: Collects unreadable records.

    Attributes:
        newest: The newest readable model record, or None.
        restarts: Step and order of each model record.
        began: When the first one was written, in seconds since the Unix epoch; NaN if there is none.
    """

    def __init__(self, source: Source, problems: Problems):
        self._source, self._problems = source, problems
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._seen: set[tuple[int, float]] = set()
        self._models: dict[int, model_lib.ModelInfo] = {}
        self._names: dict[tuple[Kind, int], tuple[str, ...]] = {}
        self.newest: model_lib.ModelInfo | None = None
        self.restarts: tuple[tuple[int, float], ...] = ()
        self.began = math.nan

    def refresh(self, stamp: Stamp | None) -> None:
        """Reads new records if the stamp has changed."""
        with self._lock:
            if stamp is not None and stamp != self._stamp:
                self._read()
                self._stamp = stamp

    def names(self, kind: Kind, fingerprint: int) -> tuple[str, ...] | None:
        """Row names of a kind; None if there is no model record with this fingerprint."""
        with self._lock:
            if fingerprint not in self._models:
                self._read()  # a table can arrive before its model record
            if fingerprint not in self._models:
                return None
            key = (kind, fingerprint)
            if key not in self._names:
                self._names[key] = _unique(_row_names(self._models[fingerprint], kind))
            return self._names[key]

    def _read(self) -> None:
        found = read_or_note(self._source, Kind.MODEL, self._problems) or NONE
        if len(found):
            self.began = float(np.min(found.times))
        for index, key in enumerate(zip(found.steps.tolist(), found.order.tolist(), strict=True)):
            if key not in self._seen:
                self._seen.add(key)
                self._decode(found, index, key)

    def _decode(self, found: Records, index: int, key: tuple[int, float]) -> None:
        try:
            info = model_lib.from_record(records.decode_model(found.read(index, 0)))
        except RecordError as error:
            self._problems.add("model", str(error), *key)
            return
        # The fingerprint identifies the content: a second record is either equal or damaged.
        self.newest = self._models.setdefault(info.fingerprint, info)
        if math.isfinite(key[1]):
            self.restarts = (*self.restarts, key)


def _row_names(info: model_lib.ModelInfo, kind: Kind) -> list[str]:
    match kind.facts.rows:
        case Rows.VARIABLES:
            return [variable.path for variable in info.variables]
        case Rows.SITES:
            return [site.name for site in info.sites]
        case Rows.INPUTS:
            return list(info.inputs)
        case Rows.TENSORS:
            return list(info.tensors)
        case Rows.ONE:
            return [""]
    return []  # the records contain the names


def _unique(names: list[str]) -> tuple[str, ...]:
    """Numbers duplicate names, which a careless or hostile writer may produce."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        while name in seen:
            name = f"{name} ({index})"
        seen.add(name)
        names[index] = name
    return tuple(names)
