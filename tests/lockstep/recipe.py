"""A file of a user's, from which both sides take their model and data."""

import keras
import numpy as np
from keras import layers


def make_model(epsilon=1e-7, size=4):
    if size < 1:
        raise RuntimeError("no units")
    model = keras.Sequential([keras.Input((3,)), layers.Dense(size, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1, epsilon=epsilon), "mse")
    return model


def data():
    x = np.linspace(-1, 1, 36).reshape(12, 3).astype("float32")
    return x, x[:, :1] ** 2
