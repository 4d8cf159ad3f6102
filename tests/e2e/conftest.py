"""A tiny real training, and TensorBoard and a browser on it. Both loaders, every test."""

import pathlib
import sys

import harness
import pytest

sys.path.append(str(pathlib.Path(__file__).parent.parent / "store"))  # run_writer

LOADERS = {"load_fast": True, "python_loader": False}


def pytest_collection_modifyitems(items):
    here = pathlib.Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def tiny_logdir(tmp_path_factory) -> pathlib.Path:
    """A logdir with two runs: a written one, `HOSTILE_RUN`, and the newer and trained one `tiny`.

    `tiny` has 6 epochs of 8 steps, every 2nd one sampled.
    """
    import run_writer
    import training

    log_dir = tmp_path_factory.mktemp("logs")
    run_writer.write_run(log_dir / training.HOSTILE_RUN, layers=training.HOSTILE_LAYERS).close()
    training.train(log_dir / "tiny", epochs=6)
    return log_dir


@pytest.fixture(scope="session", params=LOADERS.values(), ids=LOADERS.keys())
def load_fast(request) -> bool:
    """Which of TensorBoard's loaders reads the data."""
    return request.param


@pytest.fixture(scope="session")
def server(tiny_logdir, load_fast):
    """TensorBoard on `tiny_logdir`."""
    with harness.TensorBoard(tiny_logdir, load_fast) as tensorboard:
        tensorboard.wait_for_run("tiny")
        yield tensorboard


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    with harness.chromium() as chromium:
        yield chromium


@pytest.fixture
def open_tab(browser):
    """Opens our tab in a page of its own; any error on the page fails the test at its end."""
    tabs = []

    def open_(server: harness.TensorBoard, fragment: str = "keras_inspect", query: str = ""):
        tab = harness.Tab(browser.page(), server)
        tabs.append(tab)
        return tab.open(fragment, query)

    yield open_
    for tab in tabs:
        tab.close()
    assert [error for tab in tabs for error in tab.errors] == []
