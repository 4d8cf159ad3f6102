"""Decoded data under a memory limit."""

import collections
import threading
from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar


class Sized(Protocol):
    """Something that knows how much memory it holds."""

    nbytes: int


Entry = TypeVar("Entry", bound=Sized)


class MemoryCache:
    """Entries by key; the least recently used go first. Thread-safe.

    An entry alone larger than the limit stays until another one is used: it is in use.

    Args:
        limit_bytes: Most bytes held; None for no limit.
    """

    def __init__(self, limit_bytes: int | None = None):
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._entries: collections.OrderedDict[Hashable, Sized] = collections.OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Entry]) -> Entry:
        """The entry, made if it is not there, and now the most recently used."""
        with self._lock:
            if key not in self._entries:
                self._entries[key] = make()
            self._entries.move_to_end(key)
            return self._entries[key]

    def trim(self) -> None:
        """Drops entries until the limit holds. Call after an entry has grown."""
        if self.limit_bytes is None:
            return
        with self._lock:
            total = sum(entry.nbytes for entry in self._entries.values())
            while total > self.limit_bytes and len(self._entries) > 1:
                _, entry = self._entries.popitem(last=False)
                total -= entry.nbytes

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        with self._lock:
            return sum(entry.nbytes for entry in self._entries.values())
