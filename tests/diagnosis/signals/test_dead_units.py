"""Dead units of an epoch, estimated from its sampled batches: against all of its batches."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import dying_relu
from tb_keras_inspect.diagnosis.signals.dead_units import DeadShare, dead_share
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

EPOCH, EPOCHS, UNITS = 120, 3, 64


def sampled(active: np.ndarray, every: int) -> Run:
    """A run whose layers have these units (bool[steps, layers, U]), one in `every` steps sampled."""
    model = chain(layers=active.shape[1] + 1, units=UNITS, classes=UNITS)
    model.steps_per_epoch = EPOCH
    run = Run(model, samples=len(active) // every, every=every).loss(2.3)
    run.step["dead_window"][:] = EPOCH // every
    shown = active[::every].astype(np.float32)
    run.units = {layer: shown[:, layer] for layer in range(active.shape[1])}
    return run


def estimate(run: Run, layer: int) -> DeadShare:
    facts = run.facts
    track = facts.track("activation")
    window = run.units[layer][-int(run.step["dead_window"][-1]) :]
    observed = float(np.mean(np.all(window == 0, axis=0)))
    return dead_share(facts, track, layer, len(track.at) - 1, observed)


def layers_with_rare_units(layers: int, seed: int = 0) -> np.ndarray:
    """Some units are dead, some active in few batches of an epoch, the others in many."""
    rng = np.random.default_rng(seed)
    rate = 10 ** rng.uniform(-3, 0, (layers, UNITS))
    rate[rng.random((layers, UNITS)) < rng.uniform(0.1, 0.7, (layers, 1))] = 0
    return rng.random((EPOCH * EPOCHS, layers, UNITS)) < rate


def full_pass(active: np.ndarray, layer: int) -> float:
    """The slow way: looks at every batch of the last epoch."""
    dead = [not any(batch[layer, unit] for batch in active[-EPOCH:]) for unit in range(UNITS)]
    return sum(dead) / UNITS


def test_with_all_batches_sampled_it_is_exact():
    active = layers_with_rare_units(4)
    run = sampled(active, every=1)
    for layer in range(4):
        truth = full_pass(active, layer)
        assert estimate(run, layer) == DeadShare(truth, truth, truth)


@pytest.mark.parametrize("every", [2, 10])
def test_it_is_within_two_points_of_a_full_pass_or_states_bounds(every):
    layers = 20
    active = layers_with_rare_units(layers)
    run = sampled(active, every)
    shares = [estimate(run, layer) for layer in range(layers)]
    truths = np.array([full_pass(active, layer) for layer in range(layers)])
    inside = [share.low <= truth <= share.high for share, truth in zip(shares, truths, strict=True)]
    assert np.mean(inside) >= 0.95
    close = [abs(s.value - t) <= 0.02 for s, t in zip(shares, truths, strict=True)]
    assert all(c or not s.is_exact for c, s in zip(close, shares, strict=True))
    # Counting what was zero in the sampled batches errs on one side, the estimate on both.
    seen = np.array([share.high for share in shares])
    values = np.array([share.value for share in shares])
    assert abs(np.mean(values - truths)) < 0.5 * np.mean(seen - truths)


def test_units_that_died_early_in_the_epoch_are_no_rare_ones():
    active = np.ones((EPOCH * EPOCHS, 1, UNITS), bool)
    active[-EPOCH + 1 :] = False  # active in the first batch of the last epoch only
    run = sampled(active, every=10)
    run.step["dead_window"][:] = 11
    share = estimate(run, 0)
    assert share.value == share.high == 1.0


def test_a_finding_states_the_bounds_where_most_batches_were_not_sampled():
    rng = np.random.default_rng(0)
    active = rng.random((EPOCH * EPOCHS, 1, UNITS)) < np.r_[np.zeros(40), np.full(UNITS - 40, 0.02)]
    run = sampled(active, every=10)
    window = int(run.step["dead_window"][-1])
    for sample in range(len(run.steps)):
        silent = np.all(run.units[0][max(0, sample - window + 1) : sample + 1] == 0, axis=0)
        share = silent.mean() if sample >= window else 0.0
        run.set(Kind.ACTIVATION, "dead_fraction", share, row=0, at=sample)
    (finding,) = found(dying_relu, run)
    numbers = {item.name: item.value for item in finding.evidence}
    fewest = numbers["fewest that a full pass over the epoch would show"]
    most = numbers["most that a full pass over the epoch would show"]
    assert fewest <= full_pass(active, 0) <= most
    assert fewest <= numbers["dead units of dense_0"] <= most
