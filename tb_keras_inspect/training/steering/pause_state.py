"""Whether training is paused, and where it pauses next."""

import math
import time


class PauseState:
    """Whether training is paused, and until when it runs. Used on the training thread only.

    Attributes:
        reason: Why training is paused. Empty while it runs.
        paused_at: When it was paused, in seconds on a monotonic clock.
        can_retry: Whether the step before which it is paused was undone and can be repeated.
        retry: Whether that step is to be repeated.
    """

    def __init__(self) -> None:
        self.reason, self.paused_at = "", 0.0
        self.can_retry = self.retry = False
        self._until_step: int | None = None
        self._until_epoch: int | None = None

    @property
    def is_paused(self) -> bool:
        """Whether training is paused."""
        return bool(self.reason)

    @property
    def next_stop(self) -> float:
        """The step before which it pauses; infinity if there is none."""
        return math.inf if self._until_step is None else self._until_step

    def reason_to_pause(self, step: int, epoch: int) -> str:
        """Return why training has to pause before a step. Empty if it does not."""
        if self._until_step is not None and step >= self._until_step:
            return "the requested steps are done"
        if self._until_epoch is not None and epoch >= self._until_epoch:
            return "the epoch has ended"
        return ""

    def pause(self, reason: str, can_retry: bool = False) -> None:
        """Pause. If training is paused already, its reason stays."""
        if not self.is_paused:
            self.reason, self.paused_at, self.can_retry = reason, time.monotonic(), can_retry
        self._until_step = self._until_epoch = None

    def resume(self, retry: bool = False) -> None:
        """Resume, with `retry` by repeating the step that was undone."""
        self.reason, self.retry = "", retry and self.can_retry
        self.can_retry = False
        self._until_step = self._until_epoch = None

    def run_until(self, step: int | None = None, epoch: int | None = None) -> None:
        """Resume, and pause before a step or before the first step of an epoch."""
        self.resume()
        self._until_step, self._until_epoch = step, epoch
