"""A cache of decoded data and finished responses, bounded in memory."""

import collections
import threading
from collections.abc import Callable, Hashable
from typing import Any, Protocol


class Sized(Protocol):
    """An object that reports its size."""

    @property
    def nbytes(self) -> int:
        """Size in bytes."""


class MemoryCache:
    """A least-recently-used cache with a size limit. Thread-safe.

    The most recently used entry always stays, even if it alone exceeds the limit: it is in use.

    Args:
        limit_bytes: Largest total size in bytes. Defaults to None: no limit.
    """

    def __init__(self, limit_bytes: int | None = None):
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._entries: collections.OrderedDict[Hashable, Sized] = collections.OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self._total = 0

    @property
    def nbytes(self) -> int:
        """Total size in bytes, as measured when each entry was last put."""
        return self._total

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable, make: Callable[[], Sized] | None = None) -> Any:
        """Returns an entry and marks it as the most recently used.

        Args:
            key: The key of the entry.
            make: Creates the entry if it is missing. It must be fast: the cache stays locked.

        Returns:
            The entry, or None if it is missing and `make` is None.
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
        """Stores an entry (or measures it again after it has grown), then evicts old entries."""
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
