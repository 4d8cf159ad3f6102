"""What every test gets: one backend for the whole process, and a quiet TensorFlow."""

import gc
import os
import time

import hypothesis
import pytest

COLLECTED = pytest.StashKey[float]()  # when
NOT_RUN = "over_budget"

# Before anything imports Keras, which reads it once. `scripts.run_tests` runs one process per backend.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# An example may take as long as it takes: the machine is shared.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Starts with what takes long, so that no process ends much later than the other."""

    def rank(item):
        grouped, slow = (item.get_closest_marker(name) for name in ("xdist_group", "slow"))
        return not (grouped and slow), not slow

    if not any(item.get_closest_marker("e2e") for item in items):  # those are sorted by server
        items.sort(key=rank)


def pytest_addoption(parser):
    parser.addoption("--budget", type=float, help="seconds after which no further test begins")


def pytest_collection_finish(session):
    """The budget is for running tests: to import the modules of many can take as long."""
    session.config.stash[COLLECTED] = time.monotonic()


@pytest.fixture(autouse=True, scope="module")
def _survivors():
    """Keras's `clear_session`, which most tests call, collects garbage: half a second for what stays.

    A process that has imported TensorFlow and all tests holds a million objects. What is alive when
    a module of tests begins is not looked at again.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skips, with a line in the summary, what no longer fits into the budget."""
    budget = item.config.getoption("--budget")
    if budget is not None and time.monotonic() - item.config.stash[COLLECTED] > budget:
        item.user_properties.append((NOT_RUN, True))  # counted by `scripts.affected`
        pytest.skip(f"over the budget of {budget:g} seconds: run `make check`")
