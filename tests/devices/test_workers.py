"""`MultiWorkerMirroredStrategy`, two processes: one writes, both sample the same steps."""

import json
import pathlib

import pytest

from tb_keras_inspect.records import Kind
from tests.training import read_events

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.xdist_group("workers")]
WHOLE_BATCH = (Kind.ACTIVATION, Kind.INPUT, Kind.WEIGHT)


@pytest.fixture(scope="module")
def trained(start, folder, free_ports):
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(2)]}
    configurations = [
        {"cluster": cluster, "task": {"type": "worker", "index": index}} for index in range(2)
    ]
    return start(
        "workers",
        folder,
        [{"KERAS_BACKEND": "tensorflow", "TF_CONFIG": json.dumps(c)} for c in configurations],
    )


def test_weights_are_bit_identical_with_the_callback(trained):
    for report in trained:
        assert report["differences"] == [0.0, 0.0]
        assert report["problems"] == []


def test_statistics_are_those_of_one_device(trained, folder, assert_same):
    run, one = read_events.read(folder / "together"), read_events.read(folder / "one")
    assert run.steps() == one.steps() == [0, 1, 2, 3, 4, 5]
    assert_same(run, one, [0, 1], (Kind.STEP, Kind.GRADIENT, Kind.UPDATE, *WHOLE_BATCH))
    assert_same(run, one, [2], WHOLE_BATCH)  # 2 + 1 samples
    assert run.step(2)["loss"] == pytest.approx(one.step(2)["loss"], rel=2e-5)
    assert set(run.maps) == set(one.maps) == {1, 2, 5}


def test_one_process_writes(trained, folder):
    for name in ("together", "auto", "alone"):
        assert len(list(pathlib.Path(folder / name).glob("*tfevents*"))) == 1


def test_all_sample_the_same_steps(trained, folder):
    chief, worker = trained
    assert chief["sampled"] == worker["sampled"] == read_events.read(folder / "auto").steps()
    assert len(chief["sampled"]) > 3


def test_a_callback_in_the_chief_only_does_not_block_training(trained, folder):
    chief, worker = trained
    (problem,) = chief["alone_problems"]
    assert "not all of them have the callback" in problem
    assert worker["alone_problems"] == []
    run = read_events.read(folder / "alone")
    assert run.steps() == []
    assert run.steps(Kind.EPOCH) == [2, 5]


@pytest.mark.parametrize(
    ("form", "words"),
    [("model", "with an unsupported type"), ("step", "Invalid reduction dimension")],
)
def test_what_keras_itself_cannot_do_here_fails_without_the_callback_too(trained, form, words):
    """Where this fails, Keras has mended it: the documentation of several devices can say so."""
    for report in trained:
        assert words in report["unlike_keras"][form]
