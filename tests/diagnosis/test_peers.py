"""The rules of other tools, as the benchmark applies them: they find what they were published for."""

import numpy as np
import pytest

from benchmarks.diagnosis import peers
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain


def usual() -> Run:
    run = Run(chain()).set(Kind.INPUT, "max", 1.0).set(Kind.INPUT, "min", -1.0)
    run.set(Kind.INPUT, "mean", 0.0)
    for sample in range(len(run.steps)):
        run.set(Kind.WEIGHT, "l2", 1 + 0.01 * sample, at=sample)
    return run.epoch(loss=[2.0, 1.0, 0.5, 0.1], val_loss=[2.0, 1.0, 0.5, 0.1])


def alarms(tool: str, run: Run) -> set:
    with np.errstate(all="ignore"):
        return set(peers.TOOLS[tool](run.facts))


@pytest.mark.parametrize("tool", peers.TOOLS)
def test_a_run_without_any_of_their_signs_is_silent(tool):
    assert alarms(tool, usual()) == set()


@pytest.mark.parametrize("tool", peers.TOOLS)
def test_a_nan_is_reported_by_all(tool):
    run = usual()
    run.step["loss"][30:] = np.nan
    assert peers.EXPLODING in alarms(tool, run)


@pytest.mark.parametrize(
    ("tool", "make", "alarm"),
    [
        ("AutoTrainer", lambda r: r.set(Kind.GRADIENT, "zero_fraction", 0.8, row=2), peers.DEAD),
        ("AutoTrainer", lambda r: r.set(Kind.GRADIENT, "l2", 1e-5, row=0), peers.VANISHING),
        ("AutoTrainer", lambda r: r.set(Kind.GRADIENT, "l2", 100.0, row=0), peers.EXPLODING),
        ("AutoTrainer", lambda r: r.epoch(loss=[2.0, 1.0, 1.5, 1.0, 1.5]), peers.UNSTABLE),
        (
            "DeepDiagnosis",
            lambda r: r.set(Kind.ACTIVATION, "zero_fraction", 0.8, row=1),
            peers.DEAD,
        ),
        ("DeepDiagnosis", lambda r: r.set(Kind.UPDATE, "ratio", 0.5, row=0), peers.RATE),
        ("DeepDiagnosis", lambda r: r.set(Kind.WEIGHT, "std", 4.0, row=0), peers.WEIGHTS),
        ("Umlaut", lambda r: r.set(Kind.INPUT, "max", 255.0), peers.INPUT),
        ("Umlaut", lambda r: r.epoch(loss=[2.0, 1.0], val_loss=[1.0, 1.1]), peers.OVERFIT),
        ("SageMaker Debugger", lambda r: r.epoch(loss=[1.0], val_loss=[1.2]), peers.OVERFIT),
        ("SageMaker Debugger", lambda r: r.loss(2.3), peers.STUCK),
    ],
)
def test_each_rule_has_its_published_limit(tool, make, alarm):
    assert alarm in alarms(tool, make(usual()))
