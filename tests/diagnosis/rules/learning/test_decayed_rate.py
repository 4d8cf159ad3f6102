"""slow_convergence/decayed: a learning rate that was gone while the loss still fell."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import decayed_rate as rule
from tb_keras_inspect.diagnosis.rules.learning import slow_convergence
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

GONE_AT = 20  # of 60 samples


def run(loss=None, rate=None, schedule=""):
    made = Run(chain(**{"optimizer": "SGD", "optimizer.learning_rate": schedule or "0.1"}))
    falls = np.linspace(2.3, 1.6, GONE_AT)
    made.loss(np.concatenate([falls, np.full(60 - GONE_AT, 1.6)]) if loss is None else loss)
    made.step["learning_rate"] = (
        np.where(np.arange(60) < GONE_AT, 0.1, 1e-5) if rate is None else rate
    )
    return made


def test_a_rate_that_is_gone_while_the_loss_falls_is_found_where_it_went():
    (finding,) = found(rule, run())
    assert (finding.variant, finding.severity, finding.first_step) == ("decayed", "warning", 100)
    assert "callback or a command" in finding.cause
    (finding,) = found(rule, run(schedule="ExponentialDecay(decay_steps=1)"))
    assert "its schedule ExponentialDecay" in finding.cause
    assert finding.advice[0].code == "decay_steps = epochs * 10"


settled = np.concatenate([np.linspace(2.3, 1.6, 8), np.full(52, 1.6)])


@pytest.mark.parametrize(
    "made",
    [
        run(rate=0.1 * (1 + np.cos(np.linspace(0, np.pi, 60))) / 2),
        run(rate=np.full(60, 0.1)),
        run(loss=settled),
        run(loss=np.linspace(2.3, 0.1, 60)),
        run(rate=np.where(np.arange(60) < 40, 0.1, 1e-5)),
    ],
    ids=["cosine", "constant", "the loss had settled", "it learns", "late"],
)
def test_healthy_rates_go_down_too(made):
    assert found(rule, made) == []


def test_updates_that_are_small_because_the_rate_has_gone_are_one_finding():
    falls = np.concatenate([np.linspace(2.3, 2.0, GONE_AT), np.full(60 - GONE_AT, 2.0)])
    made = run(loss=falls).set(Kind.UPDATE, "ratio", 1e-6)
    assert found(slow_convergence, made) == []
    made.step["learning_rate"] = np.full(60, 1e-5)
    assert [finding.variant for finding in found(slow_convergence, made)] == ["small_updates"]


def test_a_rate_that_was_too_small_and_decays_is_to_be_kept_first():
    made = run(loss=2.3).set(Kind.UPDATE, "ratio", 1e-6)
    (finding,) = found(slow_convergence, made)
    assert finding.advice[0].text.startswith("Stop the rate from decaying, from 0.1 to 1e-05")
