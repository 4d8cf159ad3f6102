"""The disk fails in the middle of a training: one warning, the same weights, the rest readable."""

import os
import shutil

import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.store.errors import StoreError
from tests.faults import disks, small_training

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs the disks of a POSIX system")
STOPPED = "nothing is recorded any more: writing to {} failed with {}"
STILL_WORKS = "What was written before can be viewed; training goes on"


def assert_one_warning(texts, path, *words):
    """It says what stopped, and what still works."""
    (text,) = texts
    for part in (STOPPED.format(path, ""), STILL_WORKS, *words):
        assert part in text


def assert_readable_up_to_the_fault(log_dir):
    """All samples up to some step, none damaged."""
    run = load_run(log_dir)
    steps = run.table("gradient").steps.tolist()
    assert steps == list(range(len(steps)))
    assert 0 < len(steps) < small_training.TOTAL
    assert run.table("activation").steps.tolist() == steps
    assert run.loss.steps.tolist() == steps
    assert run.problems == []
    return steps


def test_a_disk_that_fills(tmp_path, plain):
    with disks.full(tmp_path / "disk", "64k") as disk:
        inspect, state, texts = small_training.watched(disk / "a")
        assert_one_warning(texts, inspect._fit.recorder.path, "No space left on device")
        assert_readable_up_to_the_fault(disk / "a")
    small_training.assert_same(state, plain)


def test_a_quota_that_is_used_up(tmp_path, plain):
    with disks.quota(50_000):
        inspect, state, texts = small_training.watched(tmp_path)
    assert_one_warning(texts, inspect._fit.recorder.path, "OSError")
    assert_readable_up_to_the_fault(tmp_path)
    small_training.assert_same(state, plain)


@pytest.mark.parametrize("leaves", ["nothing", "a file"])
def test_a_directory_that_vanishes(tmp_path, plain, leaves):
    directory = tmp_path / "a"

    def vanish(_):
        shutil.rmtree(directory)
        if leaves == "a file":
            directory.write_text("in its place")

    inspect, state, texts = small_training.watched(directory, vanish, step=4)
    path = inspect._fit.recorder.path
    assert_one_warning(texts, path, "FileNotFoundError", "has been removed")
    small_training.assert_same(state, plain)
    with pytest.raises(StoreError):
        load_run(directory)


def test_a_directory_that_turns_read_only(tmp_path, plain):
    with disks.removable_lock() as lock:

        def turn(inspect):
            lock(inspect._fit.recorder.path, tmp_path)

        inspect, state, texts = small_training.watched(tmp_path, turn, step=4)
        assert_one_warning(texts, inspect._fit.recorder.path, "Operation not permitted")
        assert assert_readable_up_to_the_fault(tmp_path) == [0, 1, 2, 3]
    small_training.assert_same(state, plain)


def test_a_directory_in_which_no_file_can_be_made_any_more_takes_what_is_open(tmp_path, plain):
    with disks.removable_lock() as lock:
        _, state, texts = small_training.watched(tmp_path, lambda _: lock(tmp_path), step=4)
    assert texts == []
    small_training.assert_same(state, plain)
    assert load_run(tmp_path).table("gradient").steps.tolist() == list(range(small_training.TOTAL))


def test_a_disk_that_cannot_keep_up(tmp_path, plain):
    """Training does not wait; what is not dropped is complete, whatever is lost in between."""
    slow = []

    def slow_down(inspect):
        slow.append(disks.Slow(inspect._fit.recorder._writer._local.fileno(), 10_000))
        # A short queue, so that a short training fills it.
        inspect._fit.recorder._queue.maxsize = 4

    inspect, state, texts = small_training.watched(tmp_path, slow_down, step=4)
    slow[0].join()
    (text,) = texts
    assert "sampled steps were dropped" in text
    assert "The others are recorded" in text
    small_training.assert_same(state, plain)
    run = load_run(tmp_path)
    steps = run.table("gradient").steps.tolist()
    assert steps[:4] == [0, 1, 2, 3]
    assert len(set(steps)) == len(steps) > 4
    assert len(steps) < small_training.TOTAL
    assert inspect._fit.recorder.dropped >= small_training.TOTAL - len(steps)
    assert run.problems == []


def test_a_model_record_that_found_no_place_is_written_later(tmp_path, plain, monkeypatch):
    """Without it nothing that follows could be read."""
    import threading

    from tb_keras_inspect.training import recording

    monkeypatch.setattr(recording, "PATIENCE", 0.01)
    gate = threading.Event()

    def fill(inspect):
        recorder = inspect._fit.recorder
        recorder.put(lambda: gate.wait(30) and [])
        while recorder.put(lambda: []):
            pass

    class Open(small_training.At):
        """Frees the queue."""

    inspect = small_training.InspectCallback(tmp_path, every=1, maps_every=0, console=None)
    model = small_training.make_model()
    callbacks = (
        small_training.At(0, lambda: fill(inspect)),
        inspect,
        Open(5, lambda: (gate.set(), small_training.drain(inspect._fit.recorder))),
    )
    with pytest.warns(UserWarning, match="were dropped"):
        small_training.fit(model, *callbacks)
    small_training.assert_same(small_training.state(model), plain)
    run = load_run(tmp_path)
    assert run.table("gradient").steps.tolist() == list(range(5, small_training.TOTAL))
    assert run.problems == []
