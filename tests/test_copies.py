"""A callback can be copied and sent to another process: before, during and after a fit."""

import copy
import pickle

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run


def pickled(callback):
    return pickle.loads(pickle.dumps(callback))


def fit(model, *callbacks):
    model.fit(np.ones((8, 4)), np.ones((8, 1)), batch_size=4, verbose=0, callbacks=callbacks)


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, name="dense")])
    model.compile("sgd", "mse")
    return model


class CopiesAt(keras.callbacks.Callback):
    """Copies another callback in the middle of a fit."""

    def __init__(self, make, callback):
        super().__init__()
        self.make, self.callback, self.made = make, callback, []

    def on_train_batch_end(self, batch, logs=None):
        self.made.append(self.make(self.callback))


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_has_the_options_and_nothing_of_a_fit(tmp_path, model, make):
    options = {"layers": "dense.*", "stop_on": "error", "control": True, "maps_every": 0}
    callback = InspectCallback(tmp_path / "a", every=1, **options)
    before = make(callback)
    during = CopiesAt(make, callback)
    fit(model, callback, during)
    copies = [before, *during.made, make(callback)]
    for number, copied in enumerate(copies):
        copied.log_dir = str(tmp_path / f"copy{number}")
        fit(model, copied)
    for name in ("a", *(f"copy{number}" for number in range(len(copies)))):
        assert len(load_run(tmp_path / name).table("gradient").steps) == 2, name


def test_a_copy_records_the_same_layers_of_the_same_model(tmp_path, model):
    layer = model.get_layer("dense")
    copied = copy.deepcopy(InspectCallback(tmp_path, every=1, layers=[layer], maps_every=0))
    fit(model, copied)
    assert load_run(tmp_path).table("gradient").names == ["dense/kernel", "dense/bias"]


def test_a_copy_of_a_subclass_is_of_that_class(tmp_path):
    class Named(InspectCallback):
        def __init__(self, name):
            super().__init__(tmp_path / name)
            self.name = name

    copied = copy.deepcopy(Named("a"))
    assert type(copied) is Named
    assert copied.name == "a"
