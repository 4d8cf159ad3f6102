"""What supersedes what does not depend on the wall clock, which can be set back at any time."""

import contextlib
import itertools
import time

import keras
import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.data_provider import ProviderLogdir
from tests.faults import small_training
from tests.store.loaders import serve

pytestmark = pytest.mark.any_backend
DAY = 86_400.0
STEPS, TOTAL = small_training.STEPS, small_training.TOTAL
ALL = list(range(TOTAL))


@pytest.fixture
def clock(monkeypatch):
    """A wall clock that tests set: `clock.offset` seconds ahead of the real one, or stopped."""

    class Clock:
        offset, stopped = 0.0, None

        def is_right_again(self):
            self.offset, self.stopped = 0.0, None

    clock, real = Clock(), time.time
    monkeypatch.setattr(
        time, "time", lambda: (real() if clock.stopped is None else clock.stopped) + clock.offset
    )
    return clock


def assert_whole(directory, steps=ALL):
    """From the files and through both of TensorBoard's loaders: every step of every kind."""
    run = load_run(directory)
    assert_steps(run, steps)
    for loader in ("fast", "python"):
        with serve(directory.parent, loader) as (provider, _):
            served = RunData("a", ProviderLogdir(provider).run("a"))
            assert_steps(served, steps)
            table = served.table("gradient")
            np.testing.assert_array_equal(table.values, run.table("gradient").values)


def assert_steps(run, steps):
    for kind in ("gradient", "weight", "activation", "step"):
        assert run.table(kind).steps.tolist() == steps, kind
    assert run.table("epoch").steps.tolist() == [s for s in steps if s % STEPS == STEPS - 1]
    assert run.extent() == (len(steps), steps[0], steps[-1])
    assert {snapshot.step for snapshot in run.map_snapshots()} <= {0, *steps}
    assert run.problems == []


def train(directory, *others, epochs=small_training.EPOCHS):
    inspect = small_training.InspectCallback(directory, every=1, maps_every=1, console=None)
    small_training.fit(small_training.make_model(), *others, inspect, epochs=epochs)


@pytest.mark.slow
def test_a_clock_that_is_set_in_mid_run_hides_nothing(tmp_path, clock):
    def jump(batch, logs=None):
        clock.offset = jumps.get(next(steps), clock.offset)

    steps, jumps = itertools.count(), {1: -DAY, 7: DAY, 17: 0.0, 23: -1.0, 24: -2.0}
    train(tmp_path / "a", keras.callbacks.LambdaCallback(on_train_batch_begin=jump))
    clock.is_right_again()
    assert_whole(tmp_path / "a")


@pytest.mark.slow
def test_a_run_resumed_under_an_earlier_clock_replaces_the_steps_that_it_repeats(tmp_path, clock):
    def stop():
        raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))

    clock.offset = DAY
    with contextlib.suppress(KeyboardInterrupt):
        train(tmp_path / "a", backup(), small_training.At(STEPS + 5, stop))
    clock.is_right_again()
    train(tmp_path / "a", backup())
    assert len(list((tmp_path / "a").glob("*tfevents*"))) == 2
    assert_whole(tmp_path / "a")


@pytest.mark.slow
def test_training_that_begins_again_under_an_earlier_clock_hides_nothing(tmp_path, clock):
    clock.offset = DAY
    train(tmp_path / "a")
    clock.is_right_again()
    train(tmp_path / "a", epochs=1)
    assert_whole(tmp_path / "a")
    assert_steps(load_run(tmp_path / "a" / "run_002"), list(range(STEPS)))


@pytest.mark.slow
def test_a_clock_that_stands_still_hides_nothing(tmp_path, clock):
    clock.stopped = time.time()
    train(tmp_path / "a")
    train(tmp_path / "a")
    clock.is_right_again()
    assert_whole(tmp_path / "a")
