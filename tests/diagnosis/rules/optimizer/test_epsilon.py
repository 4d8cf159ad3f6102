"""epsilon: a second moment below epsilon, in a run that does not learn."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.optimizer import epsilon as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def run(fraction=0.9, loss=2.3, size=2e-9):
    made = Run(chain(optimizer="Adam", **{"optimizer.epsilon": "1e-07"})).loss(loss)
    made.set(Kind.OPTIMIZER, "epsilon_fraction", fraction)
    return made.set(Kind.OPTIMIZER, "second_moment_rms", size)


@pytest.mark.parametrize(("fraction", "count"), [(0.51, 1), (0.49, 0), (np.nan, 0)])
def test_half_of_the_elements_are_the_limit(fraction, count):
    assert len(found(rule, run(fraction))) == count


def test_the_finding_says_epsilon_and_one_that_is_small_enough():
    (finding,) = found(rule, run(0.93))
    assert "Epsilon of 1e-07 outweighs the second moment of 93 %" in finding.title
    assert "epsilon=1e-11" in finding.advice[0].code
    assert finding.first_step == 0


def test_it_begins_where_most_fall_below():
    made = run()
    made.set(Kind.OPTIMIZER, "epsilon_fraction", 0.1, at=slice(0, 20))
    assert found(rule, made)[0].first_step == 100


def test_gradients_that_vanish_towards_the_input_are_left_to_another_rule():
    made = run()
    made.set(Kind.OPTIMIZER, "epsilon_fraction", 0.0, row=6)  # the kernel of the last layer
    assert found(rule, made) == []


def test_a_run_that_has_learned_is_left_alone():
    assert found(rule, run(loss=np.linspace(2.3, 0.1, 60))) == []


def test_without_a_size_only_the_loss_can_be_checked():
    (finding,) = found(rule, run(size=0.0))
    assert ["Check what" in advice.text for advice in finding.advice] == [True]


@pytest.mark.parametrize("samples", [1, 2, 6, 11])
def test_a_run_of_few_samples_is_read_as_far_as_it_goes(samples):
    made = Run(chain(optimizer="Adam"), samples=samples)
    made.set(Kind.OPTIMIZER, "moment_ratio", 5.0)
    assert found(rule, made) == []
