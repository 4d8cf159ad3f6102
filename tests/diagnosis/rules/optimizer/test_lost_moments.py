"""lost_moments: empty moments though the weights are trained, and a loss that rises."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.optimizer import lost_moments as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def run(at=0, updates=0.0, rise=2.0, epoch=3.0, end=1.0):
    """Empty moments at a sample; the loss is 0.5 until then, rises by a factor, and ends elsewhere."""
    loss = np.full(60, 0.5)
    loss[at + 1 :] = 0.5 * rise
    loss[at + 12 :] = end
    made = Run(chain(optimizer="Adam")).loss(loss)
    made.step["epoch"] = np.full(60, epoch)
    for statistic in ("momentum_rms", "second_moment_rms"):
        made.set(Kind.OPTIMIZER, statistic, 0.0, at=at)
    return made.set(Kind.OPTIMIZER, "moment_updates", updates, at=at)


@pytest.mark.parametrize(("rise", "count"), [(1.31, 1), (1.29, 0), (0.9, 0)])
def test_a_new_optimizer_matters_where_the_loss_rises(rise, count):
    assert len(found(rule, run(rise=rise))) == count


def test_the_first_fit_begins_with_empty_moments():
    assert found(rule, run(epoch=0.0)) == []


def test_a_model_compiled_again_within_the_run():
    (finding,) = found(rule, run(at=30, epoch=0.0))
    assert finding.variant == "empty"
    assert finding.first_step == 150
    assert "rose from 0.5 to 1" in finding.title


def test_a_count_that_was_restored_without_the_moments():
    (finding,) = found(rule, run(updates=500.0, epoch=0.0))
    assert (finding.variant, finding.severity) == ("not_restored", "warning")
    (finding,) = found(rule, run(updates=500.0, rise=1.0, end=0.1))
    assert (finding.severity, finding.ongoing) == ("note", False)


def test_without_a_gradient_moments_are_rightly_empty():
    made = run()
    made.step["gradient_norm"] = np.zeros(60)
    assert found(rule, made) == []


def test_a_loss_that_comes_back_is_over():
    (finding,) = found(rule, run(end=0.2))
    assert (finding.severity, finding.ongoing, finding.last_step) == ("warning", False, 0)


def test_an_optimizer_without_moments_has_none_to_lose():
    made = run()
    for statistic in ("momentum_rms", "second_moment_rms"):
        made.set(Kind.OPTIMIZER, statistic, np.nan)
    assert found(rule, made) == []


@pytest.mark.parametrize("samples", [1, 2, 6, 11])
def test_a_run_of_few_samples_is_read_as_far_as_it_goes(samples):
    made = Run(chain(optimizer="Adam"), samples=samples)
    made.set(Kind.OPTIMIZER, "moment_ratio", 5.0)
    assert found(rule, made) == []
