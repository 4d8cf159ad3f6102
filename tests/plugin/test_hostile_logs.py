"""Logs that somebody wrote to do harm, under every route: no crash, no 500, memory bounded."""

import pytest

from tests.plugin.serving import Client, check
from tests.store import hostile_logs

MEGABYTES = 700  # most that the answers about all of them may take; the largest log has 20


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("hostile")
    hostile_logs.write_all(directory)
    return Client(directory)


def memory(what):
    """Megabytes that this process holds now (VmRSS), or held at most (VmHWM); None if unknown."""
    try:
        with open("/proc/self/status") as file:
            (line,) = [line for line in file if line.startswith(what)]
    except (OSError, ValueError):
        return None
    return int(line.split()[1]) / 1000


def forget_the_most():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


@pytest.mark.skipif(memory("VmHWM") is None, reason="needs /proc to tell memory")
def test_memory_is_bounded_for_the_listing_and_for_what_claims_to_be_large(client):
    forget_the_most()
    before = memory("VmRSS")
    assert client.get("runs").status_code == 200
    for name in ("shapes", "many"):
        for route, arguments in hostile_logs.ASKED:
            assert client.get(route, run=name, **arguments).status_code in (200, 404)
    assert memory("VmHWM") - before < MEGABYTES


@pytest.mark.parametrize("name", hostile_logs.RUNS)
def test_every_route_answers(client, caplog, name):
    check(client, caplog, "runs")
    for route, arguments in hostile_logs.ASKED:
        response = check(client, caplog, route, run=name, **arguments)
        assert b"Unexpected error" not in response.data
    (entry,) = [run for run in client.json("runs")["runs"] if run["name"] == name]
    if name in hostile_logs.DAMAGED:
        assert any("skipped" in text for text in entry["problems"])


def test_what_is_right_among_it_is_served(client):
    for name in ("shapes", "newer", "noise"):
        meta, arrays = client.container("table", run=name, kind="gradient")
        assert 0.0 in arrays["steps"]
        assert meta["names"]
    assert client.container("snapshot", run="shapes")[0]["kinds"].keys() >= {"gradient", "weight"}


def test_names_that_are_anything_but_names_come_back_as_they_are(client):
    model = client.json("model", run="names")
    assert [layer["path"] for layer in model["layers"]] == list(hostile_logs.NAMES)
    meta, _ = client.container("table", run="names", kind="activation")
    assert meta["names"] == list(hostile_logs.NAMES)
