"""The JSON examples of docs/command_line.md have the form of what the commands print."""

import json
import pathlib
import re

import pytest

from tb_keras_inspect.catalog.json_schema import JSON_SCHEMA
from tb_keras_inspect.cli import SUBCOMMANDS, demo, follow, main
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tests.cli.growing_run import GrowingRun
from tests.diagnosis.synthetic import Run, chain
from tests.docs.examples import compare

TEXT = (pathlib.Path(__file__).parents[2] / "docs" / "command_line.md").read_text()
SECTION = re.compile(r"^### ([^\n]*)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
EXAMPLES = {
    title.strip("`"): json.loads(re.search(r"```json\n(.*?)```", body, re.DOTALL)[1])
    for title, body in SECTION.findall(TEXT)
}


@pytest.fixture
def logs(tmp_path, monkeypatch):
    """A run with dead units, which were reported as a warning."""
    run = Run(chain()).loss(2.3).set(Kind.ACTIVATION, "dead_fraction", 0.95, row=1)
    run.units = {1: [[0.0] * 8] * 60}
    growing = GrowingRun(tmp_path / "logs" / "a", run)
    growing.grow(to_step=1000)
    growing.end(pb.FindingChange(change="found", problem="dying_relu", severity="warning"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(follow, "BETWEEN_SECONDS", 0.0)


def test_every_command_with_an_answer_takes_json_and_has_an_example():
    commands = {title.split()[0] for title in EXAMPLES if title.endswith("--json")}
    assert commands == set(SUBCOMMANDS) - {"mcp"}  # it speaks JSON all the time


@pytest.mark.parametrize(
    "title", [title for title in EXAMPLES if title.startswith(("diag", "exp", "runs", "summary"))]
)
def test_an_example_has_the_form_of_what_is_printed(logs, capsys, title):
    command, *options = title.split()
    main([command, "logs", *options])
    text = capsys.readouterr().out
    answer = json.loads(text.splitlines()[-1] if "--follow" in options else text)
    assert answer["schema"] == JSON_SCHEMA
    if command == "runs":
        for run in (answer["runs"][0], EXAMPLES[title]["runs"][0]):
            run |= {"logs": {}, "settings": {}, "hyperparameters": {}}  # their names are data
    compare(answer, EXAMPLES[title])


def test_the_example_of_a_change_that_is_followed_has_the_finding_of_diagnose(logs, capsys):
    main(["diagnose", "logs", "--follow", "--json"])
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    compare(first | {"finding": None}, EXAMPLES["diagnose --follow --json"])
    compare(first["finding"], EXAMPLES["diagnose --json"]["runs"][0]["findings"][0])


def test_the_example_of_demo_has_the_form_of_its_result():
    compare(demo._result("logs", ["healthy_cnn"], None), _without_schema("demo --json"))


def test_the_example_of_an_error_has_its_form(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command in ("diagnose", "export", "runs", "summary"):
        assert main([command, "nowhere", "--json"]) == 2
        assert json.loads(capsys.readouterr().out) == EXAMPLES["Errors"]


def _without_schema(title):
    return {name: value for name, value in EXAMPLES[title].items() if name != "schema"}
