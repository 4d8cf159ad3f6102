"""Each route against the reader of the files."""

import numpy as np
import pytest

from tb_keras_inspect.store.tables import pooling
from tests.plugin.serving import Client
from tests.store.run_writer import RunWriter, make_model

pytestmark = pytest.mark.core


def test_runs(client, logdir):
    answer = client.json("runs")
    assert answer["logdir"] == str(logdir)
    assert answer["samples_limit"] == 0
    assert [entry["name"] for entry in answer["runs"]] == ["a", "sub/<b>"]
    entry = answer["runs"][0]
    assert (entry["samples"], entry["first_step"], entry["last_step"]) == (50, 0, 490)
    assert "gradient" in entry["kinds"]
    assert entry["problems"] == []


def test_model(client, run):
    answer = client.json("model", run="a")
    assert answer["fingerprint"] == f"{run.model.fingerprint:016x}"
    assert [layer["path"] for layer in answer["layers"]] == ["conv", "dense"]
    assert answer["variables"][3] == {
        "path": "dense/bias",
        "layer": 1,
        "shape": [4],
        "dtype": "",
    }
    assert answer["sites"][0]["units"] == 4
    assert answer["edges"] == [[0, 1]]
    assert answer["steps_per_epoch"] == 100


def test_table_without_a_width_is_the_whole_table(client, run):
    meta, arrays = client.container("table", run="a", kind="gradient")
    table = run.table("gradient")
    assert meta["names"] == table.names
    assert meta["statistics"] == table.statistics
    assert meta["samples"] == 50
    assert all(meta["definitions"].values())
    np.testing.assert_array_equal(arrays["steps"], table.steps)
    np.testing.assert_array_equal(arrays["first_steps"], table.steps)
    for statistic in table.statistics:
        np.testing.assert_array_equal(arrays[f"{statistic}/last"], table.select(statistic).T)


def test_table_is_cut_and_pooled_as_asked(client, run):
    meta, arrays = client.container(
        "table",
        run="a",
        kind="gradient",
        statistic="max_abs,l2",
        rows="1:3",
        first_step=95,
        last_step=400,
        width=7,
        pool="min,mean",
    )
    table = run.table("gradient")
    inside = (table.steps >= 95) & (table.steps <= 400)
    assert meta["statistics"] == ["max_abs", "l2"]
    assert meta["names"] == table.names[1:3]
    assert meta["samples"] == inside.sum() == 31
    assert set(arrays) == {
        *("steps", "first_steps", "max_abs/min", "max_abs/mean", "l2/min", "l2/mean")
    }
    first = pooling.starts(31, 7)
    parts = np.split(table.select("l2")[inside][:, 1:3], first[1:])
    np.testing.assert_array_equal(arrays["l2/min"].T, [part.min(axis=0) for part in parts])
    np.testing.assert_allclose(arrays["l2/mean"].T, [part.mean(axis=0) for part in parts], 1e-6)
    steps = np.split(table.steps[inside], first[1:])
    assert arrays["steps"].tolist() == [part[-1] for part in steps]
    assert arrays["first_steps"].tolist() == [part[0] for part in steps]


def test_an_empty_range_is_an_empty_table(client):
    meta, arrays = client.container("table", run="a", kind="gradient", first_step=10_000)
    assert meta["samples"] == 0
    assert arrays["l2/last"].shape == (4, 0)


def test_snapshot_shows_each_kinds_newest_sample_at_or_before_the_step(client, run):
    meta, arrays = client.container("snapshot", run="a", step=255)
    assert meta["requested_step"] == 255
    assert meta["kinds"]["gradient"]["step"] == 250
    np.testing.assert_array_equal(arrays["gradient"], run.table("gradient").values[25])
    assert meta["kinds"]["epoch"]["step"] == 250
    assert meta["units"]["names"] == ["conv", "dense"]
    assert meta["units"]["window_samples"] == 10
    assert arrays["units/units"].tolist() == [4, 4]
    assert arrays["units/dead"].tolist() == [0, 0]


def test_snapshot_before_the_first_sample_shows_that_and_says_so(client):
    meta, _ = client.container("snapshot", run="a", step=-5)
    assert meta["kinds"]["gradient"]["step"] == 0
    assert meta["kinds"]["epoch"]["step"] == 250


def test_snapshot_without_a_step_is_the_newest(client):
    meta, _ = client.container("snapshot", run="a")
    assert meta["kinds"]["gradient"]["step"] == 490
    assert meta["requested_step"] is None


def test_series_holds_all_of_one_layer(client, run):
    meta, arrays = client.container("series", run="a", layer="dense", width=10, pool="max")
    assert meta["kinds"]["gradient"]["names"] == ["dense/kernel", "dense/bias"]
    assert meta["kinds"]["activation"]["names"] == ["dense"]
    first = pooling.starts(50, 10)
    values = run.table("gradient").select("std")[:, 2:]
    expected = [part.max(axis=0) for part in np.split(values, first[1:])]
    np.testing.assert_array_equal(arrays["gradient/std/max"].T, expected)
    meta, arrays = client.container("series", run="a", layer="dense", kind="weight")
    assert list(meta["kinds"]) == ["weight"]


def test_series_of_a_block_holds_the_layers_in_it(tmp_path):
    model = make_model(["block", "inner", "after"])
    model.layers[1].parent = 0
    writer = RunWriter(tmp_path / "a", model)
    writer.write_model(0)
    writer.sample(0)
    writer.close()
    meta, _ = Client(tmp_path).container("series", run="a", layer="block")
    assert meta["kinds"]["activation"]["names"] == ["block", "inner"]


def test_units(client, run):
    meta, arrays = client.container("units", run="a", layer="conv", width=10)
    units = run.units("conv")
    assert meta["window"] == units.window
    np.testing.assert_array_equal(arrays["max_abs"], units.max_abs[4::5].T)  # they grow with time
    np.testing.assert_array_equal(arrays["dead"], units.dead[4::5].T)
    np.testing.assert_array_equal(arrays["window_samples"], units.window_samples[4::5])


def test_histogram_counts_add_up(client, run):
    _, arrays = client.container("histogram", run="a", kind="gradient", name="conv/bias", width=5)
    histogram = run.histogram("gradient", "conv/bias")
    np.testing.assert_array_equal(arrays["edges"], histogram.edges)
    np.testing.assert_array_equal(arrays["counts"], histogram.counts.reshape(5, 10, -1).sum(1))


def test_maps_and_their_index(client, run):
    index = client.json("maps_index", run="a")
    assert index["steps"] == [250, 490]
    assert index["names"] == ["conv", "dense"]
    for step, shown in ((0, 250), (250, 250), (489, 250), (490, 490), (10**6, 490)):
        meta, arrays = client.container("maps", run="a", layer="conv", step=step)
        assert (meta["requested_step"], meta["step"]) == (step, shown)
        scale, offset = (arrays[name][:, :, None, None] for name in ("scale", "offset"))
        values = offset + scale * arrays["codes"]
        np.testing.assert_allclose(values, run.maps("conv")[[250, 490].index(shown)], rtol=1e-6)
    assert meta["layout"] == "image"
    assert meta["full_shape"] == [2, 4, 4, 3]


def test_probe(client):
    meta, arrays = client.container("probe", run="a")
    want = {"name": "input_0", "layout": "rgb", "full_shape": [2, 4, 4, 1], "layer": ""}
    assert meta["inputs"] == [want]
    assert arrays["input0/codes"].shape == (2, 1, 4, 4)
    assert arrays["labels"].tolist() == [[3], [7]]


def test_loss(client, run):
    meta, arrays = client.container("loss", run="a", width=10)
    np.testing.assert_array_equal(arrays["loss"], run.loss.values[4::5])
    np.testing.assert_array_equal(arrays["loss/max"], run.loss.values[::5])
    assert meta["epoch_names"] == ["loss", "val_loss"]
    assert arrays["epoch_steps"].tolist() == [250, 490]
    assert arrays["epoch/val_loss"].tolist() == pytest.approx([0.6, 0.6])


def test_scalars_are_listed(client):
    meta, arrays = client.container("scalars", run="a")
    assert meta["series"] == []
    assert arrays == {}
