"""A table as rules read it."""

import numpy as np

from tb_keras_inspect.diagnosis.signals.track import FIRST_SAMPLES, MOST_SAMPLES, Track
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store.tables.table import StatTable
from tests.diagnosis.synthetic import Run, chain


def table(samples):
    steps = np.arange(samples) * 3
    values = np.arange(samples * 2, dtype=np.float32).reshape(samples, 2, 1)
    return StatTable("gradient", steps, ["a", "b"], ["l2"], values)


def test_thinned_samples_hold_the_first_ones_and_the_last():
    track = Track(table(10_000))
    assert len(track.at) <= MOST_SAMPLES + FIRST_SAMPLES
    np.testing.assert_array_equal(track.at[:FIRST_SAMPLES], np.arange(FIRST_SAMPLES) * 3)
    assert track.at[-1] == 9999 * 3
    np.testing.assert_array_equal(track.thin("l2")[:, 1], track.at / 3 * 2 + 1)


def test_nothing_from_the_end_on_is_read():
    track = Track(table(100), end=30)
    np.testing.assert_array_equal(track.steps, np.arange(0, 30, 3))
    assert len(track.thin("l2")) == 10


def test_statistics_that_were_not_recorded_are_nan():
    assert np.isnan(Track(table(5)).thin("mean")).all()


def test_rules_see_a_run_up_to_its_breakdown():
    run = Run(chain())
    run.step["loss"][30:] = np.nan
    assert run.facts.track("gradient").steps[-1] == 29 * 5
    assert run.set(Kind.GRADIENT, "l2", 1.0).facts.table("gradient").steps[-1] == 59 * 5
