"""exploding_gradient: growth, large updates, initial scale, and what only looks so."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis import diagnose
from tb_keras_inspect.diagnosis.rules.layers import exploding_gradient as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def growing(norm, loss):
    run = Run(chain()).loss(loss)
    run.step["gradient_norm"] = np.asarray(norm, np.float64)
    return run


def test_norm_and_loss_that_grow_together_are_an_error_from_where_they_began_to_grow():
    grown = 10.0 ** np.linspace(0, 6, 60)
    (finding,) = found(rule, growing(grown, 2.3 * grown))
    assert finding.severity == "error"
    assert finding.first_step <= 5 * int(np.argmax(grown >= 4))
    assert finding.confirmed_step == 5 * int(np.argmax(grown >= 100))


def test_growth_up_to_an_overflow_is_a_finite_factor():
    grown = 10.0 ** np.linspace(0, 6, 60)
    norm = grown.copy()
    norm[-1] = np.inf
    (finding,) = found(rule, growing(norm, 2.3 * grown))
    assert finding.evidence[0].value == pytest.approx(grown[-2])


@pytest.mark.parametrize(("factor", "count"), [(101, 1), (99, 0)])
def test_threshold_is_the_growth_over_the_first_norms(factor, count):
    norm = np.ones(60)
    norm[40:] = factor
    assert len(found(rule, growing(norm, np.where(norm > 1, 50.0, 2.3)))) == count


def test_growth_without_a_rise_of_the_loss_is_not_reported():
    norm = 10.0 ** np.linspace(0, 4, 60)
    assert found(rule, growing(norm, np.linspace(2.3, 0.1, 60))) == []


def test_a_late_spike_of_a_converged_run_below_its_first_norm_is_not_reported():
    norm = np.geomspace(1.0, 1e-6, 60)
    norm[50] = 0.5
    loss = np.geomspace(2.3, 1e-4, 60)
    loss[50] = 0.3
    assert found(rule, growing(norm, loss)) == []


def test_updates_as_large_as_the_weights_without_progress_are_an_error():
    run = Run(chain()).loss(2.3).set(Kind.UPDATE, "ratio", 1.5, row=2)
    (finding,) = found(rule, run)
    assert finding.variant == "large_updates"
    assert finding.where.variables == ["dense_1/kernel"]


def test_large_steps_of_the_first_step_alone_are_not_reported():
    run = Run(chain()).loss(2.3).set(Kind.UPDATE, "ratio", 5.0, row=2, at=0)
    assert found(rule, run) == []


def test_large_steps_of_biases_that_start_at_zero_are_not_reported():
    run = Run(chain()).loss(2.3).set(Kind.UPDATE, "ratio", 5.0, row=slice(1, None, 2))
    assert found(rule, run) == []


def test_large_steps_and_then_nan_are_found_with_a_single_finite_sample():
    run = Run(chain()).set(Kind.UPDATE, "ratio", 3.0, row=0)
    run.step["loss"][1:] = np.nan
    (finding,) = found(rule, run)
    assert finding.variant == "overflow"
    assert finding.where.layers == ["dense_0"]


def test_ordinary_updates_and_then_nan_are_not_an_explosion():
    run = Run(chain())
    run.step["loss"][30:] = np.nan
    assert found(rule, run) == []


@pytest.mark.parametrize(("factor", "count"), [(101, 1), (99, 0)])
def test_a_loss_that_jumped_up_and_stays_there_is_found_without_its_norm(factor, count):
    loss = np.full(60, 2.3026 * factor)
    loss[0] = 2.3
    assert len(found(rule, growing(np.ones(60), loss))) == count


def test_an_initial_scale_that_is_too_large_needs_a_loss_that_stays_far_above_the_baseline():
    run = growing(np.full(60, 1e4), np.linspace(500, 50, 60))
    (finding,) = found(rule, run)
    assert finding.variant == "initial_scale"
    assert finding.first_step == 0
    assert found(rule, growing(np.full(60, 1e4), np.geomspace(500, 0.1, 60))) == []
    assert found(rule, growing(np.full(60, 1e4), np.linspace(2.5, 2.4, 60))) == []


def test_targets_that_make_the_gradient_large_are_no_explosion_where_steps_stay_small():
    run = growing(np.full(60, 1e4), np.linspace(1.01e6, 1e6, 60))
    run.model.compiled["loss"] = "mse"
    run.set(Kind.TARGET, "mean", 1000.0).set(Kind.TARGET, "std", 100.0)
    assert found(rule, run) == []
    assert len(found(rule, run.set(Kind.UPDATE, "ratio", 0.05))) == 1


def test_a_usual_first_step_of_adam_and_then_nan_is_no_overflow():
    run = Run(chain(optimizer="Adam")).set(Kind.UPDATE, "ratio", 0.2, row=0)
    run.step["loss"][1:] = np.nan
    assert found(rule, run) == []
    run.model.compiled["optimizer"] = "SGD"
    assert [finding.variant for finding in found(rule, run)] == ["overflow"]


def test_a_first_update_that_replaces_the_weights_is_found_where_nothing_was_learned():
    run = Run(chain()).loss(2.3).set(Kind.UPDATE, "ratio", 0.3, at=0)
    (finding,) = found(rule, run)
    assert (finding.variant, finding.first_step, finding.ongoing) == ("large_updates", 0, True)
    assert finding.title.startswith("The first update changed the weights by 30 % (learning rate ")
    assert found(rule, run.loss(np.linspace(2.3, 0.1, 60))) == []
    assert found(rule, run.loss(2.3).set(Kind.UPDATE, "ratio", 0.2, at=0)) == []


def test_weights_in_float16_are_named_first():
    run = Run(chain()).set(Kind.UPDATE, "ratio", 3.0, row=0)
    run.step["loss"][1:] = np.nan
    for variable in run.model.variables:
        variable.dtype = "float16"
    assert "mixed_float16" in found(rule, run)[0].advice[0].code


def test_gradients_of_recurrent_layers_are_clipped_first():
    run = Run(chain()).set(Kind.UPDATE, "ratio", 3.0, row=0)
    run.step["loss"][1:] = np.nan
    assert "Lower the learning rate" in found(rule, run)[0].advice[0].text
    run.model.layers[0].class_name = "SimpleRNN"
    assert found(rule, run)[0].advice[0].text == "Clip the gradients."


@pytest.mark.parametrize(
    ("ratio", "dip", "step", "variant"),
    [
        (1e-3, 1.0, "own", "uphill"),
        (0.1, 1.0, "own", "growth"),
        (1e-3, 0.5, "own", "growth"),
        (1e-3, 1.0, "", "growth"),
    ],
)
def test_small_steps_of_an_own_train_step_that_only_rise_go_uphill(ratio, dip, step, variant):
    grown = 10.0 ** np.linspace(0, 6, 60)
    run = Run(chain(train_step=step)).loss(2.3 * grown * np.where(np.arange(60) == 1, dip, 1))
    run.step["gradient_norm"] = grown
    run.set(Kind.UPDATE, "ratio", ratio)
    # Until the loss has doubled, at the fourth sample, there must be enough of them.
    run.step["loss"][:20] = 2.3 * np.linspace(1, 1.5, 20) * np.where(np.arange(20) == 5, dip, 1)
    (finding,) = found(rule, run)
    assert finding.variant == variant
    assert ("sign" in finding.advice[0].text) == (variant == "uphill")


@pytest.mark.parametrize(
    ("loss", "first", "count"),
    [(2.3, 1.0, 1), (np.linspace(2.3, 0.1, 60), 1.0, 0), (2.3, 0.0, 0)],
    ids=["nothing learned since", "it learns", "a kernel that began at zero"],
)
def test_a_single_update_that_replaced_a_kernel_is_the_cause(loss, first, count):
    run = Run(chain()).loss(loss).set(Kind.UPDATE, "ratio", 1e-6)
    run.set(Kind.UPDATE, "ratio", 3.0, row=2, at=2).set(Kind.WEIGHT, "l2", first, row=2, at=0)
    findings = found(rule, run)
    assert [(f.variant, f.first_step) for f in findings] == [("large_updates", 10)] * count
    assert all("The update of step 10 replaced dense_1/kernel" in f.title for f in findings)


def killed(ratio=1e-3, **compiled):
    """Units that die at sample 30, from updates of this size of one kernel at sample 28."""
    run = Run(chain(**compiled)).loss(2.3).set(Kind.UPDATE, "ratio", 0.1, at=slice(28, None))
    run.set(Kind.ACTIVATION, "zero_fraction", 0.5, row=1).set(Kind.UPDATE, "ratio", ratio, 2, 28)
    return run.set(Kind.ACTIVATION, "dead_fraction", 0.95, row=1, at=slice(30, None))


@pytest.mark.parametrize(
    ("options", "first", "words"),
    [
        ({"ratio": 3.0}, 140, "At step 140 a single update changed dense_1/kernel by 3e+02 %"),
        ({"optimizer.momentum": "0.999"}, 150, "With a momentum of 0.999 steps go on"),
        ({"optimizer.momentum": "0.9"}, None, ""),
        ({"ratio": 0.3}, None, ""),
    ],
)
def test_units_that_died_of_far_too_large_steps_are_only_the_symptom(options, first, words):
    run = killed(**options)
    findings = found(rule, run)
    assert [finding.first_step for finding in findings] == [first] * (first is not None)
    assert all(
        words in finding.title and "have died of it" in finding.title for finding in findings
    )
    (root,) = diagnose(run.data)
    assert root.problem == ("dying_relu" if first is None else "exploding_gradient")
