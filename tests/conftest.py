"""What every test gets: one backend for the whole process, and a quiet TensorFlow."""

import os

import pytest

# Before anything imports Keras, which reads it once. `scripts.run_tests` runs one process per backend.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Starts with what takes long, so that no process ends much later than the other."""

    def rank(item):
        grouped, slow = (item.get_closest_marker(name) for name in ("xdist_group", "slow"))
        return not (grouped and slow), not slow

    if not any(item.get_closest_marker("e2e") for item in items):  # those are sorted by server
        items.sort(key=rank)
