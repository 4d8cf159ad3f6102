"""A run that grows in memory, from the samples of a fit: the store's view of a live run."""

import collections
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tb_keras_inspect.catalog.kind_facts import Live
from tb_keras_inspect.records import (
    DecodedHistogram,
    DecodedSampleLoss,
    DecodedTable,
    DecodedUnits,
    Kind,
)
from tb_keras_inspect.store.sources.scalars import RawScalars
from tb_keras_inspect.store.sources.source import NONE, Records, Stamp
from tb_keras_inspect.training.samples.sample import Decoded, Sample

MOST_SAMPLES = 600  # of a kind; beyond it every second one is dropped
MOST_BYTES = 32_000_000  # of all kinds together, likewise
KEPT_FIRST = 20  # samples that stay: most of what goes wrong begins there
MOST_SPARED = 10_000  # of such a kind; beyond it every second one is dropped, except the first
_OVERHEAD = 200  # bytes of the objects around the numbers of a record
SPARED = tuple(kind for kind in Kind if kind.facts.live is Live.WHOLE)
WANTED = tuple(kind for kind in Kind if kind.facts.live is not Live.NO)


class _Kept(NamedTuple):
    number: int  # of the kind, from 0
    step: int
    order: int  # of all that was added
    record: Decoded
    size: int  # in bytes


class LiveSource:
    """Keeps the tables of a running fit, as a `store.sources.source.Source`.

    Memory is limited: of a long fit, evenly spaced records are kept after the first ones.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Kind, list[_Kept]] = {}
        self._counts: collections.Counter[Kind] = collections.Counter()
        self._stride = 1
        self._bytes = self._added = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the records held."""
        return self._bytes

    def add(self, sample: Sample) -> None:
        """Keeps the records of a sample that rules read."""
        with self._lock:
            self._added += 1
            for kind, record in sample.records.items():
                if kind in WANTED:
                    kept = _Kept(
                        self._counts[kind], sample.step, self._added, record, size_of(record)
                    )
                    self._append(kind, kept)

    def _append(self, kind: Kind, new: _Kept) -> None:
        kept = self._kept.setdefault(kind, [])
        if kept and kind not in SPARED and not self._stays(kept[-1]):
            self._bytes -= kept.pop().size  # it was there for being the newest
        kept.append(new)
        self._counts[kind] += 1
        self._bytes += new.size
        if kind in SPARED:
            self._bound(kept)
        while self._bytes > MOST_BYTES or (kind not in SPARED and len(kept) > MOST_SAMPLES):
            if not self._thin():
                break

    def _bound(self, kept: list[_Kept]) -> None:
        if len(kept) > MOST_SPARED:
            gone = slice(KEPT_FIRST, -1, 2)
            self._bytes -= sum(item.size for item in kept[gone])
            del kept[gone]

    def _stays(self, item: _Kept) -> bool:
        return item.number < KEPT_FIRST or item.number % self._stride == 0

    def _thin(self) -> bool:
        """Drops every second record except the first and the newest; False if none can be dropped."""
        before = self._bytes
        self._stride *= 2
        for kind, kept in self._kept.items():
            if kind not in SPARED:
                self._kept[kind][:] = [item for item in kept[:-1] if self._stays(item)] + kept[-1:]
        lists = self._kept.values()
        self._bytes = sum(item.size for kept in lists for item in kept)
        return self._bytes < before

    def stamps(self) -> dict[Kind, Stamp]:
        """The state of each kind now."""
        with self._lock:
            return {
                kind: (self._counts[kind], kept[-1].order, len(kept))
                for kind, kept in self._kept.items()
            }

    def records(self, kind: Kind) -> Records:
        """All records of a kind, as of now."""
        with self._lock:
            kept = list(self._kept.get(kind, ()))
        if not kept:
            return NONE
        # Decoded already, where other sources return bytes: `records.decode_table` takes both.
        read: Any = lambda index, blob: kept[index].record  # noqa: E731
        steps, order = [item.step for item in kept], [item.order for item in kept]
        return Records(np.array(steps), np.array(order), read)

    def scalars(self) -> list[RawScalars]:
        """None: those are for the tab."""
        return []

    def problems(self) -> Sequence[str]:
        """None: nothing here is read from disk."""
        return ()


def size_of(record: Decoded) -> int:
    """Bytes that a record takes in memory, about."""
    match record:
        case (
            DecodedTable(values=array)
            | DecodedUnits(max_abs=array)
            | DecodedHistogram(counts=array)
        ):
            return array.nbytes + _OVERHEAD
        case DecodedSampleLoss(values=array, fingerprints=marks):
            return array.nbytes + marks.nbytes + _OVERHEAD
        case _:
            return int(record.ByteSize())
