"""The command line: what it accepts, and how it refuses the rest."""

import socket
import subprocess
import sys

import pytest

import tb_keras_inspect
from tb_keras_inspect.cli import SUBCOMMANDS, main
from tb_keras_inspect.demos import DATASETS, RUNS


def status_and_error(capsys, *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    return stopped.value.code, capsys.readouterr().err


def test_version_is_the_packages(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.strip() == tb_keras_inspect.__version__


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_command_explains_itself(capsys, name):
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert SUBCOMMANDS[name].HELP in text


def test_no_command_is_an_error_that_names_the_command(capsys):
    status, error = status_and_error(capsys)
    assert status == 2
    assert "COMMAND" in error


@pytest.mark.parametrize("text", ["nope", "", "healthy_cnn,", "healthy_cnn,nope"])
def test_unknown_run_is_refused_with_the_runs_there_are(capsys, text):
    status, error = status_and_error(capsys, "demo", "--runs", text)
    assert status == 2
    assert repr(text.split(",")[-1]) in error
    assert all(run in error for run in RUNS)


def test_unknown_dataset_is_refused_with_the_datasets_there_are(capsys):
    status, error = status_and_error(capsys, "demo", "--dataset", "imagenet")
    assert status == 2
    assert "imagenet" in error
    assert all(name in error for name in DATASETS)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "6006.5"])
def test_port_outside_the_range_is_refused_with_the_range(capsys, text):
    status, error = status_and_error(capsys, "demo", f"--port={text}")
    assert status == 2
    assert repr(text) in error
    assert "1 to 65535" in error


def test_port_in_use_is_refused_before_any_training(capsys, tmp_path):
    with socket.socket() as other:
        other.bind(("localhost", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["demo", "--port", str(port), "--logdir", str(tmp_path)]) == 1
    assert f"port {port} is in use" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_command_line_loads_no_keras_before_a_demo_runs():
    code = (
        "import sys, tb_keras_inspect.cli as cli; cli._parser(); "
        "sys.exit(sorted({'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
