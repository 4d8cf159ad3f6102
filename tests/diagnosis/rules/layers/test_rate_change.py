"""rate_change: a raised learning rate, and a loss that stays above where it was."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import rate_change as rule
from tests.diagnosis.synthetic import Run, chain, found

BEFORE = np.linspace(2.3, 0.5, 30)


def run(after, factor=20.0, rates=None):
    """A rate of 0.01 that is multiplied in the middle, and a loss from there on."""
    made = Run(chain(optimizer="SGD")).loss(np.r_[BEFORE, np.broadcast_to(after, 30)])
    made.step["learning_rate"] = np.where(np.arange(60) < 30, 0.01, 0.01 * factor)
    if rates is not None:
        made.step["learning_rate"] = rates
    return made


def test_the_finding_says_both_rates_the_step_and_both_losses():
    (finding,) = found(rule, run(2.4))
    assert finding.first_step == 150
    assert finding.title.startswith("The learning rate was raised from 0.01 to 0.2 at step 150")
    assert "keras.optimizers.SGD(0.01)" in finding.advice[0].code
    assert "stable with it until step 145" in finding.advice[0].text


@pytest.mark.parametrize(("factor", "count"), [(3.1, 1), (2.9, 0)])
def test_the_threshold_is_the_jump_between_two_samples(factor, count):
    assert len(found(rule, run(2.4, factor))) == count


def test_a_loss_that_comes_back_is_a_restart():
    assert found(rule, run(np.r_[np.full(8, 2.0), np.linspace(1.0, 0.3, 22)])) == []


def test_a_loss_that_goes_on_falling_is_no_fault():
    assert found(rule, run(np.linspace(0.5, 0.1, 30))) == []


def test_a_warm_up_from_zero_is_no_jump():
    rates = np.r_[0.0, np.full(59, 0.01)]
    assert found(rule, run(2.4, rates=rates)) == []


def test_a_rate_that_falls_is_no_fault():
    assert found(rule, run(2.4, factor=0.01)) == []


def test_above_the_baseline_it_is_an_error_and_below_a_warning():
    assert [f.severity for f in found(rule, run(2.4))] == ["error"]
    assert [f.severity for f in found(rule, run(1.5))] == ["warning"]


@pytest.mark.parametrize(
    ("recorded", "by"),
    [("0.01", "A callback sets it"), ("CosineDecay(0.01, 5)", "until step 145.")],
)
def test_what_changes_the_rate_during_fit_is_to_be_corrected_there(recorded, by):
    made = run(2.4)
    made.model.compiled["optimizer.learning_rate"] = recorded
    (finding,) = found(rule, made)
    assert by in finding.advice[0].text
    assert bool(finding.advice[0].code) == ("Cosine" in recorded)
