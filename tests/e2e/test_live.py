"""From an empty directory to a training that grows, without a reload of the page."""

import os
import pathlib
import signal
import subprocess
import sys

import harness
import pytest
from playwright.sync_api import expect

REFRESH_MS = 60_000


@pytest.fixture
def live_server(tmp_path, load_fast):
    with harness.TensorBoard(tmp_path, load_fast, "--reload_interval=1") as tensorboard:
        yield tensorboard


def test_empty_logdir_shows_the_snippet_and_where_was_searched(open_tab, live_server):
    tab = open_tab(live_server)
    empty = tab.part("empty-state")
    expect(empty).to_contain_text("InspectCallback")
    expect(empty).to_contain_text("model.fit")
    expect(empty).to_contain_text(str(live_server.log_dir))


@pytest.mark.slow
def test_tab_fills_and_grows_while_a_training_writes(open_tab, live_server, tmp_path):
    tab = open_tab(live_server)
    expect(tab.part("empty-state")).to_be_visible()
    program = pathlib.Path(__file__).with_name("training.py")
    environment = os.environ | {"KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, program, tmp_path / "live", "0.1"]
    training = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        expect(tab.part("step-label")).to_be_visible(timeout=2 * REFRESH_MS)
        first = int(tab.part("step-label").get_attribute("data-value"))

        def grown():
            assert training.poll() is None, "the training ended before the tab was refreshed"
            return int(tab.part("step-label").get_attribute("data-value")) > first

        harness.wait_until(grown, "a later step on screen", REFRESH_MS / 1000)
    finally:
        training.send_signal(signal.SIGTERM)
        training.wait()
