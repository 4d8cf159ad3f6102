"""Disks that fail: real ones, made for a test and taken away after it."""

import contextlib
import fcntl
import os
import resource
import subprocess
import threading
import time

import pytest


@contextlib.contextmanager
def full(path, size):
    """A file system of its own with so many bytes, mounted at a directory."""
    path.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"needs `mount`: {error}")
    if done.returncode:
        pytest.skip(f"needs the right to mount: {done.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@contextlib.contextmanager
def quota(size):
    """No file of this process can grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def removable_lock():
    """A function that makes files and directories read-only, for root too; undone at the end."""
    locked = []

    def lock(*paths):
        for path in paths:
            done = subprocess.run(["chattr", "+i", str(path)], capture_output=True, check=False)
            if done.returncode:
                pytest.skip(f"needs `chattr +i`: {done.stderr.decode().strip()}")
            locked.append(str(path))

    try:
        yield lock
    finally:
        if locked:
            subprocess.run(["chattr", "-i", *locked], check=True)


class Slow:
    """A device that takes so many bytes a second: a pipe stands between a file and its writer.

    Args:
        descriptor: Of the file, opened for writing.
        bytes_a_second: Its speed.
    """

    BLOCK = 4096

    def __init__(self, descriptor, bytes_a_second):
        self._pause = self.BLOCK / bytes_a_second
        self._file = os.dup(descriptor)
        self._read, write = os.pipe()
        fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, self.BLOCK)  # else it holds 64 KB
        os.dup2(write, descriptor)
        os.close(write)
        self._thread = threading.Thread(target=self._pump)
        self._thread.start()

    def _pump(self):
        while data := os.read(self._read, self.BLOCK):
            os.write(self._file, data)
            time.sleep(self._pause)

    def join(self):
        """Waits until all is in the file; the writer must have closed it."""
        self._thread.join()
        os.close(self._read)
        os.close(self._file)
