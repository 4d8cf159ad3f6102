"""output_mismatch by an added loss that falls below zero without end."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import runaway_term as rule
from tests.diagnosis.synthetic import Run, chain, found


def run(added):
    added = np.broadcast_to(np.asarray(added, np.float64), 60)
    made = Run(chain()).loss(2.0 + added)
    made.step["added_loss"] = added.copy()
    return made


@pytest.mark.parametrize(("end", "count"), [(-25, 1), (-15, 0), (25, 0)])
def test_the_threshold_is_relative_to_the_first_loss(end, count):
    findings = found(rule, run(np.linspace(0, end, 60)))
    assert [finding.variant for finding in findings] == ["runaway"] * count


def test_a_term_that_is_negative_and_stays_is_left_alone():
    assert found(rule, run(-30.0)) == []


def test_a_run_without_added_losses_is_left_alone():
    assert found(rule, Run(chain())) == []
