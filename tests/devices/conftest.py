"""Trainings on several devices, in processes of their own: devices are set up before the import."""

import importlib.util
import json
import socket
import subprocess

import pytest

from tests import programs

SECONDS = 900  # after which a training hangs: its processes wait for each other
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the trainings of a module write."""
    return tmp_path_factory.mktemp("devices")


@pytest.fixture(scope="session")
def start():
    """Runs a script of `trainings` in one process for each environment; returns what each reports."""
    return _start


def _start(script: str, log_dir, environments) -> list[dict]:
    backend = environments[0]["KERAS_BACKEND"]
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    processes = [
        programs.start(
            f"tests.devices.trainings.{script}",
            log_dir,
            env={**QUIET, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for environment in environments
    ]
    try:
        outputs = [process.communicate(timeout=SECONDS) for process in processes]
    finally:
        for process in processes:
            process.kill()
    failed = [process.returncode != 0 for process in processes]
    assert not any(failed), "\n\n".join(errors[-3000:] for _, errors in outputs)
    return [json.loads(output.splitlines()[-1]) for output, _ in outputs]


@pytest.fixture(scope="session")
def free_ports():
    """Makes a number of ports on which nothing listens."""
    return _free_ports


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@pytest.fixture(scope="session")
def assert_same():
    """Compares two runs, number by number."""
    return _assert_same


def _assert_same(run, reference, steps, kinds, rtol=2e-5, atol=1e-6, without=()):
    """The tables of `run` hold what those of `reference` do."""
    for step in steps:
        for kind in kinds:
            expected = reference.at(kind, step)
            assert expected, (kind, step)
            received = run.at(kind, step)
            assert received.keys() == expected.keys()
            for name, cells in expected.items():
                assert received[name].keys() == cells.keys()
                for statistic, value in cells.items():
                    if statistic.endswith("_seconds") or statistic in without:
                        continue
                    if statistic == "hash":  # summed over the parts, which count elements anew
                        assert received[name][statistic] > 0
                        continue
                    assert received[name][statistic] == pytest.approx(
                        value, rel=rtol, abs=atol, nan_ok=True
                    ), (kind, step, name, statistic)
