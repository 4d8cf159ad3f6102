"""slow_convergence: small updates, dropout, equal units, and flat losses with another reason."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import slow_convergence as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

FLAT = np.linspace(2.3, 2.25, 60)


def steps_of(ratio, loss=FLAT):
    return Run(chain()).loss(loss).set(Kind.UPDATE, "ratio", ratio)


def test_a_flat_loss_with_tiny_steps_is_a_warning():
    (finding,) = found(rule, steps_of(1e-6))
    assert finding.severity == "warning"
    assert finding.variant == "small_updates"


# 296 steps that reach 0.15 together are of 5.07e-4; steps of 2e-4 and more are no longer small.
@pytest.mark.parametrize(("ratio", "count"), [(1.9e-4, 1), (2.1e-4, 0)])
def test_threshold_is_the_update_ratio(ratio, count):
    assert len(found(rule, steps_of(ratio))) == count


def test_threshold_is_how_far_all_updates_can_have_moved_the_weights():
    assert len(found(rule, steps_of(1e-4))) == 1
    assert found(rule, steps_of(1e-4), slow_path=0.02) == []


def test_tiny_steps_of_a_run_that_learns_are_not_reported():
    assert found(rule, steps_of(1e-6, np.linspace(2.3, 0.2, 60))) == []


def test_a_flat_loss_with_ordinary_updates_is_not_reported_because_the_data_may_hold_nothing():
    assert found(rule, steps_of(1e-3)) == []


def test_if_one_kernel_moves_the_learning_rate_is_not_the_reason():
    assert found(rule, steps_of(1e-7).set(Kind.UPDATE, "ratio", 1e-2, row=6)) == []


def test_updates_that_began_as_usual_and_faded_do_not_blame_the_learning_rate():
    assert found(rule, steps_of(1e-6).set(Kind.UPDATE, "ratio", 1e-2, at=1)) == []


def test_a_warm_up_is_not_reported():
    run = steps_of(1e-6)
    run.step["learning_rate"] = np.linspace(0, 1e-3, 60)
    assert found(rule, run) == []


def test_too_few_steps_say_nothing():
    run = Run(chain(), samples=18).loss(2.3).set(Kind.UPDATE, "ratio", 1e-6)
    assert found(rule, run) == []


def test_steps_of_accumulated_gradients_count_where_they_are_taken():
    run = steps_of(0.0).set(Kind.UPDATE, "ratio", 1e-3, at=slice(3, None, 4))
    assert found(rule, run) == []


def test_a_rate_of_zero_is_found():
    assert len(found(rule, steps_of(0.0))) == 1


def dropped(rate, loss=FLAT):
    model = chain()
    model.layers.add(path="dropout", class_name="Dropout", parent=-1, settings={"rate": str(rate)})
    return Run(model).loss(loss)


@pytest.mark.parametrize(("rate", "count"), [(0.9, 1), (0.5, 0)])
def test_dropout_is_named_where_its_rate_is_high_and_the_loss_flat(rate, count):
    assert len(found(rule, dropped(rate))) == count


def test_high_dropout_that_learns_is_not_reported():
    assert found(rule, dropped(0.9, np.linspace(2.3, 0.2, 60))) == []


def test_kernels_that_stay_zero_are_symmetric():
    run = Run(chain()).loss(2.3).set(Kind.WEIGHT, "l2", 0.0, row=2)
    (finding,) = found(rule, run)
    assert finding.where.layers == ["dense_1"]
    assert finding.severity == "error"


def test_a_zero_output_layer_is_not_reported():
    assert found(rule, Run(chain()).loss(2.3).set(Kind.WEIGHT, "l2", 0.0, row=6)) == []


def test_kernels_of_one_value_are_symmetric():
    run = Run(chain()).loss(2.3).set(Kind.WEIGHT, "std", 0.0, row=2)
    (finding,) = found(rule, run)
    assert finding.variant == "symmetric"


@pytest.mark.parametrize(("size", "count"), [(0.0, 1), (0.01, 0)])
def test_embeddings_that_stay_zero_are_symmetric(size, count):
    model = chain()
    model.layers.add(path="items", class_name="Embedding", parent=-1, trainable=True)
    model.variables.add(path="items/embeddings", layer=len(model.layers) - 1, shape=[50, 8])
    findings = found(rule, Run(model).loss(2.3).set(Kind.WEIGHT, "l2", size, row=-1))
    assert [finding.where.layers for finding in findings] == [["items"]] * count
    assert all("embeddings_initializer" in finding.advice[0].code for finding in findings)


@pytest.mark.parametrize(
    ("optimizer", "samples", "factor"),
    [("Adam", 60, 1000), ("Adam", 600, 100), ("Adagrad", 600, 1000)],
)
def test_a_short_run_and_adagrad_need_larger_steps(optimizer, samples, factor):
    made = (
        Run(chain(optimizer=optimizer), samples=samples).loss(2.3).set(Kind.UPDATE, "ratio", 8e-6)
    )
    (finding,) = found(rule, made)
    assert f"by a factor of {factor}, from" in finding.advice[0].text
