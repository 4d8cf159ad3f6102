"""Tells by its heartbeat whether a training process is still alive."""

import time
from collections.abc import Mapping
from typing import Any

SILENT_SECONDS = 10.0  # the heartbeat comes every two seconds
FRESH_SECONDS = 5.0  # enough where the clocks of both machines disagree


class Liveness:
    """Follows the states of one training process, in the order in which they are read.

    The clocks of two machines may differ. A state that looks old therefore counts as silent only after
    it has not changed for some seconds of this machine's own clock.
    """

    def __init__(self) -> None:
        self._beat: Any = None
        self._since = 0.0

    def update(self, state: Mapping[str, Any], now: float | None = None) -> bool | None:
        """Return whether the process is alive, or None while that is not known: read again later.

        Args:
            state: The state just read.
            now: Seconds on a monotonic clock. Defaults to None: the present.
        """
        now = time.monotonic() if now is None else now
        beat = (state.get("beat"), state.get("time"))
        first = self._beat is None
        if beat != self._beat:
            self._beat, self._since = beat, now
            return True if not first else self._by_wall_clock(state)
        quiet = now - self._since
        by_clock = self._by_wall_clock(state)
        if quiet >= SILENT_SECONDS or (by_clock is None and quiet >= FRESH_SECONDS):
            return False
        return by_clock

    @staticmethod
    def _by_wall_clock(state: Mapping[str, Any]) -> bool | None:
        written = state.get("time")
        if not isinstance(written, (int, float)):
            return None
        return True if abs(time.time() - written) < SILENT_SECONDS else None
