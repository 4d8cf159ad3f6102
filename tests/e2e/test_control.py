"""Real trainings, steered from the tab in a real browser; the loader has no part in it."""

import contextlib
import http.server
import subprocess
import threading

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_keras_inspect import connect, load_run
from tb_keras_inspect.steering.channel import FOLDER
from tests import programs
from tests.e2e.asking import address
from tests.e2e.harness import wait_until


@pytest.fixture
def train(tmp_path):
    """Starts a training in a process of its own: `train(kind)` gives its directory."""
    started = []

    def start(kind):
        directory = tmp_path / "logs" / "a"
        arguments = (kind, directory, tmp_path / "weights.npz")
        module = "tests.e2e.steered_training"
        started.append(programs.start(module, *arguments, stdout=subprocess.DEVNULL))
        wait_until((directory / FOLDER / "state.json").exists, "the training")
        connect(directory).pause()  # until the browser is there
        return directory, started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def steer(tab, directory):
    """Opens the panel and gives it the token."""
    tab.part("steer").click()
    tab.part("token").fill((directory / FOLDER / "token").read_text().strip())
    tab.part("use-token").click()
    expect(tab.part("control-status")).to_be_visible()


@contextlib.contextmanager
def other_site():
    """The address of an empty page that no TensorBoard serves."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html>")

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def losses(directory):
    return load_run(directory).table("step").select("loss")[:, 0]


def test_a_diverging_run_is_paused_inspected_slowed_down_and_recovers(train, start, open_alone):
    directory, process = train("diverging")
    server = start(directory.parent, True, "--reload_interval=1", "--keras_inspect_control")
    server.wait_for_run("a")
    tab = open_alone(server, address(run="a"))
    expect(tab.part("control-bar")).to_have_attribute("data-status", "paused")
    tab.part("resume").click()  # asks for the token first
    tab.part("token").fill("of another run")
    tab.part("use-token").click()
    expect(tab.part("control-message")).to_contain_text("not the token of this run")
    tab.errors.clear()  # the browser notes the refusal
    tab.part("token").fill((directory / FOLDER / "token").read_text().strip())
    tab.part("use-token").click()  # and is carried out then
    expect(tab.part("control-bar")).to_have_attribute("data-status", "running")
    wait_until(lambda: losses(directory)[-1] > 1000, "a loss that grows")
    tab.part("pause").click()
    expect(tab.part("control-bar")).to_have_attribute("data-status", "paused")
    tab.part("do-look_at_batch").click()
    samples = tab.part("inspected-batch").get_by_test_id("batch-sample")
    expect(samples).to_have_count(16)
    shown = [float(sample.get_attribute("data-loss")) for sample in samples.all()]
    assert shown == sorted(shown, reverse=True)
    before = losses(directory)[-1]
    tab.part("set_learning_rate-value").fill("0.01")
    tab.part("do-set_learning_rate").click()
    expect(tab.part("control-message")).to_have_text("set learning rate: 0.27 → 0.01")
    tab.part("resume").click()
    expect(tab.part("control-bar")).to_have_attribute("data-status", "running")
    wait_until(lambda: losses(directory)[-1] < before / 100, "a loss that has recovered")
    tab.part("finding").first.click()
    actions = tab.part("finding-actions")
    actions.get_by_test_id("do-scale_learning_rate").click()
    expect(tab.part("control-message")).to_have_text("scale learning rate: 0.01 → 0.001")
    actions.get_by_test_id("do-break_on_finding").click()
    expect(tab.part("breakpoint")).to_have_count(1)
    tab.part("do-stop").click()
    assert process.wait(60) == 0
    expect(tab.part("control-bar")).to_have_count(0)
    expect(tab.part("control-why")).to_have_text("The run has ended.")
    entry = next(e for e in load_run(directory).controls if e.command == "set_learning_rate")
    assert (entry.old, entry.new) == ("0.27", "0.01")
    mark = tab.part("control-marks").locator(f'[data-step="{entry.step}"]')
    expect(mark).to_have_count(1)


def test_a_nan_breakpoint_set_in_the_tab_leaves_finite_weights(train, start, open_alone, tmp_path):
    directory, process = train("nan")
    server = start(directory.parent, False, "--reload_interval=1", "--keras_inspect_control")
    server.wait_for_run("a")
    tab = open_alone(server, address(run="a"))
    steer(tab, directory)
    tab.part("add-breakpoint").click()
    expect(tab.part("breakpoint")).to_contain_text("not finite")
    tab.part("resume").click()
    expect(tab.part("control-status")).to_contain_text("a value is not finite")
    tab.part("do-look_at_batch").click()
    expect(tab.part("batch-sample").first).to_have_attribute("data-loss", "NaN")
    tab.part("do-stop").click()
    assert process.wait(60) == 0
    weights = np.load(tmp_path / "weights.npz")
    assert all(np.all(np.isfinite(weights[name])) for name in weights.files)


def test_without_the_flag_the_tab_says_why_it_cannot_steer(train, start, open_alone):
    directory, process = train("diverging")
    server = start(directory.parent, True, "--reload_interval=1")
    server.wait_for_run("a")
    tab = open_alone(server, address(run="a"))
    tab.part("steer").click()
    expect(tab.part("control-why")).to_contain_text("--keras_inspect_control")
    expect(tab.part("resume")).to_be_disabled()
    process.kill()  # a dead training is told as such
    expect(tab.part("control-bar")).to_have_attribute("data-status", "silent", timeout=40_000)


def test_a_page_of_another_site_cannot_steer(train, start, browser):
    """A real browser: no request with the header leaves it, and one without it is refused."""
    directory, process = train("diverging")
    server = start(directory.parent, True, "--keras_inspect_control")
    token = (directory / FOLDER / "token").read_text().strip()
    with other_site() as url:  # another port: another origin
        page = browser.page()
        page.goto(url)
        found = page.evaluate(
            """async ([url, token]) => {
                const body = JSON.stringify(
                    {id: '1795261590000000000-0123456789abcdef', command: 'stop', arguments: {}});
                const tries = [
                    {headers: {'X-Keras-Inspect-Control': token, 'Content-Type': 'application/json'}},
                    {mode: 'no-cors', headers: {'Content-Type': 'text/plain'}},
                    {mode: 'no-cors', credentials: 'include'},
                ];
                const results = [];
                for (const options of tries) {
                    try {
                        const response = await fetch(url, {method: 'POST', body, ...options});
                        results.push(response.type);
                    } catch { results.push('blocked'); }
                }
                return results;
            }""",
            [f"{server.url}/data/plugin/keras_inspect/control/command?run=a", token],
        )
        page.close()
    assert found[0] == "blocked"
    assert set(found[1:]) <= {"opaque", "blocked"}
    assert process.poll() is None
    assert [e for e in load_run(directory).controls if e.command == "stop"] == []
