"""Runs whose fault is in their start, their output or their steps, and look-alikes.

Written with the rules for them.
"""

import keras
import numpy as np
from keras import initializers, layers

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit, case
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp, residual

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
BINARY = "binary_crossentropy"
FLAT = "slow_convergence does_not_learn vanishing_gradient untrained_layer constant_output"


def normal(std: float) -> initializers.Initializer:
    """Initial values of this standard deviation, whatever the size of the layer."""
    return initializers.RandomNormal(stddev=std, seed=1)


@case("MLP", "initial_weights", "exploding_gradient")
def large_weights_mlp():
    """Eight ReLU layers whose outputs grow threefold each."""
    model = mlp((64,), [64] * 8, 10, kernel_initializer=normal(0.4))
    return fit(compiled(model, Adam(1e-3)), data.digits(), 6)


@case("CNN", "initial_weights", "exploding_gradient")
def large_weights_cnn():
    """Convolutions initialised without regard to their number of inputs."""
    model = cnn((8, 8, 1), [32, 32], 10, kernel_initializer=normal(0.5))
    return fit(compiled(model, SGD(1e-4)), data.pictures(), 5)


@case("residual", "initial_weights", "exploding_gradient oscillating_loss")
def large_weights_residual():
    """Residual blocks without normalisation, each of which multiplies the signal."""
    model = residual((64,), 64, 4, 10, norm=False, kernel_initializer=normal(0.5))
    return fit(compiled(model, Adam(1e-3)), data.digits(), 6)


@case("MLP", "initial_weights", FLAT)
def small_weights_tanh():
    """Twelve tanh layers in which the signal fades."""
    model = mlp((64,), [32] * 12, 10, "tanh", kernel_initializer=normal(0.02))
    return fit(compiled(model, SGD(0.05)), data.digits(), 8)


@case("CNN", "initial_weights", FLAT + " dying_relu")
def small_weights_cnn():
    """Six convolutions in which the signal fades."""
    model = cnn((8, 8, 1), [8] * 6, 10, kernel_initializer=normal(0.005))
    return fit(compiled(model, SGD(0.05)), data.pictures(), 6)


@case("MLP")
def small_weights_that_adam_grows():
    """Small initial weights, and a run that learns all the same."""
    model = mlp((64,), [64, 64], 10, kernel_initializer=normal(0.01))
    return fit(compiled(model, Adam(3e-3)), data.digits(), 8)


@case("MLP")
def targets_far_from_zero():
    """A first loss hundreds of times that of a constant prediction, because of the targets."""
    x, y, xv, yv = data.curve()
    model = compiled(mlp((4,), [32], 1, last=None), Adam(3e-2), "mse")
    return fit(model, (x, y + 20, xv, yv + 20), 40)


@case("MLP", "constant_output", FLAT)
def relu_on_the_output_mlp():
    """The unit of the output is negative for every input."""
    x, y, xv, yv = data.curve()
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(32, activation="tanh"),
            layers.Dense(1, activation="relu", bias_initializer=initializers.Constant(-9.0)),
        ]
    )
    return fit(compiled(model, loss="mse"), (x, np.abs(y), xv, np.abs(yv)), 12)


@case("CNN", "constant_output", FLAT)
def relu_on_the_output_cnn():
    """An autoencoder of pictures whose last convolution has died."""
    x, _, xv, _ = data.pictures()
    x, xv = x - x.min(), xv - x.min()
    inputs = keras.Input((8, 8, 1))
    y = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
    bias = initializers.Constant(-9.0)
    y = layers.Conv2D(1, 3, padding="same", activation="relu", bias_initializer=bias)(y)
    return fit(compiled(keras.Model(inputs, y), loss="mse"), (x, x, xv, xv), 5)


@case("RNN", "constant_output", FLAT)
def sigmoid_stuck_at_its_end():
    """An output that starts at 0 for every input, with a loss that has no slope there."""
    x, y, xv, yv = data.rows()
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            layers.LSTM(16),
            layers.Dense(1, "sigmoid", bias_initializer=initializers.Constant(-25.0)),
        ]
    )
    y, yv = (y > 4).astype("float32"), (yv > 4).astype("float32")
    return fit(compiled(model, SGD(0.05), "mse"), (x, y, xv, yv), 8)


@case("MLP")
def counts_that_are_mostly_zero():
    """A ReLU on the output that is zero for most inputs, and rightly so."""
    x, y, xv, yv = data.curve()
    parts = (x, np.maximum(y - 0.5, 0), xv, np.maximum(yv - 0.5, 0))
    return fit(compiled(mlp((4,), [64], 1, last="relu"), Adam(1e-3), "mse"), parts, 20)


def xor() -> tuple[np.ndarray, np.ndarray]:
    """Exclusive or, two hundred times: x float32[200, 2], y float32[200, 1]."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    y = np.array([[0], [1], [1], [0]], "float32")
    return np.tile(x, (50, 1)), np.tile(y, (50, 1))


@case("MLP", "does_not_learn", "slow_convergence")
def plateau_xor():
    """Steps too small to leave the plateau at which exclusive or begins."""
    model = compiled(mlp((2,), [4], 1, "sigmoid", "sigmoid"), SGD(0.05, momentum=0.1), "mse")
    return Fit(model, *xor(), {"epochs": 12, "batch_size": 4, "shuffle": False})


@case("RNN", "does_not_learn", "slow_convergence")
def plateau_recurrent():
    """The same for the parity of two steps of a sequence."""
    x, y = xor()
    model = compiled(rnn((2, 1), [layers.SimpleRNN(4)], 1, last="sigmoid"), SGD(0.01), BINARY)
    return Fit(model, x[..., None], y, {"epochs": 12, "batch_size": 4, "shuffle": False})


@case("CNN", "does_not_learn", "slow_convergence")
def plateau_convolution():
    """The same for the parity of two pixels."""
    x, y = xor()
    inputs = keras.Input((1, 2, 1))
    h = layers.Conv2D(4, (1, 2), activation="tanh")(inputs)
    outputs = layers.Dense(1, activation="sigmoid")(layers.Flatten()(h))
    model = compiled(keras.Model(inputs, outputs), SGD(0.005), BINARY)
    return Fit(model, x.reshape(-1, 1, 2, 1), y, {"epochs": 12, "batch_size": 4, "shuffle": False})


@case("MLP")
def targets_without_relation():
    """Labels drawn at random: there is nothing to learn, and no fault of training."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2048, 16)).astype("float32")
    y = rng.integers(0, 2, 2048).astype("float32")
    model = compiled(mlp((16,), [16], 1, last="sigmoid"), Adam(1e-3), BINARY)
    return Fit(model, x, y, {"epochs": 6, "batch_size": 32})


def loading(found: Fit, best: bool = False) -> Fit:
    """A fit with a callback that sets the weights to their first, or to their best, at each epoch."""

    class Load(keras.callbacks.Callback):
        kept, lowest = None, np.inf

        def on_epoch_begin(self, epoch, logs=None):
            if self.kept is not None:
                self.model.set_weights(self.kept)
            elif not best:
                self.kept = self.model.get_weights()

        def on_epoch_end(self, epoch, logs=None):
            if best and self.kept is None:
                self.kept = self.model.get_weights()

    found.options["callbacks"] = [Load()]
    return found


OVER = "oscillating_loss slow_convergence loose_labels does_not_learn"


@case("MLP", "overwritten_weights", OVER)
def loads_an_old_checkpoint_mlp():
    """Each epoch begins with the weights at the end of the first."""
    return loading(fit(compiled(mlp((64,), [32], 10), SGD(0.05)), data.digits(), 8), best=True)


@case("RNN", "overwritten_weights", OVER)
def begins_anew_rnn():
    """A recurrent network that begins each epoch with its first weights."""
    return loading(fit(compiled(rnn((8, 8), [layers.GRU(16)], 10), Adam(3e-3)), data.rows(), 6))


@case("MLP")
def averaged_weights():
    """An optimizer that replaces the weights by their moving average every 20 steps."""
    optimizer = Adam(3e-3, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=20)
    return fit(compiled(mlp((64,), [32], 10), optimizer), data.digits(), 8)
