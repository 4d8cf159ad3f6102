"""Logs written to do harm, in a real TensorBoard and a real browser: the tab stays usable."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.e2e.asking import address
from tests.store import hostile_logs

pytestmark = pytest.mark.slow
LOAD_MS = 60_000  # 100,000 layers
FIRST = {"many": "layer_0", "names": hostile_logs.NAMES[0]}  # of the layers; "conv" of all others


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    directory = tmp_path_factory.mktemp("hostile")
    hostile_logs.write_all(directory)
    return directory


@pytest.fixture
def tab(start, open_alone, logdir):
    server = start(logdir, True)
    server.wait_for_run("many")
    for name in hostile_logs.DAMAGED:  # or the tab would say it half a minute later
        for kind in ("gradient", "activation"):
            server.get(f"table?run={quote(name)}&kind={kind}")
    return open_alone(server, address(run=hostile_logs.GOOD))


def test_every_run_can_be_looked_at_and_says_what_was_skipped(tab, logdir):
    picker = tab.frame.locator('[data-testid="run-picker"]')
    expect(picker).to_have_value(hostile_logs.GOOD)
    for name in [*hostile_logs.RUNS, hostile_logs.GOOD]:
        tab.go(address(run=name))
        expect(picker).to_have_value(name)
        first = tab.part("layer-row").first
        expect(first).to_have_attribute("data-layer", FIRST.get(name, "conv"), timeout=LOAD_MS)
        if name in hostile_logs.DAMAGED:
            expect(tab.part("problems")).to_contain_text("problem", timeout=LOAD_MS)
            assert "skipped" in tab.part("problems").get_attribute("title")
    assert tab.page.evaluate("window.hit === undefined && parent.hit === undefined")
    assert not (logdir / "pickled" / "exploded").exists()
    # The browser notes each answer that says that something cannot be read.
    tab.errors[:] = [error for error in tab.errors if "status of 404" not in error]
