"""A tiny real training, and TensorBoard and a browser on it, with each of its loaders."""

import contextlib
import pathlib

import pytest
from playwright.sync_api import expect

from tests.e2e import harness
from tests.e2e.asking import address

expect.set_options(timeout=20_000)  # milliseconds; a busy machine draws slowly
OVERVIEW = address(view="overview")
# What the data comes through; the other modules test the page, which does not know its loader.
WITH_BOTH_LOADERS = (
    "test_http",
    "test_live",
    "test_opens_on_the_run_with_all_layers_and_its_last_step",
    "test_scalars_tab_works_beside_ours",
)
LOADERS = {"load_fast": True, "python_loader": False}


def pytest_collection_modifyitems(items):
    here = pathlib.Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        item.add_marker(pytest.mark.e2e)
        if "load_fast" not in item.fixturenames:
            continue
        fast = item.callspec.params["load_fast"]
        names = {item.path.stem, item.originalname}
        if not fast and names.isdisjoint(WITH_BOTH_LOADERS):
            item.add_marker(pytest.mark.thorough)
        if "server" in item.fixturenames:  # which each process starts once
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem} {fast}"))


@pytest.fixture(scope="session")
def tiny_logdir(tmp_path_factory) -> pathlib.Path:
    """A logdir with two runs: a written one, `HOSTILE_RUN`, and the newer and trained one `tiny`.

    `tiny` has 6 epochs of 8 steps, every 2nd one sampled.
    """
    from tests.e2e import training
    from tests.store import run_writer

    log_dir = tmp_path_factory.mktemp("logs")
    written = run_writer.write_run(log_dir / training.HOSTILE_RUN, layers=training.HOSTILE_LAYERS)
    written.inside(10)
    written.inside(40)
    written.close()
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
def browser_type_launch_args(browser_type_launch_args):
    """pytest-playwright's arguments, so that `--headed` and `--slowmo` work, and ours."""
    return browser_type_launch_args | harness.launch_arguments()


@pytest.fixture(scope="session")
def browser(launch_browser):
    """One Chromium for all tests of a process."""
    chromium = harness.Browser(launch_browser)
    yield chromium
    chromium.close()


@pytest.fixture
def start():
    """Starts a TensorBoard that outlives the test's pages, which would find it gone otherwise."""
    with contextlib.ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(harness.TensorBoard(*arguments))


@pytest.fixture
def tabs(start):
    """The tabs that a test opens; any error on one of their pages fails the test at its end."""
    opened: list[harness.Tab] = []
    yield opened
    for tab in opened:
        tab.close()
    assert [error for tab in opened for error in tab.errors] == []


@pytest.fixture
def open_tab(browser, tabs):
    """Opens TensorBoard with our tab in front, in a page of its own."""

    def open_(server: harness.TensorBoard, fragment: str = OVERVIEW, query: str = ""):
        tabs.append(harness.Tab(browser.page(), server))
        return tabs[-1].open(fragment, query)

    return open_


@pytest.fixture
def open_alone(browser, tabs):
    """Opens our tab by itself, where a test needs nothing of the page around it."""

    def open_(server: harness.TensorBoard, fragment: str = OVERVIEW):
        tabs.append(harness.Tab(browser.page(), server, alone=True))
        return tabs[-1].open(fragment)

    return open_
