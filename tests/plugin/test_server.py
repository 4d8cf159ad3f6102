"""A real TensorBoard under both loaders, below a path prefix."""

import concurrent.futures
import json
import subprocess
import sys
import urllib.parse
import urllib.request

import numpy as np
import pytest

from tb_keras_inspect import load_run
from tests.e2e.harness import TensorBoard, wait_until
from tests.plugin import containers
from tests.store.run_writer import write_run

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("logs")
    write_run(directory / "a", range(0, 3000, 10)).close()  # more than a loader keeps of itself
    write_run(directory / "b & c" / "ä").close()
    return directory


@pytest.fixture(scope="module", params=[True, False], ids=["fast", "python"])
def server(request, directory):
    with TensorBoard(directory, request.param, "--path_prefix=/some/where") as server:
        server.wait_for_run("a")
        server.wait_for_run("b & c/ä")
        yield server


def test_the_numbers_are_those_of_the_files(server, directory):
    assert "/some/where" in server.url
    table = load_run(directory / "a").table("activation")
    _, arrays = containers.unpack(server.get("table?run=a&kind=activation").body)
    for statistic in table.statistics:
        np.testing.assert_array_equal(arrays[f"{statistic}/last"], table.select(statistic).T)
    maps = load_run(directory / "a").maps("conv")
    _, arrays = containers.unpack(server.get("maps?run=a&layer=conv").body)
    np.testing.assert_array_equal(arrays["codes"], maps.record(-1).codes)


def test_a_name_with_spaces_and_letters_of_other_scripts(server):
    name = urllib.parse.quote("b & c/ä")
    assert json.loads(server.get(f"model?run={name}").body)["name"] == "m"
    requests = urllib.parse.quote(json.dumps([f"loss?run={name}"]))
    meta, _ = containers.unpack(server.get(f"batch?requests={requests}").body)
    assert meta["answers"][0]["status"] == 200


def test_an_answer_is_the_same_behind_a_proxy_that_takes_a_prefix_away(server):
    """Nothing in it is made from the address that TensorBoard believes to have."""
    forwarded = {
        "Host": "hub.example",
        "X-Forwarded-Host": "hub.example",
        "X-Forwarded-Prefix": "/user/me/proxy/6006",
        "X-Forwarded-Proto": "https",
        "Sec-Fetch-Site": "same-origin",  # as browsers send to https
    }
    for path in ("runs", "table?run=a&kind=gradient", "model?run=a", "index.js", "runs?x=1"):
        plain, proxied = server.get(path), server.get(path, **forwarded)
        assert (proxied.status, proxied.body) == (plain.status, plain.body)
        assert proxied.headers.get("ETag") == plain.headers.get("ETag")
        assert "Location" not in proxied.headers


def test_an_entity_tag_gets_304(server):
    answer = server.get("table?run=a&kind=gradient")
    again = server.get("table?run=a&kind=gradient", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


def test_the_tab_is_active_and_named(server):
    with urllib.request.urlopen(f"{server.url}/data/plugins_listing") as answer:
        entry = json.load(answer)["keras_inspect"]
    assert entry["enabled"] is True
    assert entry["tab_name"] == "Keras Inspect"


def test_many_clients_at_once_get_the_same_answers(server):
    requests = [
        *("runs", "model?run=a", "table?run=a&kind=gradient&width=100", "units?run=a&layer=conv"),
        *("snapshot?run=a&step=77", "series?run=a&layer=dense", "loss?run=a", "maps_index?run=a"),
    ]
    expected = {request: server.get(request).body for request in requests}
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for request, answer in pool.map(lambda r: (r, server.get(r)), requests * 12):
            assert answer.status == 200
            assert answer.body == expected[request]


@pytest.mark.parametrize("load_fast", [True, False], ids=["fast", "python"])
def test_a_training_that_goes_on_shows_up(tmp_path, load_fast):
    writer = write_run(tmp_path / "a")
    with TensorBoard(tmp_path, load_fast, "--reload_interval=1") as server:
        before = server.wait_for_run("a")
        tag = server.get("table?run=a&kind=gradient").headers["ETag"]
        writer.sample(50)
        wait_until(lambda: server.wait_for_run("a")["last_step"] == 50, "the new sample")
        answer = server.get("table?run=a&kind=gradient", **{"If-None-Match": tag})
        assert answer.status == 200
        assert containers.unpack(answer.body)[1]["steps"][-1] == 50
        assert server.wait_for_run("a")["etag"] != before["etag"]
    writer.close()


def test_a_cache_of_nothing_is_refused_at_the_start(tmp_path):
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(tmp_path), "--port=0"]
    done = subprocess.run(
        [*command, "--keras_inspect_cache_megabytes=0"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert "--keras_inspect_cache_megabytes must be 1 or more. Received: 0" in done.stderr
