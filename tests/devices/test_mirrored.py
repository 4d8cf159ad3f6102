"""`MirroredStrategy`: what is recorded is what one device would have seen of the whole batch."""

import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.records import Kind
from tests.training import read_events

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mirrored")]
WHOLE_BATCH = (Kind.ACTIVATION, Kind.INPUT)
EVERYTHING = (Kind.STEP, Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE, *WHOLE_BATCH)
RATE = 0.1


@pytest.fixture(scope="module")
def trained(start, folder):
    return start("mirrored", folder, [{"KERAS_BACKEND": "tensorflow"}])[0]


@pytest.fixture(scope="module")
def uneven(trained, folder):
    """Two steps on 4 + 4 samples, one on 2 + 1; on one device the same on 8 and 3."""
    return read_events.read(folder / "uneven"), read_events.read(folder / "uneven_one")


def test_weights_are_bit_identical_with_the_callback(trained):
    assert trained["differences"] == {"uneven": 0.0, "empty": 0.0, "noisy": 0.0}
    assert trained["problems"] == []


def test_statistics_are_those_of_one_device(uneven, assert_same):
    run, one = uneven
    assert run.steps() == one.steps() == [0, 1, 2, 3, 4, 5]
    assert_same(run, one, [0, 1], EVERYTHING)
    assert_same(run, one, [2], (*WHOLE_BATCH, Kind.WEIGHT))
    assert run.step(2)["loss"] == pytest.approx(one.step(2)["loss"], rel=2e-5)


def test_histograms_and_units_are_those_of_one_device(uneven):
    run, one = uneven
    for step in (0, 1, 2):
        for name, counts in one.histograms[Kind.ACTIVATION_HISTOGRAM][step].items():
            received = run.histograms[Kind.ACTIVATION_HISTOGRAM][step][name]
            assert received.sum() == counts.sum()
            # A value on the edge of a bin may be rounded into the next one.
            assert np.abs(received.astype(int) - counts.astype(int)).sum() <= 2
        for name, max_abs in one.units[step].items():
            np.testing.assert_allclose(run.units[step][name], max_abs, rtol=2e-5, atol=1e-6)


def test_a_replica_without_samples_is_ignored(trained, folder, assert_same):
    run, one = read_events.read(folder / "empty"), read_events.read(folder / "empty_one")
    assert_same(run, one, [2], WHOLE_BATCH)
    assert run.step(2)["loss"] == pytest.approx(one.step(2)["loss"], rel=2e-5)
    for name, max_abs in one.units[2].items():
        np.testing.assert_allclose(run.units[2][name], max_abs, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["uneven", "empty"])
def test_gradients_are_the_applied_ones(trained, folder, name):
    run = read_events.read(folder / name)
    for step in run.steps():
        updates = run.at(Kind.UPDATE, step)
        for variable, gradient in run.at(Kind.GRADIENT, step).items():
            applied = RATE * gradient["l2"]
            assert updates[variable]["l2"] == pytest.approx(applied, rel=1e-4), (step, variable)


def test_the_clipped_norm_is_that_of_the_applied_gradients(trained, folder):
    run = read_events.read(folder / "noisy")
    for step in run.steps():
        updates = [cells["l2"] for cells in run.at(Kind.UPDATE, step).values()]
        applied = RATE * run.step(step)["gradient_norm_clipped"]
        assert np.linalg.norm(updates) == pytest.approx(applied, rel=1e-4)
        assert run.step(step)["gradient_norm_clipped"] < run.step(step)["gradient_norm"]


def test_probe_samples_are_the_first_of_the_batch(trained, folder):
    several, one = load_run(folder / "uneven"), load_run(folder / "uneven_one")
    (received,), (expected,) = several.probe.inputs, one.probe.inputs
    np.testing.assert_array_equal(received.values, expected.values)
    np.testing.assert_array_equal(several.probe.labels, one.probe.labels)
    assert set(read_events.read(folder / "uneven").maps) == {1, 2, 5}


@pytest.mark.parametrize("what", ["steps_per_execution", "gradient_accumulation", "jit_compile"])
def test_what_keras_itself_cannot_do_here_fails_without_the_callback_too(trained, what):
    """Where this fails, Keras has mended it: the documentation of several devices can say so."""
    assert trained["unlike_keras"][what] is not None
