"""overwritten_weights: kernels that move further than their updates can have moved them."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import overwritten_weights as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def run(every=20, jump=-0.2, update=1e-3, **options):
    """Kernels that grow by their updates, and are set back at these samples."""
    made = Run(chain(**options)).set(Kind.UPDATE, "l2", update)
    since = np.arange(60) % every
    size = 1 + 5 * update * since
    if jump is not None:
        size = np.where(since == 0, 1.0, size - jump)
        size[0] = 1.0
        size[1 : every - 1] = size[1]
    return made.set(Kind.WEIGHT, "l2", size[:, None])


def test_weights_that_are_set_back_again_and_again_are_an_error():
    (finding,) = found(rule, run())
    assert (finding.variant, finding.severity) == ("set_back", "error")
    assert finding.where.layers == ["dense_0", "dense_1", "dense_2", "dense_3"]


def test_weights_that_move_by_their_updates_are_left_alone():
    assert found(rule, run(every=60, jump=None)) == []


def test_a_single_time_is_no_fault():
    made = Run(chain()).set(Kind.UPDATE, "l2", 1e-3)
    made.set(Kind.WEIGHT, "l2", np.where(np.arange(60) < 30, 1.0, 2.0)[:, None])
    assert found(rule, made) == []


@pytest.mark.parametrize(("factor", "count"), [(0.4, 0), (4.0, 1)])
def test_the_threshold_is_what_updates_can_have_moved(factor, count):
    """Updates of 0.01 move a kernel by 0.05 in the five steps between two samples."""
    size = 1 + np.where(np.arange(60) % 2, 0.051 * 2 * factor, 0.0)
    made = Run(chain()).set(Kind.UPDATE, "l2", 0.01).set(Kind.WEIGHT, "l2", size[:, None])
    assert len(found(rule, made)) == count


def test_an_optimizer_that_averages_its_weights_is_left_alone():
    assert found(rule, run(**{"optimizer.use_ema": "True"})) == []
