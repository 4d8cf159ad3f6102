"""Routes of what the probe pass sees, against the reader of the files."""

import numpy as np
import pytest

from tb_keras_inspect import load_run
from tests.plugin.serving import Client
from tests.store.run_writer import write_run


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    directory = tmp_path_factory.mktemp("logs")
    writer = write_run(directory / "a")
    for step in (20, 40):
        writer.inside(step)
    writer.write(45, writer.activation_functions(["softmax"], reason="no curve"))
    writer.close()
    write_run(directory / "plain").close()
    return directory


@pytest.fixture(scope="module")
def client(logdir):
    return Client(logdir)


@pytest.fixture(scope="module")
def run(logdir):
    return load_run(logdir / "a")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("maps", ["conv", "dense"]),
        ("attention", ["conv"]),
        ("saliency", ["x"]),
        ("grad_cam", ["conv"]),
        ("kernels", ["conv/kernel"]),
    ],
)
def test_pictures_of_each_kind(client, run, kind, names):
    index = client.json("maps_index", run="a", kind=kind)
    assert (index["kind"], index["names"]) == (kind, names)
    kinds = ["maps", "attention", "saliency", "grad_cam", "kernels", "activation_function"]
    assert index["kinds"] == kinds
    meta, arrays = client.container("maps", run="a", kind=kind, layer=names[0], step=39)
    want = run.maps(names[0], kind).record(0)
    assert (meta["kind"], meta["step"]) == (kind, 20)
    assert (meta["layout"], meta["layer"]) == (want.layout, want.layer)
    np.testing.assert_array_equal(arrays["codes"], want.codes)
    for name, array in (("rows", want.rows), ("norms", want.norms), ("targets", want.targets)):
        assert (name in arrays) == (array is not None)
        if array is not None:
            np.testing.assert_array_equal(arrays[name], array)


def test_predictions(client, run):
    meta, arrays = client.container("predictions", run="a")
    assert meta["outputs"] == [{"name": "classes"}]
    assert arrays["steps"].tolist() == [20, 40]
    np.testing.assert_array_equal(arrays["output0"], run.predictions.outputs["classes"])
    assert arrays["labels"].tolist() == [[3], [7]]


def test_activation_functions(client, run):
    meta, arrays = client.container("activation_functions", run="a", step=30)
    assert (meta["step"], meta["requested_step"]) == (20, 30)
    first, second = meta["functions"]
    assert (first["name"], second["name"], first["function"]) == ("conv", "dense", "relu")
    assert (first["low"], first["high"], first["nonfinite"]) == (-1, 2, 0)
    assert first["flat_fraction"] is None, "NaN"
    want = run.activation_functions(30).functions["dense"]
    np.testing.assert_array_equal(arrays["1/edges"], want.edges)
    np.testing.assert_array_equal(arrays["1/curve"], want.curve)
    np.testing.assert_array_equal(arrays["1/counts"], want.counts)
    meta, _ = client.container("activation_functions", run="a", step=30, layer="dense")
    assert [item["name"] for item in meta["functions"]] == ["dense"]


def test_a_function_without_a_curve_says_why(client):
    meta, arrays = client.container("activation_functions", run="a")
    assert [item["reason"] for item in meta["functions"]] == ["no curve"]
    assert "0/curve" not in arrays


@pytest.mark.parametrize(
    ("code", "named", "route", "arguments"),
    [
        (400, "one of maps, attention", "maps", {"kind": "units", "layer": "conv"}),
        (400, "one of maps, attention", "maps_index", {"kind": "units"}),
        (404, "Variables with pictures there", "maps", {"kind": "kernels", "layer": "conv"}),
        (404, "'softmax'", "activation_functions", {"layer": "x"}),
        (404, "Kinds there", "maps_index", {"run": "plain", "kind": "attention"}),
        (404, "Kinds there", "predictions", {"run": "plain"}),
        (404, "Kinds there", "activation_functions", {"run": "plain"}),
    ],
)
def test_errors_say_what_is_accepted_or_there(client, code, named, route, arguments):
    status, text = client.error(route, **({"run": "a"} | arguments))
    assert status == code
    assert named in text
