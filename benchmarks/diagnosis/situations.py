"""Runs whose fault lies in data, schedule, decay or validation, and look-alikes.

Written with the rules for them. Tokens outside an embedding need JAX: TensorFlow raises an error.
"""

import keras
import numpy as np
from keras import layers

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit, case
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp, transformer

SGD, Adam, AdamW = keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.AdamW
AFTER_A_JUMP = (
    "exploding_gradient dying_relu oscillating_loss non_finite constant_output does_not_learn"
)
WITHOUT_WEIGHTS = "constant_output does_not_learn vanishing_gradient untrained_layer dying_relu"


def spoiled(x: np.ndarray, factor: float) -> np.ndarray:
    """The same data with one example multiplied."""
    x = x.copy()
    x[len(x) // 2] *= factor
    return x


def jump(epoch: int, low: float, high: float) -> dict:
    """Options of a fit whose learning rate is raised at an epoch."""
    schedule = keras.callbacks.LearningRateScheduler(lambda e, rate: low if e < epoch else high)
    return {"callbacks": [schedule]}


@case("MLP", "input_outlier", "exploding_gradient")
def outlier_mlp():
    """One example in another unit."""
    x, y, xv, yv = data.digits()
    model = compiled(mlp((64,), [32], 10), SGD(0.01))
    return fit(model, (spoiled(x, 3e4), y, xv, yv), 5, shuffle=False)


@case("CNN", "input_outlier", "exploding_gradient unnormalised_input")
def outlier_cnn():
    """One picture with a wrong exposure."""
    x, y, xv, yv = data.pictures()
    model = compiled(cnn((8, 8, 1), [16, 16], 10), SGD(0.01))
    return fit(model, (spoiled(x, 1e3), y, xv, yv), 5, shuffle=False)


@case("RNN", "input_outlier", "exploding_gradient")
def outlier_rnn():
    """One sequence with a wrong scale, in a model without saturation."""
    x, y, xv, yv = data.rows()
    cells = [layers.SimpleRNN(16, activation="linear")]
    model = compiled(rnn((8, 8), cells, 10), SGD(1e-3))
    return fit(model, (spoiled(x, 1e3), y, xv, yv), 5, shuffle=False)


@case("MLP", "rate_change", AFTER_A_JUMP)
def jump_mlp():
    """A schedule that raises the rate sixtyfold."""
    return fit(
        compiled(mlp((64,), [64, 64], 10), SGD(0.05)), data.digits(), 10, **jump(5, 0.05, 3.0)
    )


@case("CNN", "rate_change", AFTER_A_JUMP)
def jump_cnn():
    """The same with Adam."""
    model = compiled(cnn((8, 8, 1), [16, 16], 10), Adam(1e-3))
    return fit(model, data.pictures(), 10, **jump(5, 1e-3, 0.3))


@case("RNN", "rate_change", AFTER_A_JUMP + " saturated_activation")
def jump_rnn():
    """The same with a recurrent layer."""
    model = compiled(rnn((8, 8), [layers.SimpleRNN(32)], 10), Adam(1e-3))
    return fit(model, data.rows(), 10, **jump(6, 1e-3, 0.3))


@case("MLP")
def rate_that_is_raised_in_time():
    """A rate raised tenfold, from one that was far too low."""
    return fit(
        compiled(mlp((64,), [64, 64], 10), SGD(0.01)), data.digits(), 10, **jump(4, 0.01, 0.1)
    )


@case("MLP", "weight_decay", WITHOUT_WEIGHTS)
def decay_mlp():
    """Weight decay a hundred times too strong."""
    return fit(compiled(mlp((64,), [64, 64], 10), AdamW(1e-3, weight_decay=30.0)), data.digits(), 8)


@case("CNN", "weight_decay", WITHOUT_WEIGHTS)
def decay_cnn():
    """The same with convolutions and SGD."""
    model = compiled(cnn((8, 8, 1), [16, 16], 10), SGD(0.1, weight_decay=0.5))
    return fit(model, data.pictures(), 8)


@case("Transformer", "weight_decay", WITHOUT_WEIGHTS)
def decay_transformer():
    """The same with attention."""
    model = compiled(transformer(16, 60, 32, 1, 2), AdamW(1e-3, weight_decay=30.0))
    return fit(model, data.tokens(), 8)


@case("MLP")
def decay_that_helps():
    """A strong decay that a run learns with."""
    return fit(compiled(mlp((64,), [64, 64], 10), AdamW(3e-3, weight_decay=0.1)), data.digits(), 10)


@case("MLP", "validation_mismatch", "overfitting")
def validation_with_inverted_inputs():
    """Validation pictures in which black and white are exchanged."""
    x, y, xv, yv = data.digits()
    return fit(compiled(mlp((64,), [64], 10)), (x, y, -xv, yv), 8)


@case("CNN", "validation_mismatch", "overfitting")
def validation_with_other_labels():
    """Validation labels that are counted from 1."""
    x, y, xv, yv = data.pictures()
    return fit(compiled(cnn((8, 8, 1), [16, 16], 10)), (x, y, xv, (yv + 1) % 10), 8)


@case("RNN", "validation_mismatch", "overfitting")
def validation_with_unseen_classes():
    """Validation examples from the end of sorted data."""
    x, y, xv, yv = data.rows()
    x, y = np.concatenate([x, xv]), np.concatenate([y, yv])
    seen = y < 8
    model = compiled(rnn((8, 8), [layers.LSTM(32)], 10), Adam(3e-3))
    return fit(model, (x[seen], y[seen], x[~seen], y[~seen]), 8)


@case("MLP", "validation_mismatch", "overfitting")
def statistics_that_never_warm_up():
    """A BatchNormalization with a momentum of 0.9999."""
    x, y, xv, yv = data.digits()
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(32),
            layers.BatchNormalization(momentum=0.9999),
            layers.ReLU(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return fit(compiled(model, Adam(3e-3)), (5 * x + 3, y, 5 * xv + 3, yv), 8)


def tokens_from_one(model: keras.Model) -> Fit:
    """A vocabulary of 59 words, numbered from 1 to 59, for an embedding of 59 vectors."""
    return fit(compiled(model), data.tokens(), 5)


def embedded(*rest: layers.Layer) -> keras.Model:
    """An embedding that has a vector too few, and layers after it."""
    return keras.Sequential([keras.Input((16,), dtype="int32"), layers.Embedding(59, 16), *rest])


@case("MLP", "tokens_out_of_range", "non_finite non_finite_validation")
def tokens_mlp():
    """A bag of words."""
    return tokens_from_one(embedded(layers.GlobalAveragePooling1D(), layers.Dense(2, "softmax")))


@case("RNN", "tokens_out_of_range", "non_finite non_finite_validation")
def tokens_rnn():
    """A recurrent layer."""
    return tokens_from_one(embedded(layers.GRU(16), layers.Dense(2, "softmax")))


@case("CNN", "tokens_out_of_range", "non_finite non_finite_validation")
def tokens_cnn():
    """A convolution over words."""
    pooled = layers.GlobalMaxPooling1D()
    return tokens_from_one(embedded(layers.Conv1D(16, 3), pooled, layers.Dense(2, "softmax")))


@case("MLP")
def stream_at_its_noise_floor():
    """An endless stream with five batches an epoch, long after everything is learned."""
    rng = np.random.default_rng(0)
    w = rng.normal(size=(6, 1))

    def stream():
        while True:
            x = rng.normal(size=(16, 6)).astype("float32")
            yield x, (np.sin(x @ w) + 0.7 * rng.normal(size=(16, 1))).astype("float32")

    model = compiled(mlp((6,), [32], 1, last=None), Adam(3e-3), "mse")
    return Fit(model, stream(), None, {"steps_per_epoch": 5, "epochs": 80})
