"""Whether a training still lives, by its heartbeat."""

import time
from collections.abc import Mapping
from typing import Any

SILENT_SECONDS = 10.0  # a beat comes every two seconds
FRESH_SECONDS = 5.0  # by the clocks of both machines, where these agree


class Liveness:
    """Sees states of one training as they are read.

    Clocks of two machines may differ: a state that looks old counts as silent only when it has stayed
    as it is for some seconds of this machine's own clock, or is very old by both.
    """

    def __init__(self) -> None:
        self._beat: Any = None
        self._since = 0.0

    def saw(self, state: Mapping[str, Any]) -> bool | None:
        """Whether the training lives; None where that is not known yet: look again."""
        now, beat = time.monotonic(), (state.get("beat"), state.get("time"))
        first = self._beat is None
        if beat != self._beat:
            self._beat, self._since = beat, now
            return True if not first else self._by_clock(state)
        quiet = now - self._since
        by_clock = self._by_clock(state)
        if quiet >= SILENT_SECONDS or (by_clock is None and quiet >= FRESH_SECONDS):
            return False
        return by_clock

    @staticmethod
    def _by_clock(state: Mapping[str, Any]) -> bool | None:
        written = state.get("time")
        if not isinstance(written, (int, float)):
            return None
        return True if abs(time.time() - written) < SILENT_SECONDS else None
