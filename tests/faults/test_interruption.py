"""Real trainings that end before their time, that go on later, or of which there are two."""

import contextlib
import os
import signal
import subprocess

import keras
import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.steering.channel import FOLDER, Channel
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.data_provider import ProviderLogdir
from tests import programs
from tests.faults import small_training
from tests.store.loaders import serve

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals and locks of POSIX")
STEPS, TOTAL = small_training.STEPS, small_training.TOTAL
PIPE = subprocess.PIPE


@contextlib.contextmanager
def training(directory, backup="", pause=0.0, *more):
    """The training in a process of its own."""
    module = "tests.faults.training_child"
    process = programs.start(
        module, directory, backup, pause, *more, stdout=PIPE, stderr=PIPE, bufsize=1
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_batches(process, count):
    """Returns when so many batches have begun."""
    seen = 0
    while seen < count:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        seen += line.startswith("batch")


def steps_of(directory):
    """The sampled steps, all of whose kinds agree."""
    run = load_run(directory)
    steps = run.table("gradient").steps.tolist()
    assert run.loss.steps.tolist() == steps
    return steps


@pytest.mark.slow
def test_ctrl_c_loses_nothing(tmp_path):
    with training(tmp_path, "", 0.01, "control") as process:
        read_batches(process, STEPS + 4)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert "KeyboardInterrupt" in errors
    steps = steps_of(tmp_path)
    assert steps == list(range(len(steps)))
    assert len(steps) >= STEPS + 3  # all but, perhaps, the step in which it came
    assert load_run(tmp_path).problems == []
    assert not (tmp_path / FOLDER / "token").exists()
    assert Channel(str(tmp_path)).state()["status"] == "ended"


@pytest.mark.parametrize("error", [RuntimeError("out of data"), KeyboardInterrupt()], ids=repr)
def test_an_exception_loses_nothing_even_while_its_process_lives(tmp_path, error):
    def stop():
        raise error

    inspect = small_training.InspectCallback(tmp_path, every=1, maps_every=0, console=None)
    with pytest.raises(type(error)):
        small_training.fit(small_training.make_model(), inspect, small_training.At(7, stop))
    small_training.drain(
        inspect._fit.recorder
    )  # what was handed over is written without being asked
    assert steps_of(tmp_path) == list(range(7))
    # The next training in this process, with another callback, is in nobody's way.
    _, _, texts = small_training.watched(tmp_path)
    assert texts == []
    assert steps_of(tmp_path) == list(range(7))
    assert steps_of(tmp_path / "run_002") == list(range(TOTAL))


@pytest.mark.slow
def test_a_killed_training_resumed_from_its_backup_is_one_run(tmp_path):
    directory, backup = tmp_path / "logs" / "a", tmp_path / "backup"
    with training(directory, backup) as process:
        read_batches(process, STEPS + 5)  # in the second epoch
        process.kill()
        process.wait()
    before = steps_of(directory)
    assert before[0] == 0
    assert len(before) >= STEPS
    resumed = small_training.make_model()
    inspect = small_training.InspectCallback(directory, every=1, maps_every=0, console=None)
    small_training.fit(resumed, keras.callbacks.BackupAndRestore(str(backup)), inspect)
    assert steps_of(directory) == list(range(TOTAL))
    run = load_run(directory)
    assert run.loss.epochs["loss"][0].tolist() == [STEPS - 1, 2 * STEPS - 1, TOTAL - 1]
    assert len(list(directory.glob("*tfevents*"))) == 2
    for loader in ("fast", "python"):
        with serve(tmp_path / "logs", loader) as (provider, _):
            served = RunData("a", ProviderLogdir(provider).run("a"))
            table = served.table("gradient")
            assert table.steps.tolist() == list(range(TOTAL))
            np.testing.assert_array_equal(table.values, run.table("gradient").values)


@pytest.mark.slow
def test_of_two_trainings_in_one_directory_each_is_a_run_of_its_own(tmp_path, plain):
    directory = tmp_path / "a"
    with training(directory, pause=0.2) as process:
        read_batches(process, 3)
        inspect, state, (text,) = small_training.watched(directory, control=True)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert f"another process records into {directory} at the same time" in text
    own = directory / "run_002"
    assert f"This training run is recorded in {own}" in text
    assert inspect._fit.recorder.log_dir == str(own)
    assert (own / FOLDER).is_dir()  # and is steered there
    assert not (directory / FOLDER).exists()
    small_training.assert_same(state, plain)
    for one in (directory, own):
        assert steps_of(one) == list(range(TOTAL))
        assert load_run(one).problems == []


def test_two_callbacks_of_one_fit_in_one_directory_are_told(tmp_path, plain):
    first, second = (
        small_training.InspectCallback(tmp_path, every=1, maps_every=0, console=None)
        for _ in range(2)
    )
    model = small_training.make_model()
    with pytest.warns(UserWarning, match="records into the same directory") as caught:
        small_training.fit(model, first, second)
    assert len([w for w in caught if "InspectCallback" in str(w.message)]) == 1
    small_training.assert_same(small_training.state(model), plain)
    assert steps_of(tmp_path) == list(range(TOTAL))
