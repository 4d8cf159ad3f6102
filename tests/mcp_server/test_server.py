"""The MCP server, asked by the official client: answers, limits, errors, what it may not reach."""

import base64
import inspect
import json
import os
import subprocess
import sys
import threading
import time

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.catalog.json_schema import JSON_SCHEMA
from tb_keras_inspect.mcp_server import server as module
from tb_keras_inspect.mcp_server.answers import MOST_ROWS
from tb_keras_inspect.mcp_server.pictures import PICTURES
from tb_keras_inspect.mcp_server.server import create
from tb_keras_inspect.mcp_server.tools import ReadingTools
from tb_keras_inspect.records import Kind
from tests.cli.growing_run import GrowingRun
from tests.diagnosis.synthetic import Run, chain
from tests.docs.examples import compare
from tests.docs.pages import blocks
from tests.mcp_server.asking import ask, call, error, stdio_server, with_client
from tests.store.run_writer import write_run

READING = {
    "list_runs",
    "diagnose",
    "describe_model",
    "read_table",
    "read_series",
    "draw",
    "training_state",
}


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """Run `a` with everything; run `deep/sick` with dead units and a NaN; beside them a secret."""
    folder = tmp_path_factory.mktemp("mcp")
    write_run(folder / "logs" / "a").close()
    sick = Run(chain()).loss(2.3).set(Kind.ACTIVATION, "dead_fraction", 0.95, row=1)
    sick.step["loss"][40:] = np.nan
    growing = GrowingRun(folder / "logs" / "deep" / "sick", sick)
    growing.grow(to_step=1000)
    write_run(folder / "secret").close()
    os.symlink(folder / "secret", folder / "logs" / "linked")
    (folder / "logs" / "files").mkdir()
    for path in (folder / "secret").iterdir():
        os.symlink(path, folder / "logs" / "files" / path.name)
    return folder / "logs"


@pytest.fixture(scope="module")
def server(logdir):
    return create(str(logdir))


def tools_of(server):
    async def script(client):
        return {tool.name: tool for tool in (await client.list_tools()).tools}

    return with_client(server, script)


def test_tools_only_read_unless_control_was_asked_for(logdir):
    tools = tools_of(create(str(logdir)))
    assert set(tools) == READING
    assert all(tool.annotations.read_only_hint for tool in tools.values())
    tools = tools_of(create(str(logdir), control=True))
    assert set(tools) == READING | {"steer"}
    assert not tools["steer"].annotations.read_only_hint
    assert "set_learning_rate(value)" in tools["steer"].description
    assert "look_at_batch" not in tools["steer"].description


def test_each_tool_says_what_it_is_for_and_what_it_takes(server):
    for tool in tools_of(server).values():
        assert tool.description
        assert "self" not in tool.input_schema["properties"]


def test_runs_are_listed_with_their_health_and_without_those_behind_links(server, logdir):
    answer = ask(server, "list_runs")
    assert answer["schema"] == JSON_SCHEMA
    assert [run["run"] for run in answer["runs"]] == ["a", "deep/sick"]
    assert [r["run"] for r in ask(server, "list_runs", pattern="deep/*")["runs"]] == ["deep/sick"]
    assert ask(server, "list_runs", first=1)["runs"][0]["run"] == "deep/sick"
    summary = load_run(logdir / "a").summary().to_dict() | {"run": "a"}
    assert answer["runs"][0] == json.loads(json.dumps(summary))


def test_diagnose_says_what_the_command_line_says(server, logdir, capsys):
    from tb_keras_inspect.cli import main

    answer = ask(server, "diagnose", run="deep/sick")
    main(["diagnose", str(logdir / "deep" / "sick"), "--json"])
    (printed,) = json.loads(capsys.readouterr().out)["runs"]
    assert answer == {"schema": JSON_SCHEMA, **printed, "run": "deep/sick"}
    assert [finding["problem"] for finding in answer["findings"]] == ["non_finite", "dying_relu"]


def test_diagnose_takes_good_runs(server):
    few = error(server, "diagnose", run="deep/sick", against=["deep/sick"])
    assert "at least 3 good runs" in few
    same = ["deep/sick"] * 3
    assert ask(server, "diagnose", run="deep/sick", against=same)["findings"]
    assert "has other layers" in error(server, "diagnose", run="a", against=same)


def test_since_leaves_out_what_was_over_before(server):
    assert ask(server, "diagnose", run="deep/sick", since=10_000)["findings"] == []


def test_the_model_is_described_with_what_can_be_asked_for(server):
    answer = ask(server, "describe_model", run="a")
    assert [layer["path"] for layer in answer["layers"]] == ["conv", "dense"]
    assert answer["compiled"] == {"loss": "mse", "optimizer": "Adam"}
    assert answer["hyperparameters"] == {}
    assert "l2" in answer["tables"]["gradient"]
    assert "conv" in answer["pictures"]["maps"]


def test_a_table_is_that_of_the_store_at_the_newest_sample_before_a_step(server, logdir):
    table = load_run(logdir / "a").table("gradient")
    answer = ask(server, "read_table", run="a", kind="gradient", step=25, statistics=["l2", "mean"])
    assert answer["step"] == 20
    assert [row["name"] for row in answer["rows"]] == table.names
    wanted = [table.select(name)[2] for name in ("l2", "mean")]
    found = np.array([row["values"] for row in answer["rows"]]).T
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    answer = ask(server, "read_table", run="a", kind="gradient", rows="conv/*")
    assert [row["name"] for row in answer["rows"]] == ["conv/kernel", "conv/bias"]
    assert answer["step"] == 40


def test_a_series_keeps_each_nan_also_when_it_is_pooled(server):
    given = {"run": "deep/sick", "kind": "step", "statistic": "loss"}
    answer = ask(server, "read_series", **given, points=60)
    assert answer["steps"] == list(range(0, 300, 5))
    assert answer["values"] == [2.3] * 40 + ["NaN"] * 20
    assert answer["nonfinite"] == 20
    answer = ask(server, "read_series", **given, points=7)
    assert len(answer["steps"]) == len(answer["max"]) == 7
    assert answer["max"][-1] == answer["min"][-1] == "NaN"
    answer = ask(server, "read_series", **given, first_step=100, last_step=150)
    assert (answer["steps"][0], answer["steps"][-1], answer["samples"]) == (100, 150, 11)


def test_the_examples_of_the_guide_have_the_forms_of_the_answers(server):
    found = [block for block in blocks("json") if block.page == "docs/howto/agents.md"]
    _, table, series = (json.loads(block.text) for block in found)
    given = {"run": "a", "kind": "gradient", "statistics": ["l2"]}
    compare(ask(server, "read_table", **given), table)
    given = {"run": "deep/sick", "kind": "step", "statistic": "loss", "points": 3}
    compare(ask(server, "read_series", **given), series)


def test_what_is_too_large_is_cut_and_counted(tmp_path):
    run = Run(chain(layers=MOST_ROWS), samples=2)
    GrowingRun(tmp_path / "wide", run).grow(to_step=1000)
    server = create(str(tmp_path))
    answer = ask(server, "read_table", run="wide", kind="gradient", statistics=["l2"])
    assert (len(answer["rows"]), answer["more_rows"]) == (MOST_ROWS, MOST_ROWS)


def test_an_answer_that_is_too_long_says_what_to_ask_for(server, monkeypatch):
    monkeypatch.setattr(module, "MOST_TEXT", 100)
    assert "ask for fewer rows" in error(server, "describe_model", run="a")


@pytest.mark.parametrize("picture", ["overview", "activation_maps", "kernels"])
def test_a_picture_is_a_png(server, picture):
    name = {"activation_maps": "conv", "kernels": "conv/kernel"}.get(picture, "")
    result = call(server, "draw", run="a", picture=picture, name=name)
    if picture == "kernels":  # this run has none
        assert result.is_error
        assert "Kinds there" in result.content[0].text
        return
    (image,) = result.content
    assert image.mime_type == "image/png"
    assert base64.b64decode(image.data).startswith(b"\x89PNG")


def test_the_description_of_draw_names_all_pictures():
    parameter = inspect.signature(ReadingTools.draw).parameters["picture"]
    (field,) = parameter.annotation.__metadata__
    assert field.description == f"One of {', '.join(PICTURES)}."


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("diagnose", {"run": "b"}, "Runs there: 'a', 'deep/sick'"),
        ("read_table", {"run": "a", "kind": "gradients"}, "Kinds there"),
        ("read_table", {"run": "a", "kind": "gradient", "statistics": ["l3"]}, "'l2'"),
        ("read_series", {"run": "a", "kind": "gradient", "statistic": "l2"}, "'conv/kernel'"),
        ("read_series", {"run": "a", "kind": "step", "statistic": "loss", "points": 0}, "points"),
        ("draw", {"run": "a", "picture": "cat"}, "Pictures: overview"),
        ("draw", {"run": "a", "picture": "activation_maps"}, "needs the `name`"),
        ("training_state", {"run": "a"}, "takes no commands"),
    ],
)
def test_an_error_says_what_there_is(server, tool, arguments, words):
    assert words in error(server, tool, **arguments)


@pytest.mark.parametrize(
    "run", ["../secret", "linked", "files", "/etc", "a/../../secret", "", ".", "a\0"]
)
@pytest.mark.parametrize("tool", ["diagnose", "draw", "training_state", "steer"])
def test_no_name_leads_out_of_the_directory(logdir, run, tool):
    server = create(str(logdir), control=True)
    arguments = {"command": "pause"} if tool == "steer" else {}
    assert "No run" in error(server, tool, run=run, **arguments)


def test_an_unexpected_failure_tells_the_client_nothing_of_the_machine(server, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("/home/someone/secret")

    monkeypatch.setattr("tb_keras_inspect.mcp_server.tools.diagnose", fail)
    assert "secret" not in error(server, "diagnose", run="a")


def test_without_the_package_the_command_says_what_to_install():
    code = (
        "import sys; sys.modules['mcp'] = None; from tb_keras_inspect.cli import main; "
        "sys.exit(main(['mcp', 'logs']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install '.[mcp]'" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_command_serves_over_stdio_and_prints_nothing_else(logdir, mode):
    async def script(client):
        tools = await client.list_tools()
        answer = await client.call_tool("diagnose", {"run": "a"})
        return {tool.name for tool in tools.tools}, answer.structured_content["run"]

    assert with_client(stdio_server(logdir), script, mode) == (READING, "a")


class Steps(keras.callbacks.Callback):
    """Lets a training run go on for as long as a test needs it."""

    def on_train_batch_begin(self, batch, logs=None):
        time.sleep(0.01)


@pytest.mark.slow
def test_a_running_fit_is_steered_with_its_token_and_not_with_another(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, name="dense")])
    model.compile("sgd", "mse", run_eagerly=True)
    x, y = np.ones((64, 4)), np.ones((64, 1))
    callback = InspectCallback(tmp_path / "a", every=1, control=True, console=None, maps_every=0)
    fit = threading.Thread(
        target=model.fit,
        args=(x, y),
        kwargs={"epochs": 10_000, "batch_size": 8, "verbose": 0, "callbacks": [callback, Steps()]},
    )
    fit.start()
    server = create(str(tmp_path), control=True)
    try:
        end = time.monotonic() + 60
        while call(server, "training_state", run="a").is_error:
            assert time.monotonic() < end
            time.sleep(0.1)
        wrong = create(str(tmp_path), control=True, token="not the token")
        assert error(wrong, "steer", run="a", command="stop")
        assert "There is no command 'fly'" in error(server, "steer", run="a", command="fly")
        assert "picture" in error(server, "steer", run="a", command="look_at_batch")
        done = ask(server, "steer", run="a", command="set_learning_rate", arguments={"value": 0.5})
        assert float(done["new"]) == 0.5
        state = ask(server, "training_state", run="a")
        assert state["alive"]
        assert not {"challenge", "token"} & set(state["state"])
        ask(server, "steer", run="a", command="stop")
    finally:
        model.stop_training = True
        fit.join(60)
    assert not fit.is_alive()
    assert ask(server, "training_state", run="a")["alive"] is False
