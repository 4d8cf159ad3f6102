"""`keras.distribution.DataParallel` on JAX: arrays are of the whole batch, wherever they lie."""

import numpy as np
import pytest

from tb_keras_inspect.records import Kind
from tests.training import read_events

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("data_parallel")]
KINDS = (Kind.STEP, Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE, Kind.ACTIVATION, Kind.INPUT)


@pytest.fixture(scope="module")
def trained(start, folder):
    two = {"KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    return start("data_parallel", folder, [two])[0]


def test_weights_are_bit_identical_with_the_callback(trained):
    assert trained["devices"] == 2
    assert trained["differences"] == {"several": 0.0, "noisy": 0.0}
    assert trained["problems"] == []


def test_statistics_are_those_of_one_device(trained, folder, assert_same):
    run, one = read_events.read(folder / "several"), read_events.read(folder / "one")
    assert run.steps() == one.steps() == [0, 1, 2, 3, 4, 5]
    assert_same(run, one, run.steps(), KINDS)  # steps 2 and 5 are on 2 + 2 samples
    assert set(run.maps) == set(one.maps) == {1, 2, 5}
    for step, units in one.units.items():
        for name, max_abs in units.items():
            np.testing.assert_allclose(run.units[step][name], max_abs, rtol=2e-5, atol=1e-6)


def test_what_keras_itself_cannot_do_here_fails_without_the_callback_too(trained):
    """Where this fails, Keras has mended it: the documentation of several devices can say so."""
    assert "IndivisibleError" in trained["unlike_keras"]  # 19 samples: the last batch has 3
