"""The route of the list of runs, compared with what Python reads."""

import json

import numpy as np
import pytest

from tb_keras_inspect import load_runs
from tests.plugin import containers
from tests.plugin.serving import Client
from tests.store.summary.runs import FOUND, step_value, write_trial


def test_it_says_what_load_runs_says_and_changes_when_a_run_grows(tmp_path):
    write_trial(tmp_path / "a", finding=FOUND, optimizer="SGD").close()
    writer = write_trial(tmp_path / "b", steps=100, ended=False)
    client = Client(tmp_path)
    first = client.get("summaries")
    meta, arrays = containers.unpack(first.data)
    table = load_runs(tmp_path).summary()
    assert meta == json.loads(json.dumps(table.to_dict()))
    curves = np.split(arrays["curve"], arrays["curve_ends"])
    np.testing.assert_array_equal(curves[0], table[0].curve)
    np.testing.assert_array_equal(curves[1], table[1].curve)
    assert len(arrays["curve_steps"]) == len(arrays["curve"])
    assert client.get("summaries").headers["ETag"] == first.headers["ETag"]
    writer.write(1000, step_value(writer, 1000, float("nan")))
    writer.close()
    grown = Client(tmp_path).get("summaries")
    assert grown.headers["ETag"] != first.headers["ETag"]
    assert containers.unpack(grown.data)[0]["runs"][1]["loss"] == "NaN"


@pytest.mark.parametrize("query", [{"run": "a"}, {"x": "1"}])
def test_it_has_no_parameters(tmp_path, query):
    write_trial(tmp_path / "a").close()
    assert Client(tmp_path).get("summaries", **query).status_code == 400
