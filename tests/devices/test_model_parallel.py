"""`ModelParallel` on PyTorch, two processes: what is recorded is what one device would have seen."""

import keras
import pytest

from tb_keras_inspect.records import Kind
from tests.training import read_events

pytestmark = [
    pytest.mark.core,
    pytest.mark.slow,
    pytest.mark.xdist_group("model_parallel"),
    pytest.mark.skipif(keras.version() < "3.16", reason="Keras has it on PyTorch from 3.16 on"),
]
KINDS = (Kind.STEP, Kind.ACTIVATION, Kind.INPUT, Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE)


@pytest.fixture(scope="module")
def trained(start, folder, free_ports):
    (port,) = free_ports(1)
    place = {"KERAS_BACKEND": "torch", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return start("model_parallel", folder, [{**place, "RANK": str(rank)} for rank in range(2)])


def test_weights_are_bit_identical_with_the_callback(trained):
    for report in trained:
        assert report["differences"] == [0.0, 0.0]
        assert report["problems"] == []


@pytest.mark.parametrize("sharded", ["weights", "batches"])
def test_statistics_are_those_of_one_device(trained, folder, assert_same, sharded):
    run, one = read_events.read(folder / sharded), read_events.read(folder / "one")
    assert run.steps() == one.steps() == [0, 1, 2, 3]
    assert_same(run, one, run.steps(), KINDS)
    assert set(run.maps) == set(one.maps) == {1, 3}
