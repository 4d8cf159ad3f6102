"""The folder of the tests' helpers, and a training that nobody watches."""

import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).parent))  # small_training, disks
sys.path.append(str(pathlib.Path(__file__).parent.parent / "store"))  # run_writer


@pytest.fixture(scope="session")
def plain():
    """What the training comes to without the callback."""
    import small_training

    model = small_training.make_model()
    small_training.fit(model)
    return small_training.state(model)
