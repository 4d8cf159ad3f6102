"""non_finite: which tensor was first, and which NaN do no harm."""

import numpy as np
import pytest

from tb_keras_inspect import diagnose
from tb_keras_inspect.diagnosis.rules.data import non_finite as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def broken(at=30):
    """A run whose loss is NaN from a sample on, and with it all gradients."""
    run = Run(chain())
    run.step["loss"][at:] = np.nan
    return run.set(Kind.GRADIENT, "nonfinite_count", 5, at=slice(at, None))


def test_the_loss_comes_before_the_gradients_made_from_it():
    (finding,) = found(rule, broken())
    assert finding.title == "The loss is not finite since step 150"
    assert (finding.severity, finding.first_step, finding.ongoing) == ("error", 150, True)


@pytest.mark.parametrize(
    ("kind", "row", "start"),
    [
        (Kind.INPUT, 0, "The input data x"),
        (Kind.WEIGHT, 2, "The weight dense_1/kernel"),
        (Kind.ACTIVATION, 2, "The output of layer dense_2"),
    ],
)
def test_what_the_step_computed_first_is_named(kind, row, start):
    run = broken().set(kind, "nonfinite_count", 1, row=row, at=slice(30, None))
    (finding,) = found(rule, run)
    assert finding.title.startswith(start)


def test_of_gradients_the_last_layers_is_first():
    run = Run(chain()).set(Kind.GRADIENT, "nonfinite_count", 1, at=slice(30, None))
    (finding,) = found(rule, run)
    assert "dense_3/bias" in finding.title


def test_bad_data_in_the_sample_before_is_where_it_began():
    run = broken().set(Kind.ACTIVATION, "nonfinite_count", 1, row=0, at=slice(28, None))
    (finding,) = found(rule, run)
    assert finding.first_step == 140


def test_data_that_is_bad_in_later_samples_is_the_cause_of_what_happened_between_two():
    run = Run(chain()).set(Kind.WEIGHT, "nonfinite_count", 1, row=2, at=slice(30, None))
    run.set(Kind.INPUT, "nonfinite_count", 3, at=[40, 50])
    (finding,) = found(rule, run)
    assert finding.title.endswith("since step 150, and the data holds non-finite values")
    assert finding.variant == "unsampled_data"
    assert finding.evidence[0].name == "the input data x at step 200"
    assert "in the data" in finding.advice[0].text


def test_bad_data_that_did_no_harm_before_is_not_the_cause():
    run = Run(chain()).set(Kind.WEIGHT, "nonfinite_count", 1, row=2, at=slice(30, None))
    run.set(Kind.INPUT, "nonfinite_count", 3, at=[10, 50])
    (finding,) = found(rule, run)
    assert finding.variant == "weight"
    assert "Nothing had grown" in finding.cause
    assert "Guard" in finding.advice[0].text


def test_what_grew_before_is_evidence():
    run = broken()
    run.step["gradient_norm"][24:30] = np.geomspace(10, 1e6, 6)
    (finding,) = found(rule, run)
    (grown,) = [item for item in finding.evidence if item.statistic == "gradient_norm"]
    assert grown.unit == "times"
    assert grown.value == pytest.approx(1e6 / 1)
    assert "diverging" in finding.cause


def test_growth_up_to_an_overflow_is_a_finite_factor():
    run = broken()
    run.step["gradient_norm"][24:30] = [10, 1e2, 1e3, 1e4, 1e5, np.inf]
    (finding,) = found(rule, run)
    (grown,) = [item for item in finding.evidence if item.statistic == "gradient_norm"]
    assert grown.value == pytest.approx(1e5)


def test_an_odd_batch_of_a_converged_run_is_not_growth():
    run = Run(chain()).loss(np.geomspace(2.3, 1e-4, 60))
    run.step["loss"][29:] = [0.05, *[np.nan] * 30]
    (finding,) = found(rule, run)
    assert "Nothing had grown" in finding.cause
    assert "Guard" in finding.advice[0].text


def test_single_overflows_that_mixed_precision_skips_are_not_reported():
    run = Run(chain()).set(Kind.GRADIENT, "nonfinite_count", 3, at=[0, 1, 20, 40])
    run.step["loss_scale"] = np.full(60, 1024.0)
    assert found(rule, run) == []
    assert len(found(rule, run.set(Kind.GRADIENT, "nonfinite_count", 3, at=slice(50, None)))) == 1


def test_infinities_inside_a_layer_are_not_reported_while_all_else_is_finite():
    assert found(rule, Run(chain()).set(Kind.ACTIVATION, "nonfinite_count", 7, row=1)) == []


def test_a_batch_that_was_survived_is_a_warning():
    run = Run(chain())
    run.step["loss"][30] = np.nan
    (finding,) = found(rule, run)
    assert (finding.severity, finding.ongoing) == ("warning", False)


def test_an_epochs_loss_shows_what_no_sampled_step_met():
    run = Run(chain()).epoch(loss=[1.0, np.nan], val_loss=[1.0, 1.0])
    (finding,) = found(rule, run)
    assert finding.title == "Loss of the epoch is not finite since step 295"


@pytest.mark.parametrize("val", [[1.0, np.nan, 1.0, np.nan], [np.nan] * 4])
def test_a_validation_loss_says_nothing_about_training(val):
    run = Run(chain()).epoch(loss=[1.0, 0.9, 0.8, 0.7], val_loss=val)
    assert found(rule, run) == []


def test_all_that_follows_a_nan_is_one_finding():
    run = broken().set(Kind.WEIGHT, "nonfinite_count", 8, at=slice(31, None))
    run.set(Kind.ACTIVATION, "dead_fraction", 1.0, at=slice(31, None))
    run.set(Kind.UPDATE, "l2", np.nan, at=slice(31, None))
    assert [finding.problem for finding in diagnose(run.data)] == ["non_finite"]


@pytest.mark.parametrize(
    ("class_name", "advice"),
    [("OwnSoftmax", "Guard the operations of dense_3"), ("Add", "Guard op")],
)
def test_an_operation_of_the_users_own_that_made_the_first_nan_is_named(class_name, advice):
    run = Run(chain()).loss(np.full(60, np.nan)).set(Kind.ACTIVATION, "nonfinite_count", 9, row=-1)
    run.model.layers[-1].class_name, run.model.layers[-1].parameters = class_name, 0
    (finding,) = found(rule, run)
    assert finding.advice[0].text.startswith(advice)


@pytest.mark.parametrize(
    ("loss", "code"),
    [
        ("binary_crossentropy", "loss=keras.losses.BinaryCrossentropy(from_logits=True)"),
        ("mean_squared_error", ""),
    ],
)
def test_only_a_loss_that_has_logits_is_computed_from_them(loss, code):
    run = Run(chain(loss=loss)).loss(np.full(60, np.nan))
    (finding,) = found(rule, run)
    assert finding.advice[0].code == code
