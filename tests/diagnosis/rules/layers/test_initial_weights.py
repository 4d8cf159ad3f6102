"""initial_weights: too large if training starts far off, too small if it is stuck."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import initial_weights as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

GLOROT = np.sqrt(2 / 16)  # 8 inputs, 8 units
HE = np.sqrt(2 / 8)
LECUN = np.sqrt(1 / 8)
FALLING = np.geomspace(1, 0.02, 60)


def run(std, loss=FALLING * 23, **options):
    """A network whose kernels start with this standard deviation."""
    made = Run(chain(**{"layers": 6} | options)).loss(loss)
    return made.set(Kind.WEIGHT, "std", std)


def fading(std, factor=0.1, loss=2.3):
    """One whose outputs shrink by a factor from layer to layer."""
    made = run(std, loss)
    for row in range(5):
        made.set(Kind.ACTIVATION, "std", 0.5 * factor**row, row=row)
    return made


@pytest.mark.parametrize(("factor", "count"), [(1.6, 1), (1.4, 0)])
def test_large_is_compared_with_he_and_glorot_initialisation(factor, count):
    assert len(found(rule, run(factor * HE))) == count


@pytest.mark.parametrize(("times", "count"), [(5.1, 1), (4.9, 0)])
def test_large_weights_count_only_if_the_first_loss_is_far_above_the_baseline(times, count):
    loss = np.full(60, times * np.log(10))
    assert len(found(rule, run(4 * HE, loss))) == count


@pytest.mark.parametrize(("size", "count"), [(6.0, 1), (4.0, 0)])
def test_of_a_regression_the_first_outputs_are_compared_with_the_targets(size, count):
    made = Run(chain(last="linear", classes=1, loss="mse")).loss(400.0)
    made.set(Kind.WEIGHT, "std", 4 * HE)
    made.set(Kind.TARGET, "std", 1.0).set(Kind.ACTIVATION, "std", size, row=-1)
    assert len(found(rule, made)) == count


def test_a_run_that_has_learned_all_the_same_has_recovered():
    (finding,) = found(rule, run(4 * HE))
    assert (finding.variant, finding.severity, finding.ongoing) == ("too_large", "warning", False)
    (stuck,) = found(rule, run(4 * HE, np.full(60, 23.0)))
    assert (stuck.severity, stuck.ongoing) == ("error", True)


def test_the_advice_is_the_initialiser_for_the_layer_with_the_one_that_it_has():
    made = run(4 * HE)
    for layer in made.model.layers:
        layer.settings["kernel_initializer"] = "RandomNormal(mean=0.0, stddev=2.0)"
        layer.settings["units"] = "8"
    (finding,) = found(rule, made)
    assert "he_normal" in finding.advice[0].text
    assert "instead of RandomNormal(mean=0.0, stddev=2.0)" in finding.advice[0].text
    assert finding.advice[0].code == (
        'keras.layers.Dense(8, activation="relu", kernel_initializer="he_normal")'
    )


@pytest.mark.parametrize(("factor", "count"), [(0.25, 1), (0.35, 0)])
def test_small_is_compared_with_lecun_and_glorot_initialisation(factor, count):
    assert len(found(rule, fading(factor * min(LECUN, GLOROT)))) == count


def test_small_weights_in_a_run_that_learns_are_no_fault():
    assert found(rule, fading(0.01, loss=FALLING * 2.3)) == []


def test_small_weights_through_which_the_signal_passes_are_no_fault():
    assert found(rule, fading(0.01, factor=0.9)) == []


def test_weights_of_a_later_step_are_no_initial_weights():
    made = run(4 * HE)
    made.steps = made.steps + 100
    assert found(rule, made) == []


def test_large_biases_are_initial_weights_too():
    made = run(HE, np.full(60, 30.0)).set(Kind.WEIGHT, "std", 0.0).set(Kind.WEIGHT, "mean", 9.0)
    (finding,) = found(rule, made.set(Kind.WEIGHT, "mean", 0.0, row=slice(0, None, 2)))
    assert set(finding.where.variables) == {f"dense_{i}/bias" for i in range(6)}
    assert finding.advice[0].text == "Start the biases of dense_0 at 0."


def test_a_regression_whose_outputs_stay_too_large_has_not_recovered():
    made = Run(chain(last="linear", classes=1, loss="mse")).loss(np.linspace(400, 390, 60))
    made.set(Kind.WEIGHT, "std", 4 * HE).set(Kind.TARGET, "std", 1.0)
    made.set(Kind.ACTIVATION, "std", np.linspace(20, 19, 60), row=-1)
    (finding,) = found(rule, made)
    assert (finding.severity, finding.ongoing) == ("error", True)


def test_outputs_that_grow_with_usual_weights_are_named_with_the_layer():
    made = run(GLOROT, np.full(60, 30.0))
    for row, size in enumerate((1.0, 2.0, 4.0, 40.0, 60.0, 90.0)):
        made.set(Kind.ACTIVATION, "std", size, row=row)
    (finding,) = found(rule, made)
    assert (finding.variant, finding.where.layers) == ("grows", ["dense_3"])


def test_a_large_first_loss_without_large_outputs_has_another_cause():
    assert found(rule, run(GLOROT, np.full(60, 30.0))) == []
