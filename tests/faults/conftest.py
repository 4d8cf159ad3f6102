"""A training run without the callback, to compare with."""

import pytest


@pytest.fixture(scope="session")
def plain():
    """The state after training without the callback."""
    from tests.faults import small_training

    model = small_training.make_model()
    small_training.fit(model)
    return small_training.state(model)
