"""What set a problem off: a rate that rose, a huge update, a huge gradient, in this order."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.trigger import trigger
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain


def text(run, step=150, layers=()):
    return trigger(run.facts, step, layers)[0]


def test_a_rate_that_has_just_risen_comes_first():
    run = Run(chain()).set(Kind.UPDATE, "ratio", 0.5, at=29)
    run.step["learning_rate"] = np.where(np.arange(60) < 29, 0.01, 0.3)
    assert text(run) == "At step 145 the learning rate rose from 0.01 to 0.3."


def test_a_single_large_update_is_named_with_its_kernel():
    run = Run(chain()).set(Kind.UPDATE, "ratio", 0.8, row=2, at=28)
    assert text(run) == "At step 140 a single update changed dense_1/kernel by 80 %."
    assert text(run, layers=["dense_1"]).startswith("At step 140")
    assert text(run, layers=["dense_3"]) == ""


def test_a_gradient_far_above_the_usual_is_named():
    run = Run(chain())
    run.step["gradient_norm"][30] = 50.0
    assert text(run) == "At step 150 the gradient norm was 50 times its usual size."


@pytest.mark.parametrize("at", [20, 35])
def test_what_was_long_before_or_came_after_set_nothing_off(at):
    run = Run(chain()).set(Kind.UPDATE, "ratio", 0.8, at=at)
    assert text(run) == ""


def test_a_run_without_these_records_names_nothing():
    run = Run(chain())
    run.tables.clear()
    assert text(run) == ""
