"""Makes `synthetic` and `trainings` of this folder importable, and shares what was trained."""

import functools
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A run by the name of its function in `trainings`, trained when it is first asked for."""

    @functools.cache
    def train(name):
        import trainings

        from tb_keras_inspect import load_run

        directory = tmp_path_factory.mktemp(name)
        trainings.train(name, directory)
        return load_run(directory)

    return train
