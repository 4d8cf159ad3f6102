"""validation_mismatch: never better than a constant, while training learns."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import validation_mismatch as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

BASELINE = float(np.log(10))


def run(val=1.2, first=0.4, train=0.1, norm="", samples=60):
    """Losses relative to the baseline: of validation, at the end of the first epoch, and now."""
    made = Run(chain(), samples=samples)
    epochs = np.geomspace(first, train, 4)
    made.epoch(loss=epochs * BASELINE, val_loss=np.broadcast_to(val, 4) * BASELINE)
    quarter = samples // 4
    loss = np.r_[np.linspace(1, first, quarter), np.linspace(first, train, samples - quarter)]
    if norm:
        made.model.layers.add(
            path="norm", class_name="BatchNormalization", parent=-1, settings={"momentum": norm}
        )
    return made.loss(loss * BASELINE)


@pytest.mark.parametrize(("val", "count"), [(1.05, 1), (0.95, 0)])
def test_the_threshold_is_the_best_validation_loss(val, count):
    assert len(found(rule, run(val))) == count


def test_one_good_epoch_is_enough_to_show_that_the_data_is_alike():
    assert found(rule, run(val=[0.8, 0.9, 1.0, 1.0])) == []


def test_a_model_that_memorises_learns_nothing_from_new_examples():
    assert found(rule, run(val=1.05, first=0.97)) == []


def test_a_model_that_does_not_learn_has_no_such_problem():
    assert found(rule, run(first=0.7, train=0.65)) == []


@pytest.mark.parametrize(
    ("momentum", "severity"), [("0.9999", "warning"), ("0.9", "warning"), ("0.995", "warning")]
)
def test_a_batch_normalisation_is_named_with_how_far_it_is_warmed_up(momentum, severity):
    (finding,) = found(rule, run(val=20.0, norm=momentum))
    assert (finding.variant, finding.severity) == ("batch_norm", severity)
    warmed = 1 - float(momentum) ** 296
    assert finding.evidence[1].value == pytest.approx(warmed)
    assert ("warmed up" in finding.title) == (warmed < 0.9)


def test_a_short_run_with_the_usual_momentum_is_a_note():
    (finding,) = found(rule, run(val=3.0, norm="0.99", samples=20))
    assert finding.severity == "note"


@pytest.mark.parametrize(("val", "count"), [(1.25, 1), (1.15, 0)])
def test_a_gap_larger_than_any_healthy_one_is_reported_whatever_its_cause(val, count):
    found_here = found(rule, run(val=[0.9, val, val, val], first=0.97))
    assert [finding.variant for finding in found_here] == ["gap"] * count


def test_with_a_validation_split_the_order_is_looked_at_first():
    made = run()
    assert "prepared exactly" in found(rule, made)[0].advice[0].text
    made.model.compiled["fit.validation_split"] = "0.2"
    assert "Shuffle the examples before `fit`" in found(rule, made)[0].advice[0].text


@pytest.mark.parametrize(("momentum", "count"), [("0.9999", 1), ("0.99", 0)])
def test_an_unusual_momentum_that_costs_little_is_a_note(momentum, count):
    made = run(val=[0.5, 0.3, 0.2, 0.15], norm=momentum)
    assert [finding.severity for finding in found(rule, made)] == ["note"] * count


@pytest.mark.parametrize(("off", "count"), [(1.5, 1), (0.3, 0)])
def test_moving_means_far_off_the_batches_are_named(off, count):
    made = run(val=[0.5, 0.6, 0.7, 0.7], norm="0.9")
    made.set(Kind.ACTIVATION, "moving_mean_distance", off, row=1)
    findings = found(rule, made)
    assert [finding.variant for finding in findings] == ["batch_norm"] * count
    assert all(finding.evidence[2].value == pytest.approx(off) for finding in findings)


@pytest.mark.parametrize(("first", "expected"), [(0.4, ["unlike"]), (0.8, [])])
def test_where_few_steps_of_the_first_epoch_were_sampled_its_mean_loss_tells(first, expected):
    made = run(val=1.1, first=first, samples=12)
    assert [finding.variant for finding in found(rule, made)] == expected
