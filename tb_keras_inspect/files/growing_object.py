"""A file that grows on an object store, which can only replace an object as a whole."""

import logging
import time

from tb_keras_inspect.files.remote_interface import RemoteFiles

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 10.0  # from one upload to the next, so long a kill can undo
FULL_BYTES = 4 << 20  # of an object, which is uploaded whole each time; then another one begins
UPLOAD_SHARE = 0.2  # of the time at most goes into uploads, however slow they are
PATIENCE_SECONDS = 120.0  # without a successful upload; then recording stops


class GrowingObject:
    """An object that is uploaded anew with all its bytes; these stay in memory.

    A failed upload is tried again at the next flush. The first write is uploaded at once, so that a
    missing bucket or credential is an error from the beginning.

    Args:
        files: The object store.
        path: The object's URL.
        continues: Whether writing to this store has just succeeded.
    """

    def __init__(self, files: RemoteFiles, path: str, continues: bool = False):
        self._files, self._path = files, path
        self._data = bytearray()
        self._uploaded = 0  # bytes
        self._due = time.monotonic()
        self._good_until = self._due + PATIENCE_SECONDS if continues else self._due
        self._failed = False  # the last upload

    @property
    def is_full(self) -> bool:
        return len(self._data) >= FULL_BYTES and self._uploaded == len(self._data)

    @property
    def due_seconds(self) -> float | None:
        if self._uploaded == len(self._data):
            return None
        return max(self._due - time.monotonic(), 0.0)

    def write(self, data: bytes) -> None:
        self._data += data
        is_much = len(self._data) - self._uploaded >= FULL_BYTES and not self._failed
        if self.due_seconds == 0 or is_much:
            self.flush()

    def flush(self) -> None:
        """Upload what is new.

        Raises:
            OSError: If nothing could be uploaded yet, or not for `PATIENCE_SECONDS`.
        """
        try:
            self._upload()
        except OSError:
            if time.monotonic() > self._good_until:
                raise
            logger.debug("an upload failed; it is tried again", exc_info=True)

    def close(self) -> None:
        """Upload what is new.

        Raises:
            OSError: If that fails.
        """
        self._upload()

    def _upload(self) -> None:
        began, size = time.monotonic(), len(self._data)
        if size == self._uploaded:
            return
        self._failed = True
        try:
            self._files.write(self._path, bytes(self._data))
            self._uploaded, self._failed = size, False
            self._good_until = time.monotonic() + PATIENCE_SECONDS
        finally:
            took = time.monotonic() - began
            self._due = time.monotonic() + max(FLUSH_SECONDS, took / UPLOAD_SHARE)
