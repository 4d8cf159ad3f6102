"""Decoded data and finished answers under one memory limit."""

import collections
import threading
from collections.abc import Callable, Hashable
from typing import Any, Protocol


class Sized(Protocol):
    """Something that knows how much memory it holds."""

    @property
    def nbytes(self) -> int:
        """Bytes."""


class MemoryCache:
    """Entries by key; the least recently used go first. Thread-safe.

    The entry used last always stays, even where it alone is larger than the limit: it is in use.

    Args:
        limit_bytes: Most bytes held; None for no limit.
    """

    def __init__(self, limit_bytes: int | None = None):
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._entries: collections.OrderedDict[Hashable, Sized] = collections.OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self._total = 0

    @property
    def nbytes(self) -> int:
        """Bytes held, as measured when each entry was last put."""
        return self._total

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable, make: Callable[[], Sized] | None = None) -> Any:
        """The entry, now the most recently used.

        Args:
            key: Any.
            make: Makes a missing entry; it must be quick, the cache is locked meanwhile.

        Returns:
            The entry, or None where it is missing and nothing makes it.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is None and make is not None:
                entry = make()
                self._put(key, entry)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def put(self, key: Hashable, entry: Sized) -> None:
        """Stores an entry, or measures one again that has grown, and drops what is too much."""
        with self._lock:
            self._put(key, entry)
            self._entries.move_to_end(key)
            while self.limit_bytes is not None and self._total > self.limit_bytes:
                if len(self._entries) == 1:
                    break
                oldest, _ = self._entries.popitem(last=False)
                self._total -= self._sizes.pop(oldest)

    def _put(self, key: Hashable, entry: Sized) -> None:
        self._entries[key] = entry
        self._total += entry.nbytes - self._sizes.get(key, 0)
        self._sizes[key] = entry.nbytes
