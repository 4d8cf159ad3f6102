"""Decodes samples in the order in which they were taken, each once, on the thread that asks first."""

import collections
import threading
from collections.abc import Callable

from tb_keras_inspect.training.samples.sample import Sample


class PendingSample:
    """A sampled step whose numbers may still be on the device. Made by `DecodeQueue.add`."""

    def __init__(self, queue: "DecodeQueue", decode: Callable[[], Sample | None]):
        self._queue, self._decode = queue, decode
        self._sample: Sample | None = None
        self._error: BaseException | None = None
        self.is_done = False

    def get(self) -> Sample | None:
        """The decoded sample; None if the step returned nothing.

        Waits for the device and for the samples before this one, never for the disk.

        Raises:
            Exception: what decoding it raised.
        """
        self._queue.decode_until(self)
        if self._error is not None:
            raise self._error
        return self._sample

    def decode(self) -> None:
        """Decodes it. For the queue."""
        try:
            self._sample = self._decode()
        except BaseException as error:  # raised where the sample is asked for
            self._error = error
        self.is_done = True


class DecodeQueue:
    """The samples of one fit that are not decoded yet.

    Decoding has state, because a unit is dead only if it was silent in earlier samples too. So the
    order matters, although both the recorder and a check on the training thread ask for samples.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: collections.deque[PendingSample] = collections.deque()

    def add(self, decode: Callable[[], Sample | None]) -> PendingSample:
        """Appends a sample.

        Args:
            decode: Copies its numbers from the device and decodes them.
        """
        pending = PendingSample(self, decode)
        with self._lock:
            self._waiting.append(pending)
        return pending

    def remove(self, pending: PendingSample) -> None:
        """Takes back a sample that nobody records."""
        with self._lock:
            if not pending.is_done:
                self._waiting.remove(pending)
                pending.is_done = True

    def decode_until(self, pending: PendingSample) -> None:
        """Decodes all samples up to this one."""
        with self._lock:
            while not pending.is_done:
                self._waiting.popleft().decode()
