"""The examples of docs/http_api.md: each is asked, and answered in the form that is described."""

import json
import pathlib
import re
import urllib.parse

import numpy as np
import pytest

from tb_keras_inspect import records
from tb_keras_inspect.plugin import routes
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_value
from tests.docs.examples import compare
from tests.plugin import containers
from tests.plugin.serving import Client
from tests.store.run_writer import RunWriter, make_model, write_scalars

TEXT = (pathlib.Path(__file__).parents[2] / "docs" / "http_api.md").read_text()
SECTION = re.compile(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
REQUEST = re.compile(r"^GET (\S+)$", re.MULTILINE)
EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)
ARRAYS = re.compile(r"^\| (`[^|]+) \|[^|]*\|[^|]*\|$", re.MULTILINE)
SECTIONS = dict(SECTION.findall(TEXT))
VARIABLE = (
    "gradient",
    "l2",
    "every",
    "keras",
    "val_loss",
    "optimizer",
)  # objects whose names are data


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The run that the examples are about: "cnn", with a layer conv2d, maps, and probe samples."""
    directory = tmp_path_factory.mktemp("logs")
    omission = pb.Omission(name="rnn", what="maps", reason="its output is ragged")
    model = make_model(["conv2d"], steps_per_epoch=469)
    model.omissions.append(omission)
    model.hyperparameters["units"] = "64"
    writer = RunWriter(directory / "cnn", records.seal_model(model))
    writer.write_model(0)
    pictures = np.ones((2, 1, 4, 4))
    writer.probe(0, [pictures], labels=np.array([[3.0], [7.0]]))
    for step in range(0, 940, 10):
        writer.sample(step, epoch=step // 469)
    losses = np.array([[4.0, 3.0, 5.0], *([0.01, 1.0, 1.0] for _ in range(63))])
    marks = np.arange(1, 65, dtype=np.uint64)
    columns, total = ["loss", "label", "prediction"], float(losses[:, 0].sum())
    for step in (490, 510):
        batch = records.encode_sample_loss(1, columns, losses, marks, 64, total)
        writer.write(step, to_value(Kind.SAMPLE_LOSS, batch))
    image = [records.encode_map(1, "image", np.ones((1, 1, 2, 2)), [0], (4, 28, 28, 1), [0], "rgb")]
    inputs = records.encode_sample_inputs(1, [1], image, {"title": ["a text"]})
    writer.write(490, to_value(Kind.SAMPLE_INPUT, inputs))
    writer.write(469, writer.table(Kind.UPDATE, 469))
    writer.write(469, writer.maps({"conv2d": pictures}, [omission]))
    writer.write(469, writer.kernels({"conv2d/kernel": np.ones((3, 4, 3, 3))}))
    writer.write(469, writer.predictions([[0.25, 0.75], [0.5, 0.5]]))
    writer.write(469, writer.activation_functions(["conv2d"]))
    entry = pb.ControlEntry(id="1", command="set_learning_rate", outcome="done", time=1.0)
    writer.write(469, to_value(Kind.CONTROL, pb.ControlRecord(version=1, entries=[entry])))
    writer.findings(130, problem="dying_relu", severity="error", layers=["conv2d"])
    writer.epoch(938, loss=0.5, val_loss=0.6, epoch=1)
    writer.close()
    write_scalars(directory / "cnn" / "train", "epoch_loss", {0: 0.5})
    return Client(directory)


def test_every_route_has_a_section_and_no_other_has():
    assert set(SECTIONS) == set(routes.NAMES)


@pytest.mark.parametrize("route", routes.NAMES)
def test_the_example_of_a_route_is_answered_as_it_says(client, route):
    section = SECTIONS[route]
    (request,) = REQUEST.findall(section)
    name, _, query = request.partition("?")
    assert name == route
    response = client.get(route, **arguments(query))
    assert response.status_code == 200, response.text
    found = response.get_json(silent=True)
    if found is None:
        found, arrays = containers.unpack(response.data)
        patterns = re.findall(r"`([^`]+)`", " ".join(ARRAYS.findall(section)))
        assert [name for name in arrays if not any(fits(name, p) for p in patterns)] == []
    (example,) = EXAMPLE.findall(section)
    compare(found, json.loads(re.sub(r"\s//.*", "", example)), VARIABLE)


def arguments(query):
    """As in the text; the requests of a batch stand there as they are before they are encoded."""
    if query.startswith("requests="):
        return {"requests": query.partition("=")[2]}
    return dict(urllib.parse.parse_qsl(query))


def fits(name, pattern):
    """Whether an array's name is of the form described."""
    return re.fullmatch(re.sub(r"<\w+>", "[^/]+", pattern), name)
