"""dying_relu: which fraction of dead units has which severity."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import dying_relu as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def dead(fraction, loss=2.3, row=1, at=slice(None), **model):
    run = Run(chain(**model)).loss(loss)
    run.set(Kind.ACTIVATION, "zero_fraction", 0.5, row=row)
    return run.set(Kind.ACTIVATION, "dead_fraction", fraction, row=row, at=at)


@pytest.mark.parametrize(("fraction", "count"), [(0.5, 1), (0.49, 0)])
def test_threshold_is_the_fraction_of_dead_units(fraction, count):
    assert len(found(rule, dead(fraction))) == count


def test_threshold_can_be_changed():
    assert len(found(rule, dead(0.3), dead_share=0.25)) == 1


@pytest.mark.parametrize(
    ("fraction", "loss", "severity"),
    [
        (0.95, 2.3, "error"),
        (0.6, 2.3, "warning"),
        (0.6, np.linspace(2.3, 0.1, 60), "note"),
        (0.95, np.linspace(2.3, 0.1, 60), "note"),
        (1.0, np.linspace(2.3, 0.1, 60), "warning"),
    ],
)
def test_severity_says_how_much_is_lost_and_whether_training_suffers(fraction, loss, severity):
    (finding,) = found(rule, dead(fraction, loss))
    assert finding.severity == severity


def test_dead_units_are_reported_with_their_step_and_layer():
    (finding,) = found(rule, dead(0.95, at=slice(30, None)))
    assert finding.first_step == 150
    assert finding.where.layers == ["dense_1"]
    assert "since step 150" in finding.title


def test_units_that_were_zero_from_the_start_are_told_from_those_that_died():
    run = dead(1.0).set(Kind.ACTIVATION, "zero_fraction", 1.0, row=1)
    (finding,) = found(rule, run)
    assert finding.variant == "from_start"


def test_units_that_recovered_leave_a_note():
    (finding,) = found(rule, dead(0.95, at=slice(10, 30)))
    assert (finding.severity, finding.ongoing) == ("note", False)
    assert "recovered" in finding.title


def test_a_sparse_layer_whose_units_live_is_healthy():
    run = dead(0.0).set(Kind.ACTIVATION, "zero_fraction", 0.98, row=1)
    assert found(rule, run) == []


def test_a_window_of_few_batches_says_nothing():
    run = dead(1.0)
    run.step["dead_window"][:] = 4
    assert found(rule, run) == []


def with_units(max_abs):
    """Sites whose units are recorded, in epochs that hold but two sampled batches."""
    run = dead(1.0)
    run.step["dead_window"][:] = 2
    run.units = {1: np.asarray(max_abs, np.float32)}
    return run


def test_with_few_batches_per_epoch_more_of_them_are_used():
    silent = np.zeros((60, 8))
    (finding,) = found(rule, with_units(silent))
    assert finding.where.units == {"dense_1": list(range(8))}
    rare = silent.copy()
    rare[::4] = 1.0  # two of three windows of two batches see nothing of it
    assert found(rule, with_units(rare)) == []


def test_without_units_a_layer_that_is_zero_throughout_is_found():
    run = dead(np.nan).set(Kind.ACTIVATION, "zero_fraction", 1.0, row=1)
    assert len(found(rule, run)) == 1
    assert found(rule, run.set(Kind.ACTIVATION, "zero_fraction", 0.99, row=1)) == []


@pytest.mark.parametrize("activation", ["tanh", "linear", "leaky_relu"])
def test_other_functions_do_not_die(activation):
    assert found(rule, dead(1.0, activation=activation)) == []


def test_all_dead_layers_are_one_finding():
    run = dead(0.95, row=slice(0, 3))
    (finding,) = found(rule, run)
    assert finding.where.layers == ["dense_0", "dense_1", "dense_2"]
