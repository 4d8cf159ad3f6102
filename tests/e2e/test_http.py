"""The routes of a real server: what exists is served, what does not is a 404 in JSON."""

import pytest

from tb_keras_inspect import load_run


def test_runs_names_the_run_and_what_it_holds(server, tiny_logdir):
    runs = server.get("runs").json["runs"]
    (run,) = (run for run in runs if run["name"] == "tiny")
    recorded = load_run(str(tiny_logdir / "tiny"))
    steps = recorded.table("gradient").steps
    assert run["name"] == "tiny"
    assert run["samples"] == len(steps)
    assert (run["first_step"], run["last_step"]) == (steps[0], steps[-1])
    assert set(run["kinds"]) == set(recorded.kinds)
    assert run["problems"] == []


def test_bundle_is_served_as_a_script(server):
    answer = server.get("index.js")
    assert answer.status == 200
    assert "javascript" in answer.headers["Content-Type"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "model?run=nope",
        "table?run=nope&kind=gradient",
        "table?run=tiny&kind=nope",
        "table?run=tiny&kind=gradient&statistic=nope",
        "units?run=tiny&layer=nope",
        "histogram?run=tiny&kind=gradient&name=nope",
        "maps?run=tiny&layer=nope&step=1",
        "maps_index?run=nope",
        "probe?run=nope",
        "loss?run=nope",
        "static/nope.js",
        "static/..%2f..%2frecords%2finspect.proto",
    ],
)
def test_unknown_names_are_404_with_a_json_error(server, path):
    answer = server.get(path)
    assert answer.status == 404
    assert answer.json["error"]


@pytest.mark.parametrize(
    "path",
    [
        "maps?run=tiny&layer=conv&step=x",
        "maps?run=tiny&layer=conv&step=1e9999",
        "table?run=tiny&kind=gradient&width=-1",
        "table?run=tiny&kind=gradient&first_step=abc",
        "table?run=tiny",
        "table",
    ],
)
def test_malformed_requests_are_400_with_a_json_error(server, path):
    answer = server.get(path)
    assert answer.status == 400
    assert answer.json["error"]


def test_same_request_again_is_304(server):
    first = server.get("table?run=tiny&kind=gradient")
    again = server.get("table?run=tiny&kind=gradient", **{"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    assert again.body == b""
