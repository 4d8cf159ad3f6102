"""What is found of the call of `fit`: what an epoch is. Runs under each backend."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.catalog.kinds import FIXED_SET

pytestmark = pytest.mark.one_compiler

X = np.ones((12, 3), "float32")
Y = X[:, :1]


def batches():
    while True:
        yield X[:4], Y[:4]


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return X[:4], Y[:4]


# A dataset may make other samples in every epoch.
@pytest.mark.parametrize(
    ("data", "options", "expected"),
    [
        ((X, Y), {"batch_size": 4}, FIXED_SET),
        ((X, Y), {"batch_size": 4, "steps_per_epoch": 3}, FIXED_SET),
        ((X, Y), {"batch_size": 4, "steps_per_epoch": 2}, ""),
        ((X, Y), {"batch_size": 4, "epochs": 1}, ""),
        ((batches(),), {"steps_per_epoch": 3}, ""),
        ((Batches(),), {}, ""),
    ],
    ids=["arrays", "whole", "part", "one epoch", "generator", "dataset"],
)
def test_only_arrays_are_known_to_be_the_same_in_each_epoch(tmp_path, data, options, expected):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callback = InspectCallback(tmp_path, every=1, maps_every=0, console=None)
    model.fit(*data, **{"epochs": 2, **options}, verbose=0, callbacks=[callback])
    assert load_run(tmp_path).model.data == expected


def test_arguments_of_fit_are_settings(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callback = InspectCallback(tmp_path, every=1, maps_every=0, console=None)
    options = {"class_weight": {0: 1.0, 1: 9.0}, "validation_split": 0.25, "shuffle": False}
    model.fit(X, Y, batch_size=3, verbose=0, callbacks=[callback], **options)
    settings = load_run(tmp_path).model.compiled
    assert {name: text for name, text in settings.items() if name.startswith("fit.")} == {
        "fit.shuffle": "False",
        "fit.class_weight": "{0: 1.0, 1: 9.0}",
        "fit.validation_split": "0.25",
        "fit.target_shape": "(1,)",
    }
