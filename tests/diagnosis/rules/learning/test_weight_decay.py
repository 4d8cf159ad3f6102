"""weight_decay: kernels that lose most of their size while nothing is learned."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import weight_decay as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def run(left=0.1, decay="30.0", loss=2.3, ratio=0.03, regularizer=""):
    """Kernels that shrink to this part, with a rate of 1e-3."""
    options = {"optimizer": "AdamW", "optimizer.weight_decay": decay} if decay else {}
    made = Run(chain(**options)).loss(loss)
    for layer in made.model.layers if regularizer else ():
        layer.settings["kernel_regularizer"] = regularizer
    made.set(Kind.UPDATE, "ratio", ratio)
    return made.set(Kind.WEIGHT, "l2", np.geomspace(1, left, 60)[:, None])


@pytest.mark.parametrize(("left", "count"), [(0.4, 1), (0.6, 0)])
def test_the_threshold_is_what_is_left_of_the_kernels(left, count):
    assert len(found(rule, run(left))) == count


def test_a_run_that_learns_may_shrink_its_weights():
    assert found(rule, run(loss=np.linspace(2.3, 0.1, 60))) == []


@pytest.mark.parametrize(("decay", "count"), [("9.5", 1), ("8.5", 0)])
def test_the_part_of_the_updates_that_decay_makes_counts(decay, count):
    assert len(found(rule, run(decay=decay))) == count


def test_the_advice_is_the_same_optimizer_with_a_hundredth_of_the_decay():
    (finding,) = found(rule, run())
    assert "AdamW(0.001, weight_decay=0.3)" in finding.advice[0].code


def test_a_regularizer_is_named_with_its_layer():
    (finding,) = found(rule, run(decay="", regularizer="L2(l2=1.0)"))
    assert finding.variant == "regularizer"
    assert "L2(l2=1.0) in dense_0" in finding.title


def test_weights_that_shrink_without_either_are_left_alone():
    assert found(rule, run(decay="")) == []


@pytest.mark.parametrize(("part", "count"), [(0.6, 1), (0.4, 0)])
def test_a_penalty_on_outputs_that_is_most_of_the_first_loss_is_named(part, count):
    made = run(left=1.0, decay="")
    made.model.layers[1].settings["activity_regularizer"] = "L1(l1=10.0)"
    made.step["added_loss"] = np.full(60, part * 2.3)
    findings = found(rule, made)
    assert [finding.variant for finding in findings] == ["activity"] * count
    assert all("L1(l1=10.0)" in finding.title for finding in findings)


@pytest.mark.parametrize(("decay", "count"), [(0.4, 1), (0.2, 0)])
def test_the_recorded_split_of_the_update_counts_where_there_is_one(decay, count):
    made = run(decay="0.001").set(Kind.UPDATE, "l2", 1.0)
    assert len(found(rule, made.set(Kind.UPDATE, "decay_l2", decay))) == count


@pytest.mark.parametrize(("part", "count"), [(0.4, 1), (0.2, 0)])
def test_a_penalty_that_stays_a_large_part_of_the_loss_is_a_note_where_the_run_learns(part, count):
    loss = np.linspace(2.3, 0.1, 60)
    made = run(left=0.1, loss=loss, decay="", regularizer="L2(l2=1.0)")
    made.step["added_loss"] = part * loss
    findings = found(rule, made)
    assert [(f.variant, f.severity) for f in findings] == [("regularizer", "note")] * count
