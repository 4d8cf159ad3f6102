"""Trained runs, shared by all tests of this folder."""

import functools

import pytest


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A run by the name of its function in `training_runs`, trained when it is first asked for."""

    @functools.cache
    def train(name):
        from tb_keras_inspect import load_run
        from tests.diagnosis import training_runs

        directory = tmp_path_factory.mktemp(name)
        training_runs.train(name, directory)
        return load_run(directory)

    return train


@pytest.fixture
def digits_mlp():
    """Trains a small healthy model, with the callback's defaults, into a directory."""

    def train(directory):
        from tb_keras_inspect import InspectCallback
        from tests.diagnosis import training_runs

        model, x, y, _ = training_runs.healthy()
        inspect = InspectCallback(str(directory), every=2, maps_every=0)
        model.fit(x, y, epochs=2, batch_size=64, verbose=0, callbacks=[inspect])

    return train
