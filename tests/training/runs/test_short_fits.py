"""Many short fits of one model are one run: one schedule, one file, few pictures."""

import pathlib

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect import InspectCallback, load_run
from tests.training import read_events

pytestmark = pytest.mark.any_backend
X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")


def made():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(4, activation="relu"), layers.Dense(1)]
    )
    model.compile("adam", "mse")
    return model


def fit(model, callback, times):
    for _ in range(times):
        model.fit(X, X[:, :1], epochs=1, verbose=0, callbacks=[callback])


def event_files(directory: pathlib.Path):
    return [path for path in directory.iterdir() if path.name.endswith(".keras_inspect")]


@pytest.mark.slow
def test_schedule_steps_and_file_go_on_over_sixty_fits_of_one_step(tmp_path):
    model, callback = made(), InspectCallback(tmp_path, every=10)
    fit(model, callback, 60)
    run = load_run(tmp_path)
    assert run.table("step").steps.tolist() == [0, 10, 20, 30, 40, 50]
    assert len(event_files(tmp_path)) <= 2
    assert run.loss.epochs["loss"][0].tolist() == list(range(60))
    assert len(read_events.read(tmp_path).maps) < 20
    assert run.problems == []


@pytest.mark.slow
def test_the_verdict_is_not_repeated_after_each_fit(tmp_path, capsys):
    model, callback = made(), InspectCallback(tmp_path, every=1, maps_every=0)
    fit(model, callback, 30)
    verdicts = [line for line in capsys.readouterr().out.splitlines() if "checks passed" in line]
    assert len(verdicts) == len(set(verdicts)) <= 3


def test_a_file_that_has_been_removed_is_not_missed(tmp_path):
    model, callback = made(), InspectCallback(tmp_path, every=1, maps_every=0)
    fit(model, callback, 2)
    for path in event_files(tmp_path):
        path.unlink()
    fit(model, callback, 1)
    assert len(event_files(tmp_path)) == 1
    fit(model, callback, 1)
    assert load_run(tmp_path).loss.epochs["loss"][0].tolist() == [2, 3]


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path):
    model, callback = made(), InspectCallback(tmp_path / "run", every=1, maps_every=0)
    fit(model, callback, 1)
    (path,) = event_files(tmp_path / "run")
    mine = tmp_path / "mine"
    mine.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(mine)
    before = mine.read_bytes()
    fit(model, callback, 1)
    assert mine.read_bytes() == before


def test_a_later_file_of_another_callback_comes_last(tmp_path):
    model, callback = made(), InspectCallback(tmp_path, every=1, maps_every=0)
    fit(model, callback, 1)
    fit(model, InspectCallback(tmp_path, every=1, maps_every=0), 1)
    fit(model, callback, 1)
    assert load_run(tmp_path).table("step").steps.tolist() == [0, 1, 2]
    assert len(event_files(tmp_path)) == 3
