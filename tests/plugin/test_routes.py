"""Each route against the reader of the files."""

import gzip
import json

import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.plugin import container
from tb_keras_inspect.store.tables import pooling
from tests.plugin.serving import Client
from tests.store.run_writer import RunWriter, make_model, write_run

pytestmark = pytest.mark.core


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    directory = tmp_path_factory.mktemp("logs")
    write_run(directory / "a", range(0, 500, 10), steps_per_epoch=100).close()
    write_run(directory / "sub" / "<b>", layers=("<img src=x>", "é")).close()
    return directory


@pytest.fixture(scope="module")
def client(logdir):
    return Client(logdir)


@pytest.fixture(scope="module")
def run(logdir):
    return load_run(logdir / "a")


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


def test_batch_holds_the_same_bodies_and_the_errors(client):
    requests = ["table?run=a&kind=gradient&width=7", "model?run=sub%2F%3Cb%3E", "runs"]
    wrong = ["table?run=zz", "nonsense", "table?run=a", "batch?requests=[]"]
    meta, arrays = client.container("batch", requests=json.dumps(requests + wrong))
    assert [answer["status"] for answer in meta["answers"]] == [200, 200, 200, 404, 404, 400, 400]
    single = client.get("table", run="a", kind="gradient", width=7)
    assert arrays["0"].tobytes() == single.data
    assert meta["answers"][0]["etag"] == single.headers["ETag"].removeprefix('W/"').rstrip('"')
    assert json.loads(arrays["1"].tobytes())["layers"][0]["path"] == "<img src=x>"
    assert "No run 'zz'" in meta["answers"][3]["error"]
    assert container.unpack(arrays["0"].tobytes())[0]["run"] == "a"


@pytest.mark.parametrize(
    ("code", "named", "route", "arguments"),
    [
        (404, "No run 'x'. Runs there: 'a', 'sub/<b>'", "model", {"run": "x"}),
        (404, "No kind 'update'", "table", {"run": "a", "kind": "update"}),
        (404, "No statistic 'median'", "table", {"kind": "gradient", "statistic": "median"}),
        (404, "No layer 'x'", "series", {"layer": "x"}),
        (404, "Layers with units there: 'conv', 'dense'", "units", {"layer": "x"}),
        (404, "'conv/kernel'", "histogram", {"kind": "gradient", "name": "x"}),
        (404, "No kind of histogram 'loss'", "histogram", {"kind": "loss", "name": "x"}),
        (404, "Layers with maps there: 'conv', 'dense'", "maps", {"layer": "x"}),
        (400, "'run' is missing", "model", {"run": None}),
        (400, "'kind' is missing", "table", {}),
        (400, "'layer' is missing", "units", {}),
        (400, "1 to 10000. Received: '-3'", "table", {"kind": "gradient", "width": "-3"}),
        (400, "1 to 10000. Received: '0'", "loss", {"width": "0"}),
        (400, "Received: '10001'", "loss", {"width": "10001"}),
        (400, "integer", "table", {"kind": "gradient", "width": "1e3"}),
        (400, "integer", "maps", {"layer": "conv", "step": "nan"}),
        (400, "integer", "snapshot", {"step": "9" * 400}),
        (400, "beyond", "table", {"kind": "gradient", "first_step": "9", "last_step": "8"}),
        (400, "last, min, max, mean", "table", {"kind": "gradient", "pool": "median"}),
        (400, "first:end", "table", {"kind": "gradient", "rows": "-1:2"}),
        (400, "none of the 4 rows", "table", {"kind": "gradient", "rows": "3:3"}),
        (400, "Unknown parameter 'wdith'", "table", {"kind": "gradient", "wdith": "3"}),
        (
            400,
            "up to 64",
            "table",
            {"kind": "gradient", "statistic": ",".join(map(str, range(65)))},
        ),
        (400, "JSON list", "batch", {"run": None, "requests": "{"}),
        (400, "JSON list", "batch", {"run": None, "requests": "[1]"}),
        (400, "up to 64", "batch", {"run": None, "requests": json.dumps(["runs"] * 65)}),
    ],
)
def test_errors_say_what_was_received_and_what_is_accepted(client, code, named, route, arguments):
    arguments = {key: value for key, value in ({"run": "a"} | arguments).items() if value}
    status, text = client.error(route, **arguments)
    assert status == code
    assert named in text


def test_only_get_is_served(client):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        response = client.get("runs", method=method)
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD"
    assert client.get("runs", method="HEAD").data == b""


def test_an_entity_tag_saves_the_answer_until_data_is_added(tmp_path, monkeypatch):
    monkeypatch.setattr("tb_keras_inspect.store.logdir.FRESH_SECONDS", 0)
    writer = write_run(tmp_path / "a")
    client = Client(tmp_path)
    for route, arguments in (("table", {"kind": "gradient"}), ("model", {}), ("snapshot", {})):
        tag = client.get(route, run="a", **arguments).headers["ETag"]
        held = client.get(route, {"If-None-Match": tag}, run="a", **arguments)
        assert (held.status_code, held.data) == (304, b"")
        assert held.headers["ETag"] == tag
        other = client.get(route, {"If-None-Match": 'W/"other"'}, run="a", **arguments)
        assert other.status_code == 200
    etag = client.json("runs")["runs"][0]["etag"]
    writer.sample(50)
    client.reload()
    assert client.get(route, {"If-None-Match": tag}, run="a", **arguments).status_code == 200
    assert client.json("runs")["runs"][0]["etag"] != etag
    writer.close()


def test_every_answer_carries_the_headers(client):
    for route, arguments in (
        ("runs", {}),
        ("table", {"run": "a", "kind": "gradient"}),
        ("units", {}),
    ):
        response = client.get(route, **arguments)
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "private, no-cache"


def test_what_shrinks_is_compressed_for_who_takes_it(client):
    plain = client.get("histogram", run="a", kind="gradient", name="conv/bias")
    packed = client.get(
        "histogram", {"Accept-Encoding": "gzip"}, run="a", kind="gradient", name="conv/bias"
    )
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < 0.3 * len(plain.data)
    assert gzip.decompress(packed.data) == plain.data
    refused = client.get(
        "histogram", {"Accept-Encoding": "gzip;q=0"}, run="a", kind="gradient", name="conv/bias"
    )
    assert refused.data == plain.data


def test_a_finished_answer_is_kept_and_counts_against_the_limit(logdir):
    client = Client(logdir)
    client.get("table", run="a", kind="gradient")
    cache = client.plugin._cache
    before = len(cache)
    client.get("table", run="a", kind="gradient")
    assert len(cache) == before
    client.get("table", run="a", kind="gradient", width=3)
    assert len(cache) == before + 1
    assert 0 < cache.nbytes < 64 << 20


def count_calls(provider, monkeypatch):
    """A list that grows with every question that the data provider is asked from now on."""
    calls = []
    asking = [name for name in dir(provider) if name.startswith(("list_", "read_"))]
    assert "list_tensors" in asking
    for name in asking:
        original = getattr(provider, name)

        def counted(*arguments, name=name, original=original, **options):
            calls.append(name)
            return original(*arguments, **options)

        monkeypatch.setattr(provider, name, counted)
    return calls


def test_is_active_answers_from_memory(logdir, tmp_path, monkeypatch):
    client = Client(logdir)
    before = count_calls(client.provider, monkeypatch)
    assert client.plugin.is_active() is False
    assert before == []
    client = Client(logdir)
    client.json("runs")
    after = count_calls(client.provider, monkeypatch)
    assert client.plugin.is_active() is True
    assert after == []
    empty = Client(tmp_path)
    assert empty.json("runs")["runs"] == []
    assert empty.plugin.is_active() is False


def test_a_damaged_record_is_named_in_the_answer(tmp_path):
    writer = write_run(tmp_path / "a")
    from tb_keras_inspect.records import Kind

    value = writer.table(Kind.GRADIENT, 50)
    value.tensor.string_val[0] = b"\xff"
    writer.write(50, value)
    writer.close()
    client = Client(tmp_path)
    meta, _ = client.container("table", run="a", kind="gradient")
    assert "1 record skipped (step 50)" in meta["problems"][0]
    assert client.json("runs")["runs"][0]["problems"] == meta["problems"]


def test_a_blob_tensorboard_cannot_read_is_skipped_and_named(tmp_path):
    writer = write_run(tmp_path / "a")
    value = writer.maps({"conv": np.ones((1, 1, 2, 2))})
    del value.tensor.string_val[:]  # its shape says two
    writer.write(50, value)
    writer.close()
    client = Client(tmp_path)
    index = client.json("maps_index", run="a")
    assert index["steps"] == [20, 40]
    assert "1 record skipped (step 50): blob 0 is missing" in index["problems"][0]
    assert client.container("maps", run="a", layer="conv")[0]["step"] == 40


def test_a_query_that_is_no_text_is_refused(client):
    environ = client.environ("runs")
    environ["QUERY_STRING"] = "run=\xff"  # WSGI's way to say the byte
    status = []
    body = client.dispatch(environ, lambda line, _: status.append(line))
    assert status == ["400 BAD REQUEST"]
    # Werkzeug before 2.3 puts a replacement in its place.
    text = b"".join(body)
    assert b"percent-encoded UTF-8" in text or b"Unknown parameter" in text


def test_an_absurd_wall_time_is_null_not_nan(tmp_path):
    from tb_keras_inspect.records import Kind
    from tb_keras_inspect.records.summary import to_event

    writer = write_run(tmp_path / "a")
    writer.file.write(to_event(60, float("nan"), [writer.table(Kind.GRADIENT, 60)]))
    writer.file.write(to_event(70, float("inf"), [writer.numbers(Kind.STEP, 70, loss=1.0)]))
    writer.close()
    client = Client(tmp_path)
    client.json("runs")
    assert client.container("table", run="a", kind="gradient")[1]["steps"][-1] == 60
