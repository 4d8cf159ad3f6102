"""vanishing_gradient: early kernels against late ones."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import vanishing_gradient as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def fading(last_over_first, layers=6, loss=2.3, size=1e-3):
    """A chain whose gradients shrink from the last layer's `size` to the first one's."""
    run = Run(chain(layers)).loss(loss)
    for index in range(layers):
        faded = size * last_over_first ** ((layers - 1 - index) / (layers - 1))
        resize(run, faded, row=2 * index)
    return run


def resize(run, size, row, at=slice(None)):
    """Gives gradients a size, with the matching standard deviation."""
    run.set(Kind.GRADIENT, "l2", size, row, at)
    return run.set(Kind.GRADIENT, "std", size / 8, row, at)


def test_stuck_loss_and_faded_gradient_is_an_error_at_the_first_layers():
    (finding,) = found(rule, fading(1e-6))
    assert finding.severity == "error"
    assert list(finding.where.layers) == ["dense_0", "dense_1"]
    assert finding.first_step == 0
    assert finding.ongoing


@pytest.mark.parametrize(("factor", "count"), [(0.99, 1), (1.01, 0)])
def test_threshold_is_early_over_late(factor, count):
    run = resize(fading(1.0), 0.01 * factor * 1e-3, row=slice(0, 4))
    assert len(found(rule, run)) == count


def test_equal_sizes_are_not_reported():
    assert found(rule, fading(1.0)) == []


def test_all_gradients_small_together_as_in_a_converged_run_are_not_reported():
    assert found(rule, fading(1.0, size=1e-9, loss=1e-4)) == []


def test_a_run_that_has_learned_has_at_most_a_note():
    (finding,) = found(rule, fading(1e-6, loss=np.linspace(2.3, 0.05, 60)))
    assert finding.severity == "note"


def test_a_gradient_of_exactly_zero_is_another_problem():
    run = fading(1.0).set(Kind.GRADIENT, "l2", 0.0, row=slice(0, 4))
    assert found(rule, run) == []


def test_gradients_that_are_large_against_the_weights_have_not_faded():
    assert found(rule, fading(1e-4, size=1e5)) == []


def test_weights_that_have_grown_do_not_make_a_gradient_fade():
    run = fading(1.0).set(Kind.WEIGHT, "l2", 1e4, row=slice(0, 4))
    assert found(rule, run) == []


def test_too_few_steps_say_nothing():
    run = resize(Run(chain(6), samples=7).loss(2.3), 1e-9, row=slice(0, 4))
    assert found(rule, run) == []


def test_it_begins_where_the_gradient_faded():
    run = resize(fading(1.0), 1e-9, row=slice(0, 4), at=slice(20, None))
    (finding,) = found(rule, run)
    assert finding.first_step == 100


def test_recurrent_kernel_is_held_against_its_own_bias():
    model = chain(2)
    model.layers[0].class_name = "SimpleRNN"
    run = Run(model).loss(2.3)
    run.set(Kind.GRADIENT, "std", 1e-9, row=0)
    (finding,) = found(rule, run)
    assert list(finding.where.layers) == ["dense_0"]
    assert finding.variant == "time"
    assert finding.advice[0].code.startswith("keras.layers.LSTM")
