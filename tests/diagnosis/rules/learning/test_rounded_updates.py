"""rounded_updates: in 16 bits, updates that are 0 though their gradients are not."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import rounded_updates as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def run(lost=0.6, without=0.0, dtype="bfloat16", loss=2.3, optimizer="SGD"):
    made = Run(chain(optimizer=optimizer)).loss(loss)
    for variable in made.model.variables:
        variable.dtype = dtype
    made.set(Kind.UPDATE, "zero_fraction", lost)
    return made.set(Kind.GRADIENT, "zero_fraction", without)


@pytest.mark.parametrize(
    ("lost", "without", "count"), [(0.41, 0.0, 1), (0.39, 0.0, 0), (0.7, 0.6, 0), (0.8, 0.6, 1)]
)
def test_those_with_a_gradient_count(lost, without, count):
    assert len(found(rule, run(lost, without))) == count


def test_the_finding_names_fraction_layer_and_type():
    (finding,) = found(rule, run(0.41))
    assert finding.title == "41 % of the updates of dense_0 are rounded away in bfloat16"
    assert finding.advice[0].code == 'keras.config.set_dtype_policy("mixed_bfloat16")'
    assert "its 128th part" in finding.cause


@pytest.mark.parametrize(("optimizer", "text"), [("Adam", "rounded to 1"), ("SGD", "128th part")])
def test_where_all_are_lost_the_optimizers_own_numbers_are_the_cause(optimizer, text):
    (finding,) = found(rule, run(1.0, optimizer=optimizer))
    assert text in finding.cause


def test_weights_in_float32_and_runs_that_learn_are_left_alone():
    assert found(rule, run(dtype="float32")) == []
    assert found(rule, run(loss=np.linspace(2.3, 0.1, 60))) == []
