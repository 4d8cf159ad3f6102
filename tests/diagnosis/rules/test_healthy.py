"""Trainings that go well: nothing above a note, whatever they look like."""

import pytest

from tb_keras_inspect import diagnose

HEALTHY = ("healthy", "healthy_tanh", "converged", "sparse", "fine_tuned", "rescaled_inside")


@pytest.mark.parametrize("name", HEALTHY)
def test_a_training_that_goes_well_has_nothing_above_a_note(trained, name):
    assert [str(f) for f in diagnose(trained(name)).at_least("warning")] == []
