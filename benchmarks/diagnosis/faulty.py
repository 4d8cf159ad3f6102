"""Training runs with one fault each; every problem in at least three architectures."""

import keras
import numpy as np
from keras import initializers, layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import case
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp, residual, transformer

optimizers = keras.optimizers
SGD, Adam = optimizers.SGD, optimizers.Adam


def normal(deviation: float):
    """An initialiser."""
    return initializers.RandomNormal(stddev=deviation, seed=1)


def rnn(shape, cells, output, last="softmax"):
    """Builds recurrent layers and a dense head."""
    return keras.Sequential([keras.Input(shape), *cells, layers.Dense(output, activation=last)])


# vanishing_gradient


@case("MLP", "vanishing_gradient", "slow_convergence")
def vanishing_sigmoid_mlp():
    return fit(compiled(mlp((64,), [64] * 8, 10, "sigmoid"), SGD(0.1)), data.digits(), 8)


@case("CNN", "vanishing_gradient", "slow_convergence")
def vanishing_sigmoid_cnn():
    return fit(compiled(cnn((8, 8, 1), [16] * 8, 10, "sigmoid"), SGD(0.05)), data.pictures(), 6)


@case("RNN", "vanishing_gradient", "constant_output slow_convergence")
def vanishing_stacked_rnn():
    cells = [layers.SimpleRNN(24, "sigmoid", return_sequences=i < 4) for i in range(5)]
    return fit(compiled(rnn((8, 8), cells, 10), SGD(0.05)), data.rows(), 6)


@case("RNN", "vanishing_gradient", "slow_convergence")
def vanishing_through_time():
    cell = layers.SimpleRNN(16, recurrent_initializer=initializers.Orthogonal(0.3, seed=1))
    return fit(compiled(rnn((40, 1), [cell], 2), SGD(0.05)), data.first_counts(), 10)


@case("MLP", "vanishing_gradient", "slow_convergence")
def vanishing_sigmoid_adam():
    return fit(compiled(mlp((64,), [64] * 12, 10, "sigmoid"), Adam(1e-3)), data.digits(), 8)


@case("residual", "vanishing_gradient", "slow_convergence")
def vanishing_small_init():
    model = mlp((64,), [64] * 8, 10, "tanh", kernel_initializer=normal(0.01))
    return fit(compiled(model, SGD(0.05)), data.digits(), 8)


# exploding_gradient


@case("MLP", "exploding_gradient", "non_finite oscillating_loss dying_relu")
def exploding_init_mlp():
    model = mlp((64,), [128] * 8, 10, kernel_initializer=normal(0.6))
    return fit(compiled(model, SGD(1e-3)), data.digits(), 6)


@case("RNN", "exploding_gradient", "non_finite oscillating_loss saturated_activation")
def exploding_rnn():
    cell = layers.SimpleRNN(
        32, "linear", recurrent_initializer=initializers.Orthogonal(1.6, seed=1)
    )
    return fit(compiled(rnn((24, 1), [cell], 1, None), SGD(1e-3), "mse"), data.sine(), 10)


@case("MLP", "exploding_gradient", "non_finite oscillating_loss dying_relu")
def exploding_rate_regression():
    model = compiled(mlp((4,), [64, 64], 1, last=None), SGD(1.0), "mse")
    return fit(model, data.curve(), 8)


@case("CNN", "exploding_gradient", "non_finite oscillating_loss dying_relu")
def exploding_cnn():
    model = cnn((8, 8, 1), [32] * 6, 10, kernel_initializer=normal(0.5))
    return fit(compiled(model, SGD(1e-2)), data.pictures(), 5)


@case("residual", "exploding_gradient", "non_finite oscillating_loss dying_relu")
def exploding_residual():
    model = residual((64,), 64, 12, 10, norm=False, kernel_initializer=normal(0.4))
    return fit(compiled(model, SGD(1e-3)), data.digits(), 6)


# dying_relu


@case("MLP", "dying_relu", "exploding_gradient oscillating_loss slow_convergence")
def dying_high_rate_mlp():
    model = mlp((64,), [128, 128, 64], 10)
    return fit(compiled(model, SGD(0.5, momentum=0.9)), data.digits(), 8)


@case("CNN", "dying_relu", "exploding_gradient oscillating_loss slow_convergence")
def dying_high_rate_cnn():
    return fit(compiled(cnn((8, 8, 1), [16, 32], 10), Adam(0.3)), data.pictures(), 8)


@case("MLP", "dying_relu", "slow_convergence untrained_layer")
def born_dead_mlp():
    model = mlp((64,), [64, 64], 10, bias_initializer=initializers.Constant(-8.0))
    return fit(compiled(model), data.digits(), 8)


@case("CNN", "dying_relu", "slow_convergence untrained_layer")
def born_dead_cnn():
    model = cnn((8, 8, 1), [16, 16], 10, bias_initializer=initializers.Constant(-5.0))
    return fit(compiled(model), data.pictures(), 8)


@case("residual", "dying_relu exploding_gradient", "oscillating_loss slow_convergence")
def diverging_residual():
    model = residual((64,), 64, 3, 10, norm=False)
    return fit(compiled(model, SGD(0.3, momentum=0.9, clipvalue=1.0)), data.digits(), 8)


@case("residual", "dying_relu", "slow_convergence untrained_layer vanishing_gradient")
def born_dead_residual():
    """The skip connection carries the signal past the dead blocks, so the model learns without them."""
    model = residual((64,), 64, 3, 10, bias_initializer=initializers.Constant(-6.0))
    return fit(compiled(model, SGD(0.01)), data.digits(), 6)


# saturated_activation


@case("MLP", "saturated_activation", "vanishing_gradient slow_convergence")
def saturated_tanh_mlp():
    model = mlp((64,), [64, 64], 10, "tanh", kernel_initializer=normal(2.0))
    return fit(compiled(model), data.digits(), 8)


@case("CNN", "saturated_activation", "vanishing_gradient slow_convergence")
def saturated_sigmoid_cnn():
    model = cnn((8, 8, 1), [16, 16], 10, "sigmoid", kernel_initializer=normal(5.0))
    return fit(compiled(model), data.pictures(), 8)


@case("RNN", "saturated_activation", "vanishing_gradient slow_convergence exploding_gradient")
def saturated_rnn():
    cell = layers.SimpleRNN(
        32,
        kernel_initializer=normal(3.0),
        recurrent_initializer=initializers.Orthogonal(4.0, seed=1),
    )
    return fit(compiled(rnn((8, 8), [cell], 10)), data.rows(), 8)


@case("MLP", "saturated_activation", "oscillating_loss slow_convergence vanishing_gradient")
def saturated_by_rate():
    model = mlp((64,), [64, 64], 10, "sigmoid")
    return fit(compiled(model, Adam(0.5)), data.digits(), 10)


# non_finite


def unguarded(classes, probabilities):
    """Cross-entropy that does not protect against log(0)."""
    targets = ops.one_hot(ops.reshape(classes, (-1,)), ops.shape(probabilities)[-1])
    return -ops.sum(targets * ops.log(probabilities), axis=-1)


@case("CNN", "non_finite")
def nan_from_log():
    model = cnn((8, 8, 1), [8, 16], 10)
    return fit(compiled(model, Adam(0.03), unguarded), data.pictures(), 25)


@case("MLP", "non_finite")
def nan_in_data():
    x, y, xv, yv = data.digits()
    x = x.copy()
    x[700, 5] = np.nan
    return fit(compiled(mlp((64,), [64], 10)), (x, y, xv, yv), 4)


@case("RNN", "non_finite exploding_gradient")
def nan_from_rate_rnn():
    cell = layers.SimpleRNN(32, "relu", return_sequences=False)
    return fit(compiled(rnn((24, 1), [cell], 1, None), SGD(3.0), "mse"), data.sine(), 6)


@case("residual", "non_finite")
def nan_from_square_root():
    """The slope of the square root at 0 is infinite: the loss is finite, its gradient is not."""
    inputs = keras.Input((4,))
    h = layers.Dense(16, activation="relu")(inputs)
    norm = layers.Lambda(lambda t: ops.sqrt(ops.sum(ops.square(t), -1, keepdims=True)))(
        layers.ReLU()(layers.Dense(4, bias_initializer=initializers.Constant(-0.7))(h))
    )
    model = keras.Model(inputs, layers.Dense(1)(norm))
    return fit(compiled(model, loss="mse"), data.curve(), 6)


# oscillating_loss


@case("MLP", "oscillating_loss", "exploding_gradient saturated_activation vanishing_gradient")
def oscillating_mlp():
    model = mlp((64,), [32, 32], 10, "tanh")
    return fit(compiled(model, SGD(3.0)), data.digits(), 15)


@case("CNN", "oscillating_loss", "exploding_gradient saturated_activation")
def oscillating_cnn():
    model = cnn((8, 8, 1), [16, 16], 10, "tanh")
    return fit(compiled(model, Adam(0.1)), data.pictures(), 12)


@case("RNN", "oscillating_loss", "exploding_gradient saturated_activation")
def oscillating_lstm():
    return fit(compiled(rnn((8, 8), [layers.LSTM(32)], 10), Adam(0.3)), data.rows(), 12)


@case("MLP", "oscillating_loss", "exploding_gradient")
def oscillating_regression():
    model = mlp((4,), [32], 1, "tanh", last=None)
    return fit(compiled(model, Adam(0.5), "mse"), data.curve(), 20)


# slow_convergence


@case("MLP", "slow_convergence")
def slow_rate_mlp():
    return fit(compiled(mlp((64,), [64, 64], 10), Adam(1e-6)), data.digits(), 8)


@case("CNN", "slow_convergence")
def slow_rate_cnn():
    return fit(compiled(cnn((8, 8, 1), [16, 16], 10), SGD(1e-4)), data.pictures(), 8)


@case("RNN", "slow_convergence")
def slow_rate_lstm():
    return fit(compiled(rnn((8, 8), [layers.LSTM(32)], 10), Adam(1e-5)), data.rows(), 8)


@case("MLP", "slow_convergence", "overfitting")
def slow_by_dropout():
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.95),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.95),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return fit(compiled(model), data.digits(), 10)


@case("MLP", "slow_convergence", "untrained_layer dying_relu vanishing_gradient")
def slow_zero_init():
    return fit(compiled(mlp((64,), [64, 64], 10, kernel_initializer="zeros")), data.digits(), 8)


@case("MLP", "slow_convergence")
def slow_constant_init():
    model = mlp((64,), [64, 64], 10, "tanh", kernel_initializer=initializers.Constant(0.05))
    return fit(compiled(model), data.digits(), 8)


@case("Transformer", "slow_convergence")
def slow_rate_transformer():
    return fit(compiled(transformer(16, 60, 32, 1, 2), Adam(1e-6)), data.tokens(), 10)


# overfitting


@case("MLP", "overfitting")
def overfitting_mlp():
    x, y, xv, yv = data.digits()
    noise = np.random.default_rng(0).integers(0, 10, 150)
    y = np.where(np.random.default_rng(1).random(150) < 0.4, noise, y[:150])
    model = compiled(mlp((64,), [256, 256], 10), Adam(2e-3))
    return fit(model, (x[:150], y, xv, yv), 50, 16)


@case("CNN", "overfitting")
def overfitting_cnn():
    x, y, xv, yv = data.pictures()
    y = np.random.default_rng(0).integers(0, 10, 120)
    model = compiled(cnn((8, 8, 1), [32, 32], 10), Adam(2e-3))
    return fit(model, (x[:120], y, xv, yv), 40, 16)


@case("RNN", "overfitting")
def overfitting_lstm():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 10, 8)).astype("float32")
    y = rng.integers(0, 2, 300)
    model = compiled(rnn((10, 8), [layers.LSTM(64)], 2), Adam(5e-3))
    return fit(model, (x[:150], y[:150], x[150:], y[150:]), 40, 16)


@case("MLP", "overfitting")
def overfitting_regression():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 20)).astype("float32")
    y = (x[:, :1] + rng.normal(size=(120, 1))).astype("float32")
    model = compiled(mlp((20,), [128, 128], 1, last=None), Adam(2e-3), "mse")
    return fit(model, (x[:60], y[:60], x[60:], y[60:]), 80, 16)


# untrained_layer


class StopGradient(layers.Layer):
    """Stops the gradient."""

    def call(self, x):
        return ops.stop_gradient(x)


@case("MLP", "untrained_layer")
def cut_off_mlp():
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu"),
            StopGradient(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return fit(compiled(model), data.digits(), 6)


class Rounding(layers.Layer):
    """An operation whose slope is zero everywhere."""

    def call(self, x):
        return ops.round(x * 4) / 4


@case("CNN", "untrained_layer")
def rounded_cnn():
    inputs = keras.Input((8, 8, 1))
    h = Rounding()(layers.Conv2D(16, 3, activation="relu")(inputs))
    h = layers.Conv2D(16, 3, activation="relu")(h)
    output = layers.Dense(10, activation="softmax")(layers.Flatten()(h))
    return fit(compiled(keras.Model(inputs, output)), data.pictures(), 6)


class TwoBranches(keras.Model):
    """Computes a second branch and discards it."""

    def __init__(self):
        super().__init__()
        self.used, self.unused = layers.LSTM(32), layers.LSTM(32)
        self.head = layers.Dense(10, activation="softmax")

    def call(self, x):
        self.unused(x)
        return self.head(self.used(x))


@case("RNN", "untrained_layer")
def unused_branch_rnn():
    return fit(compiled(TwoBranches(), Adam(3e-3)), data.rows(), 6)


@case("residual", "untrained_layer", "slow_convergence")
def frozen_by_mistake():
    """The last two layers of a network that was never trained are frozen."""
    model = mlp((64,), [64, 16], 10)
    model.layers[-1].trainable = model.layers[-2].trainable = False
    return fit(compiled(model, SGD(0.01)), data.digits(), 6)


# unnormalised_input


@case(
    "MLP", "unnormalised_input", "dying_relu exploding_gradient oscillating_loss slow_convergence"
)
def raw_bytes_mlp():
    return fit(compiled(mlp((64,), [64, 64], 10), SGD(0.01)), data.raw_bytes(), 8)


@case("CNN", "unnormalised_input", "saturated_activation oscillating_loss slow_convergence")
def raw_bytes_cnn():
    x, y, xv, yv = data.raw_bytes()
    shape = (-1, 8, 8, 1)
    model = compiled(cnn((8, 8, 1), [16, 16], 10, "tanh"))
    return fit(model, (x.reshape(shape), y, xv.reshape(shape), yv), 8)


@case(
    "MLP",
    "unnormalised_input",
    "slow_convergence oscillating_loss dying_relu saturated_activation exploding_gradient",
)
def raw_table():
    return fit(
        compiled(mlp((30,), [32], 1, last="sigmoid"), loss="binary_crossentropy"),
        data.table("breast_cancer", scaled=False),
        20,
    )


@case("RNN", "unnormalised_input", "slow_convergence saturated_activation")
def raw_sequence():
    x, y, xv, yv = data.sine()
    model = compiled(rnn((24, 1), [layers.LSTM(16)], 1, None), Adam(3e-3), "mse")
    return fit(model, (500 + 300 * x, y, 500 + 300 * xv, yv), 10)


# output_mismatch


@case("MLP", "output_mismatch", "slow_convergence")
def softmax_of_one():
    x, y, xv, yv = data.table("breast_cancer")
    model = compiled(mlp((30,), [32], 1), loss="binary_crossentropy")
    return fit(model, (x, y, xv, yv), 12)


@case("CNN", "output_mismatch", "slow_convergence oscillating_loss dying_relu exploding_gradient")
def logits_as_probabilities():
    return fit(compiled(cnn((8, 8, 1), [16, 16], 10, last=None)), data.pictures(), 8)


@case("RNN", "output_mismatch", "slow_convergence saturated_activation")
def sigmoid_for_large_targets():
    x, y, xv, yv = data.sine()
    model = compiled(rnn((24, 1), [layers.LSTM(16)], 1, "sigmoid"), Adam(3e-3), "mse")
    return fit(model, (x, 5 * y + 10, xv, 5 * yv + 10), 8)


@case("Transformer", "output_mismatch", "slow_convergence")
def double_softmax():
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return fit(compiled(transformer(16, 60, 32, 1, 2), Adam(1e-3), loss), data.tokens(), 10)


@case("MLP", "output_mismatch", "slow_convergence")
def tanh_for_large_targets():
    x, y, xv, yv = data.curve()
    model = compiled(mlp((4,), [32], 1, last="tanh"), loss="mse")
    return fit(model, (x, 20 * y, xv, 20 * yv), 12)


@case("MLP", "output_mismatch", "slow_convergence")
def labels_beyond_one():
    x, y, xv, yv = data.table("wine")
    model = compiled(mlp((13,), [32], 1, last="sigmoid"), loss="binary_crossentropy")
    return fit(model, (x, y, xv, yv), 20)
