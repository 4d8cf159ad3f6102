"""Fits in quick succession: what stays open between them, for how long, and what nobody misses."""

import copy
import os
import pickle
import shutil
import threading
import time

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.files.claim import Claim
from tb_keras_inspect.records.held import read_held
from tb_keras_inspect.training.writing import rest
from tests import programs

thorough = pytest.mark.thorough
X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")


def made(name="net"):
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, "relu"), layers.Dense(1)], name=name
    )
    model.compile("sgd", "mse")
    return model


def watch(log_dir, every=100, **options):
    return InspectCallback(log_dir, every=every, maps_every=0, **options)


def fit(model, callback, times=1):
    for _ in range(times):
        model.fit(X, X[:, :1], verbose=0, shuffle=False, callbacks=[callback])


def recorder_of(callback):
    return callback._fit.recorder


def threads():
    return [item for item in threading.enumerate() if item.name == "tb-keras-inspect"]


def wait_until(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def epochs(directory):
    return load_run(directory).loss.epochs["loss"][0].tolist()


def test_from_the_second_fit_on_one_recorder_serves_all(tmp_path):
    model, callback = made(), watch(tmp_path)
    fit(model, callback)
    assert not recorder_of(callback).is_resting  # a single fit leaves nothing open
    fit(model, callback)
    recorder = recorder_of(callback)
    for _ in range(3):
        assert recorder.is_resting
        fit(model, callback)
    assert recorder_of(callback) is recorder
    assert epochs(tmp_path) == [0, 1, 2, 3, 4]


def test_sampled_steps_are_those_of_fits_that_are_opened_one_by_one(tmp_path):
    """The reference reads after each fit, which ends the rest."""
    keras.utils.set_random_seed(0)
    model = made()
    start, found = model.get_weights(), {}
    for name in ("quick", "slow"):
        model = made()
        model.set_weights(start)
        callback = watch(tmp_path / name, every=3)
        for _ in range(8):
            fit(model, callback)
            if name == "slow":
                load_run(tmp_path / name)
        found[name] = load_run(tmp_path / name)
    quick, slow = found["quick"], found["slow"]
    assert quick.table("gradient").steps.tolist() == [0, 3, 6]
    for kind in ("gradient", "weight", "update", "activation", "step"):
        names = quick.table(kind).statistics
        timed = [i for i, name in enumerate(names) if name.endswith("seconds")]
        one, other = (np.delete(run.table(kind).values, timed, 2) for run in (quick, slow))
        np.testing.assert_array_equal(one, other)
    assert quick.loss.epochs["loss"][1].tolist() == slow.loss.epochs["loss"][1].tolist()


@pytest.mark.any_backend
def test_a_reader_in_this_process_finds_everything_at_once(tmp_path):
    model, callback = made(), watch(tmp_path)
    fit(model, callback, 6)
    assert epochs(tmp_path) == list(range(6))
    assert not recorder_of(callback).is_resting
    fit(model, callback, 3)
    assert read_held(str(tmp_path)).is_finished
    assert epochs(tmp_path) == list(range(9))


@pytest.mark.any_backend
def test_a_rest_ends_by_itself_and_then_nothing_is_left(tmp_path):
    before = len(threads())
    model, callback = made(), watch(tmp_path)
    fit(model, callback, 4)
    assert len(threads()) == before + 1
    path = recorder_of(callback).path
    wait_until(lambda: len(threads()) == before)
    size = os.path.getsize(path)
    claim = Claim(str(tmp_path))
    assert claim.is_free
    claim.release()
    held = read_held(str(tmp_path))
    assert (held.is_finished, held.last_step) == (True, 3)
    assert os.path.getsize(path) == size  # reading did not have to write anything
    fit(model, callback, 2)
    assert epochs(tmp_path) == list(range(6))
    assert recorder_of(callback).path == path


@pytest.mark.any_backend
def test_two_models_in_turn_keep_their_recorders(tmp_path, monkeypatch):
    monkeypatch.setattr(rest, "REST_SECONDS", 60.0)  # a fit may take long on a busy machine
    models = [made("actor"), made("critic")]
    watching = [watch(tmp_path / model.name) for model in models]
    for _ in range(3):  # between the first two fits of each the other one compiles
        for pair in zip(models, watching, strict=True):
            fit(*pair)
    recorders = [recorder_of(callback) for callback in watching]
    for _ in range(3):
        for pair in zip(models, watching, strict=True):
            fit(*pair)
    assert [recorder_of(callback) for callback in watching] == recorders
    for model in models:
        assert epochs(tmp_path / model.name) == [0, 1, 2, 3, 4, 5]


@pytest.mark.any_backend
def test_another_model_or_callback_in_the_directory_finds_it_free_and_finished(tmp_path, capsys):
    model, callback = made(), watch(tmp_path)
    fit(model, callback, 4)
    fit(made(), watch(tmp_path))
    assert epochs(tmp_path / "run_002") == [0]
    assert f"{tmp_path} holds another run" in capsys.readouterr().out
    fit(model, watch(tmp_path))
    assert load_run(tmp_path).loss.epochs["loss"][0].tolist()[:4] == [0, 1, 2, 3]


def change_directory(tmp_path, monkeypatch, model):
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")


def remove_files(tmp_path, monkeypatch, model):
    shutil.rmtree(tmp_path / "run")


def train_unrecorded(tmp_path, monkeypatch, model):
    model.fit(X, X[:, :1], verbose=0, epochs=5)


@pytest.mark.any_backend
@pytest.mark.parametrize(
    ("between", "where", "steps"),
    [
        (change_directory, "other/run", [5]),
        (remove_files, "run", [5]),
        (train_unrecorded, "run", [0, 1, 2, 3, 4, 10]),
    ],
)
def test_what_happens_between_two_fits_counts(tmp_path, monkeypatch, between, where, steps):
    monkeypatch.chdir(tmp_path)
    model, callback = made(), watch("run", every=1)
    fit(model, callback, 5)
    between(tmp_path, monkeypatch, model)
    fit(model, callback)
    assert load_run(tmp_path / where).table("step").steps.tolist() == steps


@pytest.mark.any_backend
def test_a_model_that_has_got_layers_is_described_anew(tmp_path):
    model, callback = made(), watch(tmp_path, every=1)
    fit(model, callback, 3)
    model.add(layers.Dense(1, name="added"))
    model.compile("sgd", "mse")
    fit(model, callback, 3)
    run = load_run(tmp_path)
    assert any("added" in name for name in run.table("gradient").names)
    assert run.problems == []


@pytest.mark.any_backend
def test_an_interrupted_fit_in_between_goes_on_with_the_run(tmp_path):
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    model, callback = made(), watch(tmp_path)
    fit(model, callback, 3)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, X[:, :1], verbose=0, callbacks=[callback, Interrupt()])
    fit(model, callback, 2)
    run = load_run(tmp_path)
    assert run.loss.epochs["loss"][0].tolist() == [0, 1, 2, 4, 5]
    assert run.problems == []
    assert callback.run_dir == str(tmp_path)


@pytest.mark.any_backend
def test_fits_in_one_thread_after_another_are_one_run(tmp_path):
    model, callback = made(), watch(tmp_path)
    for _ in range(4):
        thread = threading.Thread(target=fit, args=(model, callback))
        thread.start()
        thread.join()
    assert epochs(tmp_path) == [0, 1, 2, 3]


@pytest.mark.any_backend
def test_copies_are_made_between_two_fits(tmp_path):
    model, callback = made(), watch(tmp_path)
    fit(model, callback, 3)
    for again in (copy.deepcopy(callback), pickle.loads(pickle.dumps(callback))):
        fit(model, again)
    fit(model, callback)
    assert epochs(tmp_path) == list(range(6))


@pytest.mark.any_backend
def test_the_newest_diagnosis_is_recorded_when_the_rest_is_over(tmp_path):
    model, callback = made(), watch(tmp_path, every=1)
    fit(model, callback, 12)
    assert load_run(tmp_path).finding_log.evaluated_at == 11


@pytest.mark.any_backend
def test_a_rest_is_short():
    assert rest.REST_SECONDS <= 0.5


@pytest.mark.any_backend
@pytest.mark.slow
@pytest.mark.parametrize(
    "ending", ["fork", pytest.param("leave", marks=thorough), pytest.param("fail", marks=thorough)]
)
def test_a_process_that_ends_or_forks_in_a_rest_loses_nothing(tmp_path, ending):
    result = programs.run("tests.training.runs.resting_child", tmp_path, ending)
    assert result.returncode == (1 if ending == "fail" else 0), result.stderr
    assert epochs(tmp_path) == list(range(6 if ending == "fork" else 5))
    assert read_held(str(tmp_path)).is_finished
    assert not (tmp_path / "run_002").exists()


@pytest.mark.any_backend
def test_a_log_dir_function_is_called_once_a_fit(tmp_path):
    asked = []

    def place(names):
        asked.append(names)
        return str(tmp_path / "run")

    model, callback = made(), watch(place, every=1)
    for _ in range(4):  # a first, a second, and two that go on or are opened again
        fit(model, callback)
        model.compile("sgd", "mse")  # a recorder that rests cannot go on with this one
    assert len(asked) == 4
