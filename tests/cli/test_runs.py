"""The command `runs`: what it prints, and how it refuses."""

import json

import pytest

from tb_keras_inspect.cli import main
from tests.store.summary.runs import FOUND, write_trial


@pytest.fixture
def logdir(tmp_path):
    """Two trials that differ in their optimizer; the second one fails."""
    write_trial(tmp_path / "trial_1", optimizer="Adam").close()
    write_trial(tmp_path / "trial_2", optimizer="SGD", finding=FOUND).close()
    return str(tmp_path)


def printed(capsys, *arguments):
    assert main(["runs", *arguments]) == 0
    return capsys.readouterr().out


def test_it_prints_the_table_with_the_worst_run_first(capsys, logdir):
    _, first, second = printed(capsys, logdir).splitlines()
    assert first.startswith("trial_2")
    assert "ERROR dead ReLU units since step 20" in first
    assert "healthy" in second


def test_it_sorts_searches_and_groups(capsys, logdir):
    lines = printed(capsys, logdir, "--sort=-name").splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["trial_2", "trial_1"]
    assert "trial_2" not in printed(capsys, logdir, "--search", "adam")
    text = printed(capsys, logdir, "--group", "optimizer")
    assert text.startswith("optimizer = Adam: 1 run\nrun ")
    assert "\n\noptimizer = SGD: 1 run\nrun " in text


def test_json_has_a_schema_and_the_same_words(capsys, logdir):
    content = json.loads(printed(capsys, logdir, "--json"))
    assert content["schema"] == 1
    assert content["differing"] == ["optimizer"]
    worst, other = content["runs"]
    assert (worst["run"], worst["health"]) == ("trial_2", "error")
    assert worst["health_text"] == "dead ReLU units since step 20"
    assert worst["worst"]["advice"] == FOUND["advice"]
    assert other["worst"] is None


@pytest.mark.parametrize("arguments", [["--sort", "nope"], ["--group", "nope"]])
def test_an_unknown_column_is_refused_with_those_there_are(capsys, logdir, arguments):
    assert main(["runs", logdir, *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("tb-keras-inspect runs: No column 'nope'")
    assert "'val_accuracy'" in error


def test_a_directory_without_runs_is_refused(capsys, tmp_path):
    assert main(["runs", str(tmp_path)]) == 2
    assert "No records of InspectCallback" in capsys.readouterr().err
