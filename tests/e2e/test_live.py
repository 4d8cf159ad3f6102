"""From an empty directory to a training that grows, without a reload of the page."""

import contextlib
import signal
import subprocess

import pytest
from playwright.sync_api import expect

from tests import programs
from tests.e2e import harness
from tests.e2e.asking import shown_step

REFRESH_MS = 60_000


def test_empty_logdir_shows_the_snippet_and_where_was_searched(
    start, open_tab, tmp_path, load_fast
):
    empty = open_tab(start(tmp_path, load_fast)).part("empty-state")
    expect(empty).to_contain_text(f'InspectCallback("{tmp_path}/run_1")')
    expect(empty).to_contain_text("model.fit")
    expect(empty.locator("code")).to_have_text(str(tmp_path))


@contextlib.contextmanager
def training(directory):
    """A training that goes on for minutes, in a process of its own; gives the process."""
    nowhere = subprocess.DEVNULL
    process = programs.start("tests.e2e.training", directory, 0.1, stdout=nowhere, stderr=nowhere)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


@pytest.mark.slow
def test_tab_fills_and_grows_while_a_training_writes_under_both_loaders(start, open_tab, tmp_path):
    servers = [start(tmp_path, load_fast, "--reload_interval=1") for load_fast in (True, False)]
    tabs = [open_tab(server) for server in servers]
    for tab in tabs:
        expect(tab.part("empty-state")).to_be_visible()
    with training(tmp_path / "live") as process:
        for tab in tabs:
            expect(tab.part("step-label")).to_be_visible(timeout=2 * REFRESH_MS)
        for tab in tabs:
            first = shown_step(tab)
            harness.wait_until(
                lambda tab=tab, first=first: shown_step(tab) > first,
                "a later step on screen",
                REFRESH_MS / 1000,
            )
        assert process.poll() is None, "the training ended before the tabs were refreshed"
