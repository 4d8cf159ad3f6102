"""Runs whose validation data is broken, and one that only looks so. Written with the rule for it."""

import numpy as np
from keras import layers

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit, case
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp


def spoiled(parts: tuple[np.ndarray, ...], value: float) -> tuple[np.ndarray, ...]:
    """The same data with one value of one validation example replaced."""
    x, y, xv, yv = parts
    xv = xv.copy()
    xv[len(xv) // 2].flat[0] = value
    return x, y, xv, yv


@case("MLP", "non_finite_validation")
def nan_in_validation_mlp():
    """One missing value in a table."""
    model = compiled(mlp((64,), [64], 10, "tanh"))  # a ReLU may turn NaN into 0
    return fit(model, spoiled(data.digits(), np.nan), 12)


@case("CNN", "non_finite_validation")
def nan_in_validation_targets_cnn():
    """One missing target: the brightness of an image."""
    x, _, xv, _ = data.pictures()
    y, yv = x.mean(axis=(1, 2)), xv.mean(axis=(1, 2))
    yv[7] = np.nan
    model = compiled(cnn((8, 8, 1), [16, 32], 1, last=None), loss="mean_squared_error")
    return fit(model, (x, y, xv, yv), 8)


@case("RNN", "non_finite_validation")
def nan_in_validation_lstm():
    """One missing value in a sequence."""
    model = compiled(rnn((8, 8), [layers.LSTM(32)], 10))
    return fit(model, spoiled(data.rows(), np.nan), 10)


@case("MLP")
def validation_every_third_epoch():
    """Two of three epochs have no validation loss at all."""
    found: Fit = fit(compiled(mlp((64,), [64], 10)), data.digits(), 15)
    found.options["validation_freq"] = 3
    return found
