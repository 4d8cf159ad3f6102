"""`DistributedDataParallel` on PyTorch, two processes: one writes what both saw."""

import pathlib

import numpy as np
import pytest

from tb_keras_inspect.records import Kind
from tests.training import read_events

pytestmark = [pytest.mark.core, pytest.mark.slow, pytest.mark.xdist_group("ddp")]
PARAMETERS = (Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE)
KINDS = (Kind.STEP, Kind.ACTIVATION, Kind.INPUT, *PARAMETERS)


@pytest.fixture(scope="module")
def trained(start, folder, free_ports):
    (port,) = free_ports(1)
    place = {"KERAS_BACKEND": "torch", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    ranks = [{**place, "WORLD_SIZE": "2", "RANK": str(rank)} for rank in range(2)]
    return start("ddp", folder, ranks)


def test_weights_are_bit_identical_with_the_callback(trained):
    for report in trained:
        assert report["differences"] == [0.0] * 4
        assert report["problems"] == []


def test_statistics_are_those_of_one_device(trained, folder, assert_same):
    run, one = read_events.read(folder / "together"), read_events.read(folder / "one")
    assert run.steps() == one.steps() == [0, 1, 2, 3, 4, 5]
    assert_same(run, one, run.steps(), KINDS)  # steps 2 and 5 are on 2 + 2 samples
    assert set(run.maps) == set(one.maps) == {1, 2, 5}
    for step, units in one.units.items():
        for name, max_abs in units.items():
            np.testing.assert_allclose(run.units[step][name], max_abs, rtol=2e-5, atol=1e-6)


def test_one_process_writes(trained, folder):
    for name in ("together", "noisy", "auto", "alone"):
        assert len(list(pathlib.Path(folder / name).glob("*tfevents*"))) == 1


def test_all_sample_the_same_steps(trained, folder):
    first, second = trained
    assert first["sampled"] == second["sampled"] == read_events.read(folder / "auto").steps()
    assert len(first["sampled"]) > 3


def test_separate_runs_hold_their_part_of_each_batch(trained, folder, assert_same):
    parts = [read_events.read(folder / f"apart{rank}") for rank in range(2)]
    one = read_events.read(folder / "one")
    for report, run in zip(trained, parts, strict=True):
        (problem,) = report["apart_problems"]
        assert "own part of each batch" in problem
        assert_same(run, one, run.steps(), PARAMETERS)  # the applied gradients are everybody's
    squares = [run.at(Kind.ACTIVATION, 0)["hidden"]["l2"] ** 2 for run in parts]
    whole = one.at(Kind.ACTIVATION, 0)["hidden"]["l2"] ** 2
    assert sum(squares) == pytest.approx(whole, rel=2e-5)
    assert all(0 < square < whole for square in squares)


def test_a_callback_in_one_process_only_does_not_block_training(trained, folder, assert_same):
    first, second = trained
    (problem,) = first["alone_problems"]
    assert "own part of each batch" in problem
    assert second["alone_problems"] == []
    run = read_events.read(folder / "alone")
    assert_same(run, read_events.read(folder / "one"), run.steps(), PARAMETERS)
