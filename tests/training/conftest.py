"""Where tracing takes seconds, one of the backends that compile is enough for most tests."""

import os
import zlib

import pytest

COMPILERS = ("tensorflow", "jax")


def pytest_collection_modifyitems(items):
    """Of the tests marked `one_compiler`, TensorFlow and JAX each take half, by their names."""
    backend = os.environ["KERAS_BACKEND"]
    if backend not in COMPILERS:
        return
    for item in items:
        turn = COMPILERS[zlib.crc32(item.name.encode()) % len(COMPILERS)]
        if item.get_closest_marker("one_compiler") and turn != backend:
            item.add_marker(pytest.mark.thorough)
