"""Programs that set `train_function`, compile again or fit inside a fit train as they would alone."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback
from tests.training import model_zoo as zoo
from tests.training import read_events, references
from tests.training.references import BACKEND

STEPS = zoo.SAMPLES // zoo.BATCH  # of an epoch


class WrapAt(keras.callbacks.Callback):
    """Wraps the train function before a batch; placed behind the inspecting callback."""

    def __init__(self, batch):
        super().__init__()
        self.batch, self.calls = batch, 0

    def on_train_batch_begin(self, batch, logs=None):
        if batch == self.batch and not self.calls:
            inner = self.model.train_function

            def wrapper(*arguments):
                self.calls += 1
                return inner(*arguments)

            self.model.train_function = wrapper


class CompileAt(keras.callbacks.Callback):
    """Compiles the model again before an epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            self.model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
            self.model.make_train_function()


class FitInside(keras.callbacks.Callback):
    """Fits the same model, with or without the callback, at the end of an epoch."""

    def __init__(self, *callbacks):
        super().__init__()
        self.callbacks, self.is_inside = callbacks, False

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0 and not self.is_inside:
            self.is_inside = True
            zoo.fit(self.model, *self.callbacks)


def trained(*callbacks):
    keras.utils.clear_session()
    keras.utils.set_random_seed(5)
    model = zoo.mlp()
    zoo.fit(model, *callbacks, epochs=2)
    return references.full_state_of(model)


def assert_same(ours, theirs):
    for left, right in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_wrapper_set_in_mid_fit_stays_and_runs_in_each_step(tmp_path):
    wrap, plain_wrap = WrapAt(2), WrapAt(2)  # behind the callback, which has step 2 sampled
    ours = trained(InspectCallback(tmp_path, every=2), wrap)
    assert_same(ours, trained(plain_wrap))
    assert read_events.read(tmp_path).steps() == [0, 2, 4]
    assert plain_wrap.calls == 2 * STEPS - 2
    assert wrap.calls == plain_wrap.calls


@pytest.mark.skipif(
    BACKEND == "jax", reason="Keras itself fails there: nothing builds the optimizer"
)
def test_a_model_compiled_again_in_mid_fit_is_recorded_by_its_new_step(tmp_path):
    ours = trained(InspectCallback(tmp_path, every=1), CompileAt())
    assert_same(ours, trained(CompileAt()))
    run = read_events.read(tmp_path)
    assert len(run.steps()) == 2 * STEPS
    assert run.step(run.steps()[-1])["learning_rate"] == pytest.approx(0.5)


def test_a_fit_of_the_same_model_inside_a_fit_is_unchanged(tmp_path):
    inner = InspectCallback(tmp_path / "inner", every=1)
    ours = trained(InspectCallback(tmp_path / "outer", every=1), FitInside(inner))
    assert_same(ours, trained(FitInside()))
    assert len(read_events.read(tmp_path / "inner").steps()) == STEPS
    assert len(read_events.read(tmp_path / "outer").steps()) == 2 * STEPS
