"""Dead units: silent in every sampled batch of the window, against a slow count."""

import numpy as np
import pytest

from tb_keras_inspect.training.samples.dead_units import DEFAULT_WINDOW, DeadUnits

pytestmark = pytest.mark.any_backend


def slow_fractions(history, steps, now, window, sites):
    """Share of each site's units that are zero in all sampled batches of the window."""
    inside = [
        values
        for step, values in zip(steps, history, strict=True)
        if step <= now and (step > now - window if window else True)
    ]
    inside = inside if window else inside[-DEFAULT_WINDOW:]
    silent = np.all(np.array(inside) == 0, axis=0)
    return [silent[start:end].mean() for start, end in sites]


@pytest.mark.parametrize("window", [None, 1, 7, 30], ids=str)
@pytest.mark.parametrize("interval", [1, 4])
def test_fractions_are_those_of_a_slow_count(window, interval):
    random = np.random.default_rng(0)
    sites = [(0, 4), (4, 5), (5, 12)]
    steps = list(range(0, 60 * interval, interval))
    # Units that speak rarely, some never.
    history = random.random((len(steps), 12)) * (random.random((len(steps), 12)) < 0.15)
    history[:, 3] = 0
    dead = DeadUnits(window)
    for index, step in enumerate(steps):
        dead.begin(step)
        found = dead.fractions(history[index], np.array([start for start, _ in sites]))
        expected = slow_fractions(history[: index + 1], steps[: index + 1], step, window, sites)
        np.testing.assert_allclose(found, expected)


def test_a_nan_is_not_silence():
    dead = DeadUnits(10)
    dead.begin(0)
    assert dead.fractions(np.array([np.nan, 0.0]), np.array([0])) == [0.5]


def test_the_window_counts_sampled_batches_of_one_epoch():
    dead = DeadUnits(10)
    for step in range(0, 40, 4):
        dead.begin(step)
    assert dead.window == 3  # 28, 32, 36


def test_going_back_after_a_restart_forgets_what_was_later():
    dead = DeadUnits(100)
    dead.begin(50)
    dead.fractions(np.array([1.0, 0.0]), np.array([0]))
    dead.begin(20)
    assert dead.window == 1
    assert dead.fractions(np.array([0.0, 0.0]), np.array([0])) == [1.0]


def test_other_layers_start_anew():
    dead = DeadUnits(100)
    dead.begin(0)
    dead.fractions(np.array([1.0, 1.0]), np.array([0]))
    dead.begin(1)
    assert dead.fractions(np.array([0.0, 0.0, 2.0]), np.array([0, 2])).tolist() == [1.0, 0.0]
