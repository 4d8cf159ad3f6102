"""`make test` starts from nothing that an earlier run left, and makes nothing expensive twice."""

import os
import subprocess
import sys

import pytest

from scripts import run_tests

GROUPED = """
import os, pathlib, pytest

pytestmark = pytest.mark.xdist_group("shared")


@pytest.mark.parametrize("number", range(4))
def test(number):
    pathlib.Path(os.environ["PROCESSES"], str(os.getpid())).touch()
"""


def test_a_run_shares_no_executables_with_an_earlier_one(tmp_path):
    (tmp_path / "stale").touch()
    environment = run_tests.ENVIRONMENTS["jax"] | {run_tests.EXECUTABLES: str(tmp_path)}
    run_tests.Tests("jax", ("--version",), environment).run()
    assert not (tmp_path / "stale").exists()


@pytest.mark.slow
def test_tests_of_a_group_run_in_one_process(tmp_path):
    """Not with pytest 9.2 and pytest-xdist 3.8, and then each process trains what a group shares."""
    processes = tmp_path / "processes"
    processes.mkdir()
    for name in ("test_one.py", "test_two.py"):
        (tmp_path / name).write_text(GROUPED)
    command = [sys.executable, "-m", "pytest", "-q", *run_tests.IN_PARALLEL, tmp_path]
    environment = os.environ | {"PROCESSES": str(processes)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert len(list(processes.iterdir())) == 1
