"""Fits of one model are one run; every other fit is a run of its own, and nothing is mixed."""

import copy
import threading

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect import InspectCallback, load_run, load_runs
from tb_keras_inspect.records.held import read_held

pytestmark = pytest.mark.one_compiler

BATCH, STEPS = 8, 4
X = np.random.default_rng(0).normal(size=(BATCH * STEPS, 3)).astype("float32")
Y = X[:, :1] - X[:, 1:2]


def made(units=4, name="net"):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(units), layers.Dense(1)], name=name)
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


def watch(log_dir, **options):
    return InspectCallback(log_dir, every=1, maps_every=0, **options)


def fit(model, *callbacks, epochs=2, **options):
    model.fit(X, Y, batch_size=BATCH, epochs=epochs, verbose=0, callbacks=callbacks, **options)
    return model


def steps(directory):
    return load_run(directory).table("step").steps.tolist()


def runs(directory):
    return {name: len(steps(directory / name)) for name in load_runs(directory)}


class StopError(Exception):
    """Ends a fit in the middle."""


class StopAt(keras.callbacks.Callback):
    def __init__(self, step):
        super().__init__()
        self.left = step

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            raise StopError


@pytest.mark.any_backend
def test_each_model_of_one_callback_is_a_run_and_is_told_where(tmp_path, capsys):
    callback = watch(tmp_path)
    for number in range(3):
        fit(made(), callback)
        assert callback.run_dir == str(tmp_path / f"run_{number + 1:03d}" if number else tmp_path)
    assert runs(tmp_path) == {".": 8, "run_002": 8, "run_003": 8}
    said = capsys.readouterr().out
    assert f"{tmp_path} holds another run; this one is recorded in {tmp_path}/run_002." in said


@pytest.mark.any_backend
def test_a_new_start_with_a_new_callback_is_a_run_beside_the_finished_one(tmp_path):
    for _ in range(2):
        fit(made(), watch(tmp_path))
    assert runs(tmp_path) == {".": 8, "run_002": 8}


@pytest.mark.parametrize("again", [lambda callback: callback, copy.deepcopy])
def test_a_model_goes_on_with_its_run(tmp_path, again):
    callback = watch(tmp_path)
    model = fit(made(), callback)
    fit(model, again(callback))
    assert runs(tmp_path) == {".": 16}
    assert steps(tmp_path) == list(range(16))


def test_a_model_compiled_again_goes_on_with_its_run(tmp_path):
    model = fit(made(), watch(tmp_path))
    model.compile("sgd", "mse")
    fit(model, watch(tmp_path))
    assert steps(tmp_path) == list(range(16))


def test_a_saved_model_goes_on_with_the_run_in_another_process(tmp_path):
    model = fit(made(), watch(tmp_path / "run"))
    model.save(tmp_path / "model.keras")
    fit(keras.models.load_model(tmp_path / "model.keras"), watch(tmp_path / "run"))
    assert runs(tmp_path / "run") == {".": 16}


def test_a_finished_run_is_not_trained_over_from_an_earlier_state(tmp_path):
    """Folds that all begin with one pretrained model."""
    pretrained = tmp_path / "pretrained.keras"
    fit(made()).save(pretrained)
    for _ in range(2):
        fit(keras.models.load_model(pretrained), watch(tmp_path / "run"))
    assert runs(tmp_path / "run") == {".": 8, "run_002": 8}
    assert steps(tmp_path / "run") == steps(tmp_path / "run" / "run_002") == list(range(8, 16))


@pytest.mark.any_backend
def test_without_a_diagnosis_a_finished_run_is_known_as_such_and_no_report_is_missed(tmp_path):
    pretrained = tmp_path / "pretrained.keras"
    fit(made()).save(pretrained)
    for _ in range(2):
        fit(keras.models.load_model(pretrained), watch(tmp_path / "run", console=None))
    assert runs(tmp_path / "run") == {".": 8, "run_002": 8}
    assert load_run(tmp_path / "run").finding_log.evaluated_at is None


@pytest.mark.any_backend
def test_an_interrupted_run_goes_on_from_an_earlier_state(tmp_path):
    pretrained = tmp_path / "pretrained.keras"
    fit(made()).save(pretrained)
    with pytest.raises(StopError):
        fit(keras.models.load_model(pretrained), watch(tmp_path / "run"), StopAt(3))
    fit(keras.models.load_model(pretrained), watch(tmp_path / "run"))
    assert runs(tmp_path / "run") == {".": 8}


@pytest.mark.any_backend
def test_another_trained_model_does_not_go_on_with_the_run(tmp_path):
    fit(made(), watch(tmp_path / "run"))
    fit(fit(made(units=5)), watch(tmp_path / "run"))
    assert runs(tmp_path / "run") == {".": 8, "run_002": 8}


@pytest.mark.any_backend
def test_a_new_start_after_an_interrupted_one_is_a_run_beside_it(tmp_path):
    with pytest.raises(StopError):
        fit(made(), watch(tmp_path), StopAt(3))
    fit(made(), watch(tmp_path))
    assert runs(tmp_path) == {".": 3, "run_002": 8}


@pytest.mark.any_backend
def test_a_run_that_its_callback_has_left_interrupted_is_not_finished(tmp_path):
    callback = watch(tmp_path)
    with pytest.raises(StopError):
        fit(made(), callback, StopAt(3))
    fit(made(), callback)
    assert not read_held(str(tmp_path)).is_finished
    assert read_held(str(tmp_path / "run_002")).is_finished


def recorders():
    return [thread for thread in threading.enumerate() if thread.name == "tb-keras-inspect"]


@pytest.mark.any_backend
def test_what_interrupted_fits_leave_open_is_closed_when_another_one_begins_elsewhere(tmp_path):
    """A tuner prunes hundreds of trials, each with a callback of its own."""
    fit(made(), watch(tmp_path / "first"))
    before = len(recorders())
    for number in range(3):
        with pytest.raises(StopError):
            fit(made(), watch(tmp_path / str(number)), StopAt(3))
    fit(made(), watch(tmp_path / "last"))
    assert len(recorders()) == before


def test_a_loop_goes_on_being_recorded_while_another_model_is_fitted_elsewhere(tmp_path):
    model = made()
    with watch(tmp_path / "loop").loop(model) as loop:
        for _ in range(3):
            loop.before_batch()
            model.train_on_batch(X[:BATCH], Y[:BATCH])
            fit(made(), watch(tmp_path / "fit"), epochs=1)
    assert steps(tmp_path / "loop")[-1] == 2


@pytest.mark.any_backend
def test_overwrite_removes_what_was_there_before_and_nothing_of_its_own(tmp_path):
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    earlier = watch(tmp_path)
    for _ in range(3):
        fit(made(units=5), earlier)
    incidents = [tmp_path / name / "incidents" for name in (".", "run_002", "run_003")]
    for number, folder in enumerate(incidents):
        (folder / f"step_{number:06d}").mkdir(parents=True)
        (folder / f"step_{number:06d}" / "incident.json").write_text("{}")
    mine = incidents[0] / "notes"
    mine.mkdir()
    for file in tmp_path.rglob("*tfevents*"):  # as if they were some seconds old
        file.rename(file.with_name(file.name.replace(file.name.split(".")[3], "1700000000")))
    callback = watch(tmp_path, overwrite=True)
    for one in (callback, copy.deepcopy(callback)):
        fit(made(), one)
    assert runs(tmp_path) == {".": 8, "run_002": 8}
    assert load_run(tmp_path).model.layers[1].output_shape == (-1, 4)
    assert other.read_text() == "mine"
    assert [*tmp_path.rglob("step_*")] == []
    assert mine.is_dir()
    assert not (tmp_path / "run_003").exists()


@pytest.mark.any_backend
def test_hyperparameters_are_recorded_and_name_the_run(tmp_path):
    values = {"units": 4, "rate": np.float32(0.5), "kind": "a", "deep": True, "none": None}
    fit(made(), watch(str(tmp_path / "u{hyperparameters[units]}"), hyperparameters=values))
    run = load_run(tmp_path / "u4")
    assert run.model.hyperparameters == {**values, "rate": 0.5}


def test_two_fits_in_two_threads_are_two_runs_with_the_weights_of_one(tmp_path):
    keras.utils.set_random_seed(0)
    start = made().get_weights()

    def trained(*callbacks):
        model = made()
        model.set_weights(start)
        return fit(model, *callbacks, epochs=5, shuffle=False).get_weights()

    alone, found = trained(), {}

    def train(name):
        found[name] = trained(watch(tmp_path / "run"))

    threads = [threading.Thread(target=train, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for weights in found.values():
        for one, other in zip(weights, alone, strict=True):
            np.testing.assert_array_equal(one, other)
    assert runs(tmp_path / "run") == {".": 20, "run_002": 20}


class Meanwhile(keras.callbacks.Callback):
    """Runs a function on another thread after the second batch."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            thread = threading.Thread(target=self.function)
            thread.start()
            thread.join()


def test_a_callback_that_is_recording_refuses_a_fit_in_another_thread(tmp_path):
    callback, errors = watch(tmp_path), []

    def refused():
        try:
            fit(made(), callback)
        except RuntimeError as error:
            errors.append(str(error))

    fit(made(), callback, Meanwhile(refused), epochs=1)
    assert len(errors) == 1
    assert "can record one at a time" in errors[0]
    assert "copy.deepcopy(callback)" in errors[0]
    assert runs(tmp_path) == {".": 4}
    fit(made(), callback)
    assert runs(tmp_path) == {".": 4, "run_002": 8}
