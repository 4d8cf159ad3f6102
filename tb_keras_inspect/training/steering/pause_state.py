"""When a training pauses, and how it goes on."""

import time


class Pace:
    """Whether the training runs, and until when. Used on the training's thread alone.

    Attributes:
        why: What it is paused for; empty while it runs.
        since: When it was paused, on a monotonic clock.
        may_retry: Whether the step before which it is paused was taken back.
        retry: Whether that step is to be done again.
    """

    def __init__(self):
        self.why, self.since = "", 0.0
        self.may_retry = self.retry = False
        self._until_step: int | None = None
        self._until_epoch: int | None = None

    @property
    def is_paused(self) -> bool:
        """Whether it is."""
        return bool(self.why)

    def is_due(self, step: int, epoch: int) -> str:
        """Why to pause before a step; empty not to."""
        if self._until_step is not None and step >= self._until_step:
            return "the steps asked for are done"
        if self._until_epoch is not None and epoch >= self._until_epoch:
            return "the epoch has ended"
        return ""

    def pause(self, why: str, may_retry: bool = False) -> None:
        """Pauses; a pause that already is stays what it is."""
        if not self.is_paused:
            self.why, self.since, self.may_retry = why, time.monotonic(), may_retry
        self._until_step = self._until_epoch = None

    def resume(self, retry: bool = False) -> None:
        """Goes on."""
        self.why, self.retry = "", retry and self.may_retry
        self.may_retry = False
        self._until_step = self._until_epoch = None

    def run_until(self, step: int | None = None, epoch: int | None = None) -> None:
        """Goes on until before a step, or until before the first step of an epoch."""
        self.resume()
        self._until_step, self._until_epoch = step, epoch
