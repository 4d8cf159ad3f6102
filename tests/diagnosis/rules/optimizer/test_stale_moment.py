"""stale_moment: a gradient far from its second moment, and then a jump of the loss."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.optimizer import stale_moment as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

AT = 30


def run(ratio=4.0, before=0.5, after=2.0, rest=0.5, beta_2="0.999", jump_at=AT + 1):
    loss = np.full(60, before)
    loss[jump_at:] = rest
    loss[jump_at] = after
    made = Run(chain(optimizer="Adam", **{"optimizer.beta_2": beta_2})).loss(loss)
    return made.set(Kind.OPTIMIZER, "moment_ratio", ratio, row=2, at=AT)


@pytest.mark.parametrize(("ratio", "count"), [(2.4, 1), (2.2, 0), (np.nan, 0)])
def test_the_ratio_has_a_limit(ratio, count):
    assert len(found(rule, run(ratio))) == count


@pytest.mark.parametrize(("after", "count"), [(1.1, 1), (0.9, 0), (0.4, 0)])
def test_the_loss_has_to_jump(after, count):
    assert len(found(rule, run(after=after))) == count


@pytest.mark.parametrize(("jump_at", "count"), [(AT, 0), (AT + 5, 1), (AT + 6, 0)])
def test_the_jump_comes_after_the_ratio_and_soon(jump_at, count):
    assert len(found(rule, run(jump_at=jump_at))) == count


def test_the_finding_names_kernel_step_and_numbers():
    (finding,) = found(rule, run())
    assert finding.first_step == 5 * AT
    assert "gradient of dense_1/kernel was 4 times its root" in finding.title
    assert "from 0.5 to 2" in finding.title
    assert "beta_2=0.95" in finding.advice[0].code
    assert finding.severity == "note"  # the loss came back
    assert not finding.ongoing


@pytest.mark.parametrize(("cosine", "count"), [(-0.95, 1), (-0.8, 0)])
def test_a_second_moment_that_only_decays_while_the_gradient_turns(cosine, count):
    made = run(0.1)
    made.set(Kind.OPTIMIZER, "momentum_cosine", cosine, row=2, at=AT)
    findings = found(rule, made)
    assert len(findings) == count
    assert all("only decayed" in finding.cause for finding in findings)


def test_a_loss_that_stays_up_is_a_warning():
    (finding,) = found(rule, run(rest=1.5))
    assert finding.severity == "warning"
    assert finding.ongoing


def test_a_short_memory_is_not_made_shorter():
    (finding,) = found(rule, run(beta_2="0.9"))
    assert [advice.text for advice in finding.advice] == ["Clip the gradients."]


def test_a_ratio_that_is_always_high_is_noise():
    made = run()
    made.set(Kind.OPTIMIZER, "moment_ratio", 3.0)
    assert found(rule, made) == []


def test_small_jumps_of_a_run_that_has_learned_are_left_alone():
    assert found(rule, run(before=0.01, after=0.05, rest=0.01)) == []


@pytest.mark.parametrize("samples", [1, 2, 6, 11])
def test_a_run_of_few_samples_is_read_as_far_as_it_goes(samples):
    made = Run(chain(optimizer="Adam"), samples=samples)
    made.set(Kind.OPTIMIZER, "moment_ratio", 5.0)
    assert found(rule, made) == []
