"""Around the steps: several fits, loops, interruptions, and that nothing stays behind."""

import os
import pickle
import warnings

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.records import Kind
from tests.training import custom_steps, read_events, references
from tests.training import model_zoo as zoo
from tests.training.references import BACKEND

pytestmark = pytest.mark.one_compiler

STEPS = zoo.SAMPLES // zoo.BATCH  # of an epoch


@pytest.fixture(autouse=True)
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error", InspectWarning)
        yield


def new_model(make=zoo.mlp):
    keras.utils.clear_session()
    keras.utils.set_random_seed(5)
    return make()


def attributes_of(model):
    """What Keras objects have besides values: patches would show here."""
    found = {"train_step": model.train_step, "class": type(model).__dict__.copy()}
    for cls in (keras.layers.Layer, keras.metrics.Mean, *keras.optimizers.Optimizer.__mro__[:-1]):
        found |= {(cls, name): value for name, value in vars(cls).items() if callable(value)}
    return found | {"own": sorted(vars(model))}


def assert_same_state(a, b):
    for left, right in zip(references.full_state_of(a), references.full_state_of(b), strict=True):
        np.testing.assert_array_equal(left, right)


def test_the_model_is_as_it_was_after_fit(tmp_path):
    plain, model = new_model(), new_model()
    zoo.fit(plain)
    zoo.fit(model)
    before, function = attributes_of(model), model.train_function
    zoo.fit(model, InspectCallback(tmp_path, every=1))
    zoo.fit(plain)
    assert model.train_function is function
    assert attributes_of(model) == before
    assert_same_state(model, plain)


class Interrupt(keras.callbacks.Callback):
    """Raises before a batch; behind the callback in the list, so that a sample is already armed."""

    def __init__(self, error, batch):
        super().__init__()
        self.error, self.batch = error, batch

    def on_train_batch_begin(self, batch, logs=None):
        if batch == self.batch:
            raise self.error


@pytest.mark.slow
@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        RuntimeError("out of data"),
    ],
    ids=repr,
)
def test_after_an_interrupted_fit_the_next_plain_one_is_not_instrumented(error, tmp_path):
    plain, model = new_model(), new_model()
    inspect = InspectCallback(tmp_path, every=1)
    for one, callbacks in ((plain, []), (model, [inspect])):
        with pytest.raises(type(error)):
            zoo.fit(one, *callbacks, Interrupt(error, 2))
    zoo.fit(plain)
    zoo.fit(model)
    assert_same_state(model, plain)
    zoo.fit(model, inspect)
    assert read_events.read(tmp_path).steps() == [0, 1, 5, 6, 7]


@pytest.mark.slow
def test_several_fits_make_one_axis_of_steps_and_trace_the_step_once(tmp_path):
    model = new_model()
    inspect = InspectCallback(tmp_path, every=1)
    zoo.fit(model, inspect, epochs=2)
    traces = inspect._recordings.kept._instrumented.traces
    zoo.fit(model, inspect, epochs=2)
    run = read_events.read(tmp_path)
    assert run.steps() == list(range(4 * STEPS))
    assert len(run.files) == 1
    assert run.steps(Kind.EPOCH) == [2, 5, 8, 11]
    if BACKEND != "torch":  # where every step counts as a trace
        assert inspect._recordings.kept._instrumented.traces == traces
    assert len(run.models) == 1


@pytest.mark.slow
def test_model_records_have_steps_of_their_own(tmp_path):
    """TensorBoard keeps one value of a tag at a step."""
    model = new_model(zoo.attention)  # the edges of its graph are known after the first sample only
    model.fit(
        zoo.sequences(),
        zoo.labels(),
        batch_size=zoo.BATCH,
        verbose=0,
        callbacks=[InspectCallback(tmp_path, every=1)],
    )
    run = read_events.read(tmp_path)
    assert len(run.models) == 2
    assert run.model_steps == [0, 1]
    assert run.model.edges


@pytest.mark.slow
def test_a_model_compiled_again_is_recorded_by_its_new_step(tmp_path):
    plain, model = new_model(), new_model()
    inspect = InspectCallback(tmp_path, every=1)
    for one, callbacks in ((plain, []), (model, [inspect])):
        zoo.fit(one, *callbacks)
        one.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
        zoo.fit(one, *callbacks)
    assert_same_state(model, plain)
    run = read_events.read(tmp_path)
    # The new optimizer counts from 0 again, the run does not.
    assert run.steps() == list(range(2 * STEPS))
    assert run.step(3)["learning_rate"] == pytest.approx(0.5)
    update, gradient = (
        run.at(kind, 4)["first/kernel"]["l2"] for kind in (Kind.UPDATE, Kind.GRADIENT)
    )
    assert update == pytest.approx(0.5 * gradient, rel=1e-4)


@pytest.mark.slow
def test_layers_frozen_between_fits_have_no_rows_from_then_on(tmp_path):
    model = new_model()
    inspect = InspectCallback(tmp_path, every=1)
    zoo.fit(model, inspect)
    model.get_layer("first").trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    zoo.fit(model, InspectCallback(tmp_path / "second", every=1))
    run = read_events.read(tmp_path / "second")
    assert set(run.at(Kind.GRADIENT, 0)) == {
        "second/kernel", "second/bias", "head/kernel", "head/bias",
    }  # fmt: skip


@pytest.mark.slow
def test_one_callback_on_two_models_records_both(tmp_path):
    inspect = InspectCallback(tmp_path, every=1)
    zoo.fit(new_model(), inspect)
    zoo.fit(new_model(zoo.normalised), inspect)
    found = [read_events.read(path).models for path in (tmp_path, tmp_path / "run_002")]
    assert len({model.fingerprint for models in found for model in models}) == 2


@pytest.mark.slow
def test_training_resumed_by_backup_goes_on_where_it_stopped(tmp_path):
    backup = str(tmp_path / "backup")
    with pytest.raises(RuntimeError):
        zoo.fit(
            new_model(),
            keras.callbacks.BackupAndRestore(backup),
            InspectCallback(tmp_path / "a", every=1),
            StopAtEpoch(2),
            epochs=4,
        )
    model = new_model()
    zoo.fit(
        model,
        keras.callbacks.BackupAndRestore(backup),
        InspectCallback(tmp_path / "b", every=1),
        epochs=4,
    )
    assert read_events.read(tmp_path / "b").steps() == list(range(2 * STEPS, 4 * STEPS))
    plain = new_model()
    zoo.fit(plain, epochs=4)
    assert_same_state(model, plain)


class StopAtEpoch(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise RuntimeError("the machine went down")


@pytest.mark.slow
def test_keras_callbacks_beside_it_do_what_they_do_without_it(tmp_path):
    def callbacks(folder):
        return [
            keras.callbacks.ModelCheckpoint(str(folder / "best.keras"), save_best_only=True),
            keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True),
            keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5),
        ]

    data = {"validation_data": (zoo.vectors(seed=9), zoo.labels(seed=9))}
    plain, model = new_model(), new_model()
    for folder in (tmp_path / "plain", tmp_path / "with"):
        os.makedirs(folder)
    history = zoo.fit(plain, *callbacks(tmp_path / "plain"), epochs=3, **data)
    inspect = InspectCallback(tmp_path / "log", every=1)
    watched = zoo.fit(model, inspect, *callbacks(tmp_path / "with"), epochs=3, **data)
    assert_same_state(model, plain)
    assert watched.history.keys() == history.history.keys()
    saved = [keras.models.load_model(tmp_path / name / "best.keras") for name in ("plain", "with")]
    assert_same_state(*saved)
    rates = [read_events.read(tmp_path / "log").step(s)["learning_rate"] for s in (0, 3)]
    assert rates == pytest.approx([0.0005, 0.00025])


class SaveDuring(keras.callbacks.Callback):
    """Saves, clones and pickles while a sample is armed."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 1:
            _ = self.model  # on JAX: brings the variables up to date
            self.model.save(self.folder / "during.keras")
            self.clone = keras.models.clone_model(self.model)
            self.pickled = pickle.dumps(self.model)


@pytest.mark.slow
def test_a_model_saved_cloned_or_pickled_during_and_after_holds_nothing_of_ours(tmp_path):
    saved = []
    for name, callbacks in (("plain", []), ("with", [InspectCallback(tmp_path / "log", every=1)])):
        folder = tmp_path / name
        os.makedirs(folder)
        model, during = new_model(), SaveDuring(folder)
        zoo.fit(model, *callbacks, during)
        model.save(folder / "after.keras")
        after = pickle.loads(pickle.dumps(model))
        saved.append([model, after, pickle.loads(during.pickled)])
        saved[-1] += [keras.models.load_model(folder / f"{k}.keras") for k in ("during", "after")]
        assert [v.path for v in during.clone.variables] == [v.path for v in model.variables]
    for one, other in zip(*saved, strict=True):
        assert_same_state(one, other)
        assert [v.path for v in one.variables] == [v.path for v in other.variables]


def batches():
    for start in range(0, zoo.SAMPLES, zoo.BATCH):
        yield zoo.vectors()[start : start + zoo.BATCH], zoo.labels()[start : start + zoo.BATCH]


def test_a_loop_of_ones_own_around_train_on_batch_is_recorded_and_unchanged(tmp_path):
    plain, model = new_model(), new_model()
    for _ in range(2):
        for x, y in batches():
            plain.train_on_batch(x, y)
    with InspectCallback(tmp_path, every=1).loop(model, STEPS, 2) as loop:
        for _ in range(2):
            for x, y in batches():
                loop.before_batch()
                logs = model.train_on_batch(x, y, return_dict=True)
            loop.after_epoch(logs)
    assert_same_state(model, plain)
    run = read_events.read(tmp_path)
    # Keras makes the training function in the first call.
    assert run.steps() == list(range(1, 2 * STEPS))
    assert set(run.at(Kind.GRADIENT, 1)) == {v.path.split("/", 1)[1] for v in model.variables}
    assert run.at(Kind.EPOCH, 5)[""]["epoch"] == 1


class NeverCalled(custom_steps.Gan):
    """Its step calls its parts; Keras therefore never builds the whole."""

    call = keras.Model.call

    def __init__(self):
        super().__init__()
        self.built = False


@pytest.mark.slow
@pytest.mark.skipif(BACKEND != "tensorflow", reason="Keras builds the model, or fails, before fit")
def test_a_model_that_is_never_called_itself_is_recorded_but_for_its_maps(tmp_path):
    def train(*callbacks):
        model = new_model(NeverCalled)
        model.compile(keras.optimizers.SGD(0.02), keras.optimizers.SGD(0.01))
        model.fit(zoo.vectors(), batch_size=zoo.BATCH, verbose=0, callbacks=list(callbacks))
        assert not model.built
        return model

    with pytest.warns(InspectWarning, match="activation maps .* never called as a whole"):
        model = train(InspectCallback(tmp_path, every=1))
    assert_same_state(model, train())
    run = read_events.read(tmp_path)
    assert run.steps() == list(range(STEPS))
    assert "generator/g_hidden/kernel" in run.at(Kind.GRADIENT, 1)


def test_a_loop_without_a_compiled_model_is_refused(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="compiled"):
        InspectCallback(tmp_path).loop(model)
