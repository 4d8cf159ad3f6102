"""Looks for damage in the event files of runs that TensorBoard serves.

TensorBoard's loaders stop at a damaged record, or skip it, without telling a plugin.
"""

import contextlib
import os
import threading
import time

from tb_keras_inspect.files.file_layer import LocalFiles
from tb_keras_inspect.store.errors import StoreError
from tb_keras_inspect.store.sources.run_files import RunFiles

WAIT_SECONDS = 1.0  # that requests wait in all; a log of 1 GB takes about 2 s to read
REFILL = 0.1  # seconds of waiting regained each second


class FileDamage:
    """Reads each byte of the event files once, in the background. Thread-safe.

    Args:
        logdir: What TensorBoard reads. Only a local directory is read here.
    """

    def __init__(self, logdir: str):
        self._logdir = logdir
        self._lock = threading.Lock()
        self._files: dict[str, RunFiles] = {}
        self._wanted: dict[str, RunFiles] = {}
        self._reader: threading.Thread | None = None
        self._patience, self._asked_at = WAIT_SECONDS, time.monotonic()

    def problems(self, run: str) -> list[str]:
        """What is damaged in the files of a run, as far as they could be read in the time given."""
        if not os.path.isdir(self._logdir):
            return []
        with self._lock:
            if run not in self._files:
                self._files[run] = RunFiles(LocalFiles(), os.path.join(self._logdir, run))
            files = self._wanted[run] = self._files[run]
            if self._reader is None:
                self._reader = threading.Thread(
                    target=self._read, name="tb-keras-inspect-damage", daemon=True
                )
                self._reader.start()
            reader = self._reader
        self._wait(reader)
        return files.problems()

    def _wait(self, reader: threading.Thread) -> None:
        began = time.monotonic()
        regained = (began - self._asked_at) * REFILL
        self._patience = min(self._patience + regained, WAIT_SECONDS)
        reader.join(self._patience)
        self._asked_at = time.monotonic()
        self._patience = max(self._patience - (self._asked_at - began), 0.0)

    def _read(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._reader = None
                    return
                files = self._wanted.pop(next(iter(self._wanted)))
            with contextlib.suppress(StoreError, OSError):  # removed meanwhile
                for _ in files.new_events():
                    pass
