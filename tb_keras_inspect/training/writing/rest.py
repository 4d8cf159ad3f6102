"""How long a recorder stays open after a fit, for one that follows at once."""

import threading
import time
from collections.abc import Callable
from typing import Any

REST_SECONDS = 0.5


class Rest:
    """Says when a rest has lasted `REST_SECONDS`. Every method may be called from any thread.

    Attributes:
        is_over: Whether no further rest can begin or be ended: the recorder closes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: float | None = None
        self._last: Callable[[], Any] | None = None
        self.is_over = False

    @property
    def is_on(self) -> bool:
        """Whether the recorder rests."""
        return self._since is not None and not self.is_over

    def begin(self, last: Callable[[], Any] | None) -> None:
        """Begins.

        Args:
            last: What the recorder is to do when it closes, unless the rest is ended before.
        """
        with self._lock:
            self._since, self._last = time.monotonic(), last

    def end(self, may_end: Callable[[], bool]) -> bool:
        """Ends it, if it is not over and the function agrees; returns whether it did."""
        with self._lock:
            if not self.is_on or not may_end():
                return False
            self._since = self._last = None
        return True

    def close(self) -> None:
        """The recorder closes."""
        with self._lock:
            self.is_over = True

    def close_in_time(self, seconds: float | None = None) -> bool:
        """The same, if the rest has lasted that long; returns whether the recorder closes."""
        longest = REST_SECONDS if seconds is None else seconds
        with self._lock:
            if self._since is not None and time.monotonic() - self._since >= longest:
                self.is_over = True
            return self.is_over

    def take_last(self) -> Callable[[], Any] | None:
        """What is to be done before the recorder closes."""
        with self._lock:
            last, self._last = self._last, None
        return last
