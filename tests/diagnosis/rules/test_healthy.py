"""Healthy training runs, some of which look broken: nothing above a note."""

import pytest

from tb_keras_inspect import diagnose

QUICK = ("healthy", "sparse", "rescaled_inside")
SLOW = ("healthy_tanh", "converged", "fine_tuned", "targets_far_from_zero", "unrelated_labels")


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
)
def test_a_healthy_run_has_nothing_above_a_note(trained, name):
    assert [str(f) for f in diagnose(trained(name)).at_least("warning")] == []
