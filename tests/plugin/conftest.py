"""Runs and clients that several files of this folder share."""

import pytest

from tb_keras_inspect import load_run
from tests.plugin.controlled_run import Training
from tests.plugin.serving import Client
from tests.store.run_writer import write_run


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    directory = tmp_path_factory.mktemp("logs")
    write_run(directory / "a", range(0, 500, 10), steps_per_epoch=100).close()
    write_run(directory / "sub" / "<b>", layers=("<img src=x>", "é")).close()
    return directory


@pytest.fixture(scope="module")
def client(logdir):
    return Client(logdir)


@pytest.fixture(scope="module")
def run(logdir):
    return load_run(logdir / "a")


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    directory = tmp_path_factory.mktemp("logs")
    for name in ("a", "plain"):
        write_run(directory / name).close()
    return directory


@pytest.fixture
def training(logs):
    training = Training(logs / "a")
    yield training
    training.close()


@pytest.fixture(scope="module")
def steering_client(logs):
    return Client(logs, control=True)
