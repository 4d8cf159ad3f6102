"""Healthy training runs, some of which look broken: nothing above a note."""

import numpy as np
import pytest

from tb_keras_inspect import diagnose
from tb_keras_inspect.catalog.usual import GROWTH, USUAL

QUICK = ("healthy", "sparse", "rescaled_inside")
SLOW = ("healthy_tanh", "converged", "fine_tuned", "targets_far_from_zero", "unrelated_labels")


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
)
def test_a_healthy_run_has_nothing_above_a_note(trained, name):
    assert [str(f) for f in diagnose(trained(name)).at_least("warning")] == []


def values_of(run, usual):
    """The values that a usual range is about, of all samples."""
    table = run.table(usual.kind.value)
    rows = [row for row, name in enumerate(table.names) if name.endswith(usual.variables)]
    values = table.select("l2" if usual.statistic == GROWTH else usual.statistic)[:, rows]
    return values / values[0] if usual.statistic == GROWTH else values


@pytest.mark.parametrize("usual", USUAL, ids=lambda usual: usual.key)
def test_numbers_of_a_healthy_run_lie_in_the_usual_range(trained, usual):
    values = values_of(trained("healthy"), usual)
    assert values.size > 100
    assert np.mean((values >= usual.low) & (values <= usual.high)) >= 0.99


@pytest.mark.parametrize(
    ("name", "key"), [("dead_by_rate", "activation.dead_fraction"), ("dead_by_rate", "gradient.l2")]
)
def test_numbers_of_a_broken_run_lie_outside(trained, name, key):
    usual = next(usual for usual in USUAL if usual.key == key)
    last = values_of(trained(name), usual)[-1]
    assert ((last < usual.low) | (last > usual.high)).any()
