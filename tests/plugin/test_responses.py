"""What holds for every route: errors, entity tags, compression, batches, damaged data."""

import gzip
import json

import numpy as np
import pytest

from tests.plugin import containers
from tests.plugin.serving import Client
from tests.store.run_writer import write_run

pytestmark = pytest.mark.core


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
    assert containers.unpack(arrays["0"].tobytes())[0]["run"] == "a"


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
