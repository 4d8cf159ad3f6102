"""Whatever is asked of whatever data, no route fails, and none meets what it did not foresee."""

import json
import logging
import urllib.parse

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tb_keras_inspect import records
from tb_keras_inspect.plugin import routes
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.summary import to_value
from tests.plugin.serving import Client, check
from tests.store.run_writer import RunWriter, make_model, write_run

RUN = "a"
words = st.sampled_from(
    [
        *(
            "a",
            "",
            ".",
            "conv",
            "dense",
            "conv/kernel",
            "<script>",
            "../..",
            "a,b",
            "0:2",
            ":",
            "NaN",
        ),
        *(
            "l2",
            "l2,mean",
            "max_abs",
            "loss",
            "last",
            "min,max,mean,last",
            *[k.value for k in Kind],
        ),
        *(
            "0",
            "1",
            "-1",
            "20",
            "1500",
            "9223372036854775807",
            "-9223372036854775808",
            "1e5",
            "0x1",
        ),
    ]
)
values = words | st.text(max_size=20) | st.integers().map(str)
parameters = st.sampled_from(
    [
        *("run", "kind", "statistic", "layer", "name", "step", "first_step", "last_step", "width"),
        *("rows", "pool", "requests", "unknown"),
    ]
)
queries = st.dictionaries(parameters, values, max_size=5)
names = st.sampled_from(routes.NAMES)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("logs")
    writer = write_run(directory / RUN, range(0, 100, 5), steps_per_epoch=30)
    writer.inside(50)
    writer.inside(95)
    writer.close()
    return Client(directory)


fuzz = settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@fuzz
@given(names, queries)
def test_any_query_of_any_route(client, caplog, route, arguments):
    check(client, caplog, route, **arguments)


@fuzz
@given(st.sampled_from(list(routes.RUN_ROUTES)), st.data())
def test_queries_that_are_nearly_right(client, caplog, route, data):
    accepted = routes.accepted(route)
    arguments = {"run": RUN}
    for name in accepted:
        if data.draw(st.booleans()):
            arguments[name] = data.draw(words)
    check(client, caplog, route, **arguments)


@pytest.mark.slow
@fuzz
@given(st.lists(st.tuples(names, queries), max_size=6), st.booleans())
def test_any_batch(client, caplog, requests, is_valid):
    items = [f"{name}?{urllib.parse.urlencode(query)}" for name, query in requests]
    text = json.dumps(items)
    response = check(client, caplog, "batch", requests=text if is_valid else text[:-1])
    assert response.status_code == (200 if is_valid else 400)


@pytest.mark.slow
@fuzz
@given(
    st.text(max_size=60) | st.recursive(st.none() | st.text(max_size=5), st.lists).map(json.dumps)
)
def test_any_text_as_a_batch(client, caplog, text):
    check(client, caplog, "batch", requests=text)


@fuzz
@given(st.text(max_size=40))
def test_any_path_of_a_static_file(client, caplog, path):
    response = client.get(f"static/{urllib.parse.quote(path)}")
    assert response.status_code in (200, 404)


@fuzz
@given(names, st.binary(max_size=60))
def test_any_bytes_as_a_query(client, caplog, route, query):
    check_raw(client, caplog, route, query.decode("latin-1"))


headers = st.dictionaries(
    st.sampled_from(["If-None-Match", "Accept-Encoding", "Range", "If-Modified-Since", "Host"]),
    st.text(
        st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30
    ),
)


@fuzz
@given(names, headers)
def test_any_headers(client, caplog, route, sent):
    check_raw(client, caplog, route, urllib.parse.urlencode({"run": RUN, "kind": "gradient"}), sent)


def check_raw(client, caplog, route, query, sent=()):
    """Asks below the layers that make a query and headers right."""
    caplog.clear()
    environ = client.environ(route, query, sent)
    status = []
    body = client.dispatch(environ, lambda line, _: status.append(line[:3]))
    accepted = ("200", "304", "400", "404", *(["403"] if "Host" in sent else []))
    assert status[0] in accepted, b"".join(body)
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR], caplog.text


ASKED = (
    ("runs", {}),
    ("model", {}),
    *(
        ("table", {"kind": kind, "pool": "last,min,max,mean", "width": 2})
        for kind in ("gradient", "step", "input")
    ),
    ("snapshot", {"step": 3}),
    ("series", {"layer": "conv", "width": 2}),
    ("units", {"layer": "conv", "width": 2}),
    ("histogram", {"kind": "gradient", "name": "conv/kernel", "width": 2}),
    ("maps_index", {}),
    ("maps", {"layer": "conv"}),
    ("probe", {}),
    ("loss", {"width": 2}),
    ("scalars", {}),
)


@pytest.mark.slow
@settings(fuzz, max_examples=150)
@given(st.data())
def test_any_mutation_of_the_records(tmp_path_factory, caplog, data):
    """Messages with bytes changed, cut or put in, at absurd steps, under every route."""
    directory = tmp_path_factory.mktemp("mutated")
    writer = RunWriter(directory / RUN, make_model(units=2))
    writer.write_model(0)
    probe = writer.map("x", np.ones((1, 1, 2, 2)), "rgb")
    originals = {
        Kind.MODEL: to_value(Kind.MODEL, writer.model),
        Kind.GRADIENT: writer.table(Kind.GRADIENT, 1),
        Kind.STEP: writer.numbers(Kind.STEP, 1, loss=0.5, epoch=0),
        Kind.EPOCH: writer.numbers(Kind.EPOCH, 1, loss=0.5, epoch=0),
        Kind.UNITS: writer.units({0: np.ones(2), 1: np.zeros(2)}),
        Kind.GRADIENT_HISTOGRAM: writer.histogram(Kind.GRADIENT_HISTOGRAM, [[1.0]] * 4),
        Kind.MAPS: writer.maps({"conv": np.ones((1, 2, 3, 3))}),
        Kind.PROBE: to_value(Kind.PROBE, records.encode_probe([probe], np.ones((1, 1)))),
        Kind.INPUT: writer.numbers(Kind.INPUT, 1, mean=0.5),
    }
    if data.draw(st.booleans()):
        writer.sample(1)
        writer.probe(1, [np.ones((1, 1, 2, 2))])
    for _ in range(data.draw(st.integers(1, 4))):
        value = originals[data.draw(st.sampled_from(list(originals)))]
        mutated = type(value)()
        mutated.CopyFrom(value)
        mutated.tensor.string_val[:] = [mutate(blob, data) for blob in value.tensor.string_val]
        if data.draw(st.integers(0, 9)) == 0:
            del mutated.tensor.string_val[0]
        writer.write(data.draw(st.sampled_from([0, 1, 2, -(2**63), 2**63 - 1])), mutated)
    writer.close()
    client = Client(directory)
    for route, arguments in ASKED:
        arguments = arguments if route == "runs" else {"run": RUN, **arguments}
        check(client, caplog, route, **arguments)


def mutate(blob, data):
    """The bytes with a few of them changed, cut off or put in."""
    changed = bytearray(blob)
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, max(len(changed) - 1, 0)))
        changed[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    return bytes(changed[: data.draw(st.integers(0, len(changed)) | st.just(len(changed)))])
