"""The demo's runs, trained once for all tests of the group `demo`."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

collect_ignore = [] if importlib.util.find_spec("mcp") else ["test_agents.py"]


def run_demo(log_dir: pathlib.Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "tb_keras_inspect.cli", "demo", "--no-serve"]
    done = subprocess.run(
        [*command, "--logdir", str(log_dir), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"KERAS_BACKEND": "tensorflow"},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> tuple[pathlib.Path, str]:
    log_dir = tmp_path_factory.mktemp("demo")
    return log_dir, run_demo(log_dir)
