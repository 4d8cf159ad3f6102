"""A fault that begins in the middle of a run is dated there, to within 5 % of the run."""

import numpy as np
import pytest

from tb_keras_inspect.catalog.problems import PROBLEMS
from tb_keras_inspect.diagnosis import diagnose
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain

SAMPLES, EVERY, AT = 120, 5, 60  # the fault begins at sample 60
STEPS, STEP = SAMPLES * EVERY, AT * EVERY
LATER = slice(AT, None)
AFTER = np.arange(SAMPLES - AT)  # samples since then


def run(**model) -> Run:
    return Run(chain(**model), samples=SAMPLES, every=EVERY).loss(2.3)


def after(before, values) -> np.ndarray:
    return np.r_[np.full(AT, before), np.broadcast_to(values, SAMPLES - AT)]


def vanishing() -> Run:
    made = run(layers=6)
    return made.set(Kind.GRADIENT, "l2", 1e-6, row=slice(0, 4), at=LATER).set(
        Kind.GRADIENT, "std", 1e-7, row=slice(0, 4), at=LATER
    )


def growing() -> Run:
    """Gradients that grow by a fifth from one sample to the next."""
    made = run()
    made.step["gradient_norm"] = after(1.0, 1.2**AFTER)
    return made.loss(after(2.3, 2.3 * 1.05**AFTER))


def large_updates() -> Run:
    return run().set(Kind.UPDATE, "ratio", 2.0, row=0, at=LATER)


def overflowing() -> Run:
    made = run().set(Kind.UPDATE, "ratio", 0.5, row=0, at=LATER)
    return made.loss(np.r_[np.full(SAMPLES - 1, 2.3), np.nan])


def lost() -> Run:
    """A loss that has grown by a tenth per sample, then stays; nothing else shows."""
    return run().loss(after(2.3, 2.3 * np.minimum(1.5**AFTER, 1e4)))


def saturated() -> Run:
    made = run(activation="tanh").set(Kind.ACTIVATION, "saturated_fraction", 0.0)
    return made.set(Kind.ACTIVATION, "saturated_fraction", 0.8, row=1, at=LATER)


def raised() -> Run:
    made = run()
    made.step["learning_rate"] = after(1e-3, 0.1)
    return made.loss(after(0.5, 1.5))


def dying() -> Run:
    made = run()
    alive = np.ones((SAMPLES, 8), np.float32)
    alive[LATER, :7] = 0.0
    made.units = {1: alive}
    made.set(Kind.ACTIVATION, "zero_fraction", 0.5)
    return made.set(Kind.ACTIVATION, "dead_fraction", 7 / 8, row=1, at=slice(AT + 20, None))


def constant() -> Run:
    made = run(layers=2, last="linear", classes=1, loss="mean_squared_error")
    made.set(Kind.TARGET, "std", 1.0).set(Kind.TARGET, "mean", 0.0)
    made.set(Kind.ACTIVATION, "std", 1.0)
    return made.loss(1.0).set(Kind.ACTIVATION, "std", 0.0, row=1, at=LATER)


def outlier() -> Run:
    made = run().loss(np.linspace(2.3, 0.1, SAMPLES))
    made.set(Kind.INPUT, "max", 3e4, at=slice(AT, AT + 1))
    made.step["gradient_norm"][AT] = 1e3
    return made


def unnormalised() -> Run:
    made = run().set(Kind.INPUT, "std", 300.0, at=LATER)
    return made.set(Kind.ACTIVATION, "std", 100.0, row=0, at=LATER)


def shrinking() -> Run:
    made = run(**{"optimizer.weight_decay": "0.1"}).set(Kind.UPDATE, "ratio", 1e-4)
    for index, size in enumerate(np.maximum(0.9**AFTER, 0.1)):
        made.set(Kind.WEIGHT, "l2", size, at=AT + index)
    return made


def epochs(loss, val_loss) -> Run:
    """As many epochs as values; the fault begins after the tenth of twenty."""
    made = run().loss(np.interp(np.arange(SAMPLES), np.linspace(0, SAMPLES, len(loss)), loss))
    return made.epoch(loss=loss, val_loss=val_loss)


FALL = np.linspace(2.0, 0.2, 20)
HALF = np.arange(20) >= 10


def overfitting() -> Run:
    return epochs(FALL, np.where(HALF, 1.1 + 0.1 * np.arange(-10, 10), FALL))


def gap() -> Run:
    return epochs(0.6 + FALL, np.where(HALF, 6.0, 0.6 + FALL))


def validation_inf() -> Run:
    return epochs(FALL, np.where(HALF, np.inf, FALL))


def oscillating() -> Run:
    up = np.where(np.arange(20) % 2 == 0, 0.8, 2.0)
    return epochs(np.where(HALF, up, FALL), FALL)


FAULTS = {
    vanishing: "vanishing_gradient",
    growing: "exploding_gradient",
    large_updates: "exploding_gradient",
    overflowing: "exploding_gradient",
    lost: "exploding_gradient",
    saturated: "saturated_activation",
    raised: "rate_change",
    dying: "dying_relu",
    constant: "constant_output",
    outlier: "input_outlier",
    unnormalised: "unnormalised_input",
    shrinking: "weight_decay",
    overfitting: "overfitting",
    gap: "validation_mismatch",
    validation_inf: "non_finite_validation",
    oscillating: "oscillating_loss",
}


@pytest.mark.parametrize("make", FAULTS, ids=lambda make: make.__name__)
def test_a_fault_is_dated_to_where_it_began(make):
    problem = FAULTS[make]
    assert problem in PROBLEMS
    findings = [item for item in diagnose(make().data).flat() if item.problem == problem]
    assert findings, f"{problem} was not found"
    assert abs(findings[0].first_step - STEP) <= 0.05 * STEPS
    confirmed = findings[0].confirmed_step
    assert confirmed is None or confirmed >= findings[0].first_step


def test_each_saturated_layer_has_its_own_step():
    made = saturated().set(Kind.ACTIVATION, "saturated_fraction", 0.9, row=2, at=slice(90, None))
    (finding,) = [f for f in diagnose(made.data).flat() if f.problem == "saturated_activation"]
    assert finding.where.first_steps == {"dense_1": 300, "dense_2": 450}
    assert "since step 300 (dense_1: 300, dense_2: 450)" in finding.title
