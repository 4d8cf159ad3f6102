"""slow_convergence by softmax between layers."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import hidden_softmax as rule
from tests.diagnosis.synthetic import Run, chain, found


@pytest.mark.parametrize(
    ("activation", "loss", "count"),
    [("softmax", 2.3, 1), ("relu", 2.3, 0), ("softmax", np.linspace(2.3, 0.1, 60), 0)],
)
def test_hidden_layers_with_softmax_are_named_where_the_run_does_not_learn(activation, loss, count):
    findings = found(rule, Run(chain(activation=activation)).loss(loss))
    assert [finding.variant for finding in findings] == ["hidden_softmax"] * count
    assert all(f.where.layers == ["dense_0", "dense_1", "dense_2"] for f in findings)


def test_a_gate_whose_softmax_another_kernel_does_not_receive_is_left_alone():
    model = chain(3, activation="relu")
    model.layers[0].activation = "softmax"
    model.variables[0].shape[1] = 4  # experts
    assert found(rule, Run(model).loss(2.3)) == []
