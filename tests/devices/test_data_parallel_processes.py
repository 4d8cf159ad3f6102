"""`keras.distribution.DataParallel` over two processes of JAX: one writes, both sample the same."""

import pathlib

import pytest

from tb_keras_inspect.records import Kind
from tests.training import read_events

pytestmark = [
    pytest.mark.slow,
    pytest.mark.thorough,
    pytest.mark.xdist_group("data_parallel_processes"),
]
KINDS = (Kind.STEP, Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE, Kind.ACTIVATION, Kind.INPUT)


@pytest.fixture(scope="module")
def trained(start, folder, free_ports):
    (port,) = free_ports(1)
    place = {"KERAS_BACKEND": "jax", "COORDINATOR": f"127.0.0.1:{port}"}
    ranks = [{**place, "RANK": str(rank)} for rank in range(2)]
    return start("data_parallel_processes", folder, ranks)


def test_weights_are_bit_identical_with_the_callback(trained):
    for report in trained:
        assert report["devices"] == 2
        assert report["differences"] == [0.0, 0.0]
        assert report["problems"] == []


def test_statistics_are_those_of_one_device(trained, folder, assert_same):
    run, one = read_events.read(folder / "together"), read_events.read(folder / "one")
    assert run.steps() == one.steps() == [0, 1, 2, 3]
    assert_same(run, one, run.steps(), KINDS)
    assert set(run.maps) == set(one.maps) == {1, 3}


def test_one_process_writes_and_all_sample_the_same_steps(trained, folder):
    for name in ("together", "auto", "alone"):
        assert len(list(pathlib.Path(folder / name).glob("*tfevents*"))) == 1
    first, second = trained
    assert first["sampled"] == second["sampled"] == read_events.read(folder / "auto").steps()
    assert len(first["sampled"]) > 3


def test_a_callback_in_one_process_only_does_not_block_training(trained, folder):
    first, second = trained
    (problem,) = first["alone_problems"]
    assert "not all of them have the callback" in problem
    assert second["alone_problems"] == []
    assert read_events.read(folder / "alone").steps(Kind.EPOCH) == [1, 3]
