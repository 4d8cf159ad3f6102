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
        self._error: Exception | None = None
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
        except Exception as error:  # raised where the sample is asked for
            self._error = error
        self.is_done = True


class DecodeQueue:
    """The samples of one fit that are not decoded yet.

    Decoding has state, because a unit is dead only if it was silent in earlier samples too. So the
    order matters, although both the recorder and a check on the training thread ask for samples.
    """

    def __init__(self) -> None:
        self._decoding = threading.Lock()  # held while a sample is decoded
        self._lock = threading.Lock()  # of the list alone: the training thread never waits for it
        self._waiting: collections.deque[PendingSample] = collections.deque()

    def add(self, decode: Callable[[], Sample | None]) -> PendingSample:
        """Appends a sample. Does not wait for one that is being decoded.

        Args:
            decode: Copies its numbers from the device and decodes them.
        """
        pending = PendingSample(self, decode)
        with self._lock:
            self._waiting.append(pending)
        return pending

    def remove(self, pending: PendingSample) -> None:
        """Removes a sample that nobody asks for. Does not wait for one that is being decoded."""
        with self._lock:
            if pending in self._waiting:
                self._waiting.remove(pending)
                pending.is_done = True

    def decode_until(self, pending: PendingSample) -> None:
        """Decodes all samples up to this one."""
        with self._decoding:
            while not pending.is_done:
                with self._lock:
                    first = self._waiting[0] if self._waiting else None
                if first is None:
                    return
                first.decode()  # it stays first if a Ctrl-C ends this
                with self._lock:
                    if self._waiting and self._waiting[0] is first:
                        self._waiting.popleft()
