"""Waiting for another thread."""

import time


def until(condition):
    """What the condition gives, once that is true."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise TimeoutError
