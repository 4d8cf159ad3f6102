"""A run that grows in memory, from the events being written: the store's view of a live fit."""

import collections
import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tb_keras_inspect.records import TAG_PREFIX, Kind
from tb_keras_inspect.store.sources.scalars import RawScalars
from tb_keras_inspect.store.sources.source import NONE, Records, Stamp

MOST_SAMPLES = 600  # of a kind; beyond it every second one is let go
MOST_BYTES = 32_000_000  # of all kinds together, likewise
KEPT_FIRST = 20  # samples that stay: most of what goes wrong begins there
SPARED = (Kind.MODEL, Kind.EPOCH)  # small, and needed whole
MOST_SPARED = 10_000  # of such a kind; beyond it every second one is let go, but for the first
WANTED = (
    Kind.MODEL,
    Kind.GRADIENT,
    Kind.WEIGHT,
    Kind.UPDATE,
    Kind.ACTIVATION,
    Kind.STEP,
    Kind.EPOCH,
    Kind.INPUT,
    Kind.TARGET,
    Kind.UNITS,
)


class _Kept(NamedTuple):
    number: int  # of the kind, from 0
    step: int
    wall_time: float
    message: bytes


class LiveSource:
    """Keeps the tables of a running fit, as a `store.sources.source.Source`.

    What it holds is bounded: a long fit is thinned, evenly over the steps behind the first ones.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._kept: dict[Kind, list[_Kept]] = {}
        self._counts: collections.Counter[Kind] = collections.Counter()
        self._stride = 1
        self._bytes = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the messages held."""
        return self._bytes

    def add(self, events: Iterable) -> dict[Kind, bytes]:
        """Takes over what rules look at.

        Args:
            events: `Event` messages as they are written.

        Returns:
            The messages taken, by kind; of several of a kind the last.
        """
        taken: dict[Kind, bytes] = {}
        with self._lock:
            for event in events:
                for value in event.summary.value:
                    kind = _kind(value.tag)
                    if kind is not None and len(value.tensor.string_val) == 1:
                        taken[kind] = value.tensor.string_val[0]
                        self._append(kind, event.step, event.wall_time, taken[kind])
        return taken

    def _append(self, kind: Kind, step: int, wall_time: float, message: bytes) -> None:
        kept = self._kept.setdefault(kind, [])
        if kept and kind not in SPARED and not self._stays(kept[-1]):
            self._bytes -= len(kept.pop().message)  # it was there for being the newest
        kept.append(_Kept(self._counts[kind], step, wall_time, message))
        self._counts[kind] += 1
        self._bytes += len(message)
        if kind in SPARED:
            self._bound(kept)
        while self._bytes > MOST_BYTES or (kind not in SPARED and len(kept) > MOST_SAMPLES):
            if not self._thin():
                break

    def _bound(self, kept: list[_Kept]) -> None:
        if len(kept) > MOST_SPARED:
            gone = slice(KEPT_FIRST, -1, 2)
            self._bytes -= sum(len(item.message) for item in kept[gone])
            del kept[gone]

    def _stays(self, item: "_Kept") -> bool:
        return item.number < KEPT_FIRST or item.number % self._stride == 0

    def _thin(self) -> bool:
        """Keeps every second one of what is left; False where nothing can be let go."""
        before = self._bytes
        self._stride *= 2
        for kind, kept in self._kept.items():
            if kind not in SPARED:
                self._kept[kind][:] = [item for item in kept[:-1] if self._stays(item)] + kept[-1:]
        lists = self._kept.values()
        self._bytes = sum(len(item.message) for kept in lists for item in kept)
        return self._bytes < before

    def stamps(self) -> dict[Kind, Stamp]:
        """What there is now."""
        with self._lock:
            return {
                kind: (self._counts[kind], kept[-1].wall_time, len(kept))
                for kind, kept in self._kept.items()
            }

    def records(self, kind: Kind) -> Records:
        """All records of a kind, as of now."""
        with self._lock:
            kept = list(self._kept.get(kind, ()))
        if not kept:
            return NONE
        return Records(
            [item.step for item in kept],
            [item.wall_time for item in kept],
            lambda index, blob: kept[index].message,
        )

    def scalars(self) -> list[RawScalars]:
        """None: those are for the tab."""
        return []

    def problems(self) -> Sequence[str]:
        """None: what is here was never on disk."""
        return ()


def _kind(tag: str) -> Kind | None:
    try:
        kind = Kind(tag.removeprefix(TAG_PREFIX))
    except ValueError:
        return None
    return kind if kind in WANTED else None
