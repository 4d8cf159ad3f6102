"""saturated_activation: hidden bounded functions, from the start or by training."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import saturated_activation as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

LEARNS = np.linspace(2.3, 0.05, 60)


def flat(fraction, loss=2.3, at=slice(None), row=1, **model):
    run = Run(chain(**{"activation": "tanh", **model})).loss(loss)
    run.set(Kind.ACTIVATION, "saturated_fraction", 0.02)
    return run.set(Kind.ACTIVATION, "saturated_fraction", fraction, row=row, at=at)


@pytest.mark.parametrize(("fraction", "count"), [(0.5, 1), (0.49, 0)])
def test_threshold_is_the_fraction_of_saturated_outputs(fraction, count):
    assert len(found(rule, flat(fraction))) == count


def test_saturated_from_the_first_step_is_a_warning_even_where_it_learns():
    (finding,) = found(rule, flat(0.8, LEARNS))
    assert finding.severity == "warning"
    assert finding.variant == "from_start"


def test_saturation_that_came_with_learning_is_a_note():
    (finding,) = found(rule, flat(0.8, LEARNS, at=slice(20, None)))
    assert finding.severity == "note"
    assert finding.first_step == 100


def test_saturation_that_came_while_the_loss_is_stuck_is_an_error():
    (finding,) = found(rule, flat(0.95, at=slice(20, None)))
    assert finding.severity == "error"


def test_a_saturated_output_of_the_model_is_not_reported():
    assert found(rule, flat(1.0, row=3, last="sigmoid")) == []


def test_an_output_that_is_only_reshaped_is_still_an_output():
    model = chain(4, activation="tanh", last="")
    model.layers[3].class_name = "Reshape"
    del model.variables[6:]
    run = Run(model).loss(2.3).set(Kind.ACTIVATION, "saturated_fraction", 0.9, row=2)
    assert found(rule, run) == []


def test_each_of_several_outputs_counts_as_an_output():
    model = chain(4, activation="tanh")
    model.edges.add(source=0, target=2)
    model.edges.add(source=0, target=3)
    model.edges.add(source=0, target=1)
    run = Run(model).loss(2.3).set(Kind.ACTIVATION, "saturated_fraction", 0.9, row=1)
    assert found(rule, run) == []
    assert len(found(rule, run.set(Kind.ACTIVATION, "saturated_fraction", 0.9, row=0))) == 1


def test_saturation_that_ended_is_not_reported():
    assert found(rule, flat(0.9, at=slice(5, 20))) == []


def test_functions_without_flat_parts_are_not_reported():
    assert found(rule, flat(0.9, activation="relu")) == []


def test_a_simple_rnn_is_judged_by_its_outputs():
    model = chain(3, activation="")
    model.layers[0].class_name = "SimpleRNN"
    run = Run(model).loss(2.3)
    run.set(Kind.ACTIVATION, "max_abs", 1.0).set(Kind.ACTIVATION, "std", 0.98, row=0)
    (finding,) = found(rule, run)
    assert finding.where.layers == ["dense_0"]
    assert found(rule, run.set(Kind.ACTIVATION, "std", 0.6, row=0)) == []
