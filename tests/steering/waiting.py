"""Waiting for another thread."""

import time


def until(condition):
    """Returns the result of a condition as soon as it is true."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise TimeoutError
