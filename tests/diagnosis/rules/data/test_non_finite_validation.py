"""non_finite_validation: a NaN in validation alone, and what only looks so."""

import numpy as np
import pytest

from tb_keras_inspect import diagnose
from tb_keras_inspect.diagnosis.rules.data import non_finite_validation as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

TRAIN = np.geomspace(2.0, 0.1, 12)
NAN = np.full(12, np.nan)


def epochs(val, train=TRAIN, **metrics):
    return Run(chain()).epoch(loss=train, val_loss=val, **metrics)


def test_a_validation_loss_that_was_never_finite_points_at_the_data():
    (finding,) = found(rule, epochs(NAN))
    assert (finding.severity, finding.variant, finding.ongoing) == ("warning", "from_start", True)
    assert finding.first_step == 295 // 12
    assert "x_val" in finding.advice[0].code


def test_training_is_not_called_broken_and_everything_else_is_still_found():
    run = epochs(NAN).set(Kind.ACTIVATION, "dead_fraction", 0.95, row=1, at=slice(30, None))
    problems = {finding.problem for finding in diagnose(run.loss(2.3).data)}
    assert problems == {"non_finite_validation", "dying_relu"}


@pytest.mark.parametrize(("count", "findings"), [(1, 0), (2, 1)])
def test_threshold_is_the_number_of_epochs(count, findings):
    val = np.full(12, 0.5)
    val[4 : 4 + count] = np.inf
    assert len(found(rule, epochs(val))) == findings


def test_the_last_epoch_alone_is_a_note_because_the_weights_may_have_broken():
    val = np.full(12, 0.5)
    val[-1] = np.nan
    (finding,) = found(rule, epochs(val, val_accuracy=np.full(12, 0.9)))
    assert (finding.severity, finding.variant) == ("note", "at_the_end")
    assert "model.weights" in finding.advice[0].code


def test_the_only_epoch_of_a_run_is_a_note():
    (finding,) = found(rule, epochs(NAN[:1], TRAIN[:1]))
    assert finding.severity == "note"
    (finding,) = found(rule, epochs(NAN[:1], TRAIN[:1]), validation_nan_epochs=1)
    assert finding.severity == "warning"


def test_a_loss_that_became_non_finite_is_dated_and_points_at_the_outputs():
    val = np.where(np.arange(12) < 6, 0.5, np.nan)
    (finding,) = found(rule, epochs(val, val_accuracy=np.full(12, 0.9)))
    assert finding.variant == "later"
    assert finding.first_step == 7 * 295 // 12


def test_a_loss_that_is_finite_again_is_over():
    val = np.full(12, 0.5)
    val[3:6] = np.inf
    (finding,) = found(rule, epochs(val))
    assert not finding.ongoing
    assert finding.last_step == 6 * 295 // 12


def test_epochs_without_validation_are_not_reported():
    val = np.where(np.arange(12) % 4 == 3, 0.5, np.nan)
    assert found(rule, epochs(val)) == []
    assert found(rule, epochs(val, val_accuracy=val)) == []


def test_validation_that_stopped_after_an_earlier_fit_is_not_reported():
    val = np.where(np.arange(12) < 4, 0.5, np.nan)
    assert found(rule, epochs(val, val_accuracy=val)) == []


def test_after_a_nan_in_training_the_validation_loss_is_not_reported():
    run = epochs(np.where(np.arange(12) < 6, 0.5, np.nan), np.where(np.arange(12) < 6, 1, np.nan))
    run.step["loss"][30:] = np.nan
    assert found(rule, run) == []
    assert [finding.problem for finding in diagnose(run.data)] == ["non_finite"]


def test_a_training_loss_that_is_nan_too_is_another_problem():
    assert found(rule, epochs(NAN, NAN)) == []


@pytest.mark.parametrize("val", [np.full(12, 0.5), np.full(12, 1e30), np.full(12, 50.0)])
def test_a_finite_validation_loss_is_not_reported_however_large(val):
    assert found(rule, epochs(val)) == []


def test_without_validation_there_is_nothing_to_report():
    assert found(rule, Run(chain()).epoch(loss=TRAIN)) == []
