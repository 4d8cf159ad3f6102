"""More faults, written when most rules had been changed for the others; README.md says how it went."""

import keras
import numpy as np
from keras import initializers, layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp
from benchmarks.diagnosis.untouched.recipe import recipe

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
BINARY = "binary_crossentropy"
FAST = "exploding_gradient oscillating_loss does_not_learn non_finite"


@recipe("MLP", "loose_labels does_not_learn overfitting", "target,belong,order")
def regression_targets_shuffled(faulty: bool) -> Fit:
    """The targets of a regression were shuffled apart from the inputs."""
    x, y, xv, yv = data.curve(1600)
    if faulty:
        rng = np.random.default_rng(5)
        y, yv = rng.permutation(y), rng.permutation(yv)
    return fit(compiled(mlp((4,), [32, 32], 1, last=None), Adam(2e-3), "mse"), (x, y, xv, yv), 10)


@recipe("CNN", FAST, "learning rate,sgd(")
def sgd_of_five(faulty: bool) -> Fit:
    """SGD(5.0)."""
    return fit(compiled(cnn((8, 8, 1), [8, 16], 10), SGD(5.0 if faulty else 0.05)), pics(), 6)


def pics():
    """The digits as images."""
    return data.pictures()


@recipe("MLP", "unnormalised_input", "normali")
def a_column_of_years(faulty: bool) -> Fit:
    """One of five columns is a year around 2,000, the others are standardised."""
    x, y, xv, yv = data.curve()
    rng = np.random.default_rng(1)
    years, more = (rng.integers(1980, 2020, (len(v), 1)).astype("float32") for v in (x, xv))
    if not faulty:
        years, more = (years - 2000) / 12, (more - 2000) / 12
    x, xv = np.concatenate([x, years], 1), np.concatenate([xv, more], 1)
    model = compiled(mlp((5,), [32, 16], 1, last=None), Adam(2e-3), "mse")
    return fit(model, (x, y, xv, yv), 15)


@recipe("MLP", "initial_weights vanishing_gradient", "initiali")
def normal_of_a_thousandth(faulty: bool) -> Fit:
    """RandomNormal(stddev=0.001) in seven tanh layers."""
    start = initializers.RandomNormal(stddev=0.001, seed=1) if faulty else "glorot_uniform"
    model = mlp((64,), [48] * 7, 10, "tanh", kernel_initializer=start)
    return fit(compiled(model, SGD(0.1, momentum=0.9)), data.digits(), 6)


@recipe("MLP", FAST, "learning rate,rmsprop(")
def rmsprop_of_one(faulty: bool) -> Fit:
    """RMSprop(1.0) for a regression."""
    optimizer = keras.optimizers.RMSprop(1.0 if faulty else 2e-3)
    return fit(compiled(mlp((4,), [32, 32], 1, last=None), optimizer, "mse"), data.curve(), 12)


@recipe("RNN", "does_not_learn/target_scale", "target")
def populations_as_targets(faulty: bool) -> Fit:
    """A GRU is to predict numbers around three million, with the absolute error."""
    x, y, xv, yv = data.sine(900)
    if faulty:
        y, yv = 3e6 + 4e5 * y, 3e6 + 4e5 * yv
    model = rnn((24, 1), [layers.GRU(16)], 1, last=None)
    return fit(compiled(model, Adam(3e-3), "mae"), (x, y, xv, yv), 8)


@recipe("MLP", "output_mismatch/softmax_of_one_unit", "sigmoid")
def softmax_for_yes_or_no(faulty: bool) -> Fit:
    """Softmax on a single unit."""
    model = mlp((30,), [16], 1, last="softmax" if faulty else "sigmoid")
    return fit(compiled(model, loss=BINARY), data.table("breast_cancer"), 12)


@recipe("CNN", "slow_convergence/decayed", "decay,schedule,rate")
def no_patience(faulty: bool) -> Fit:
    """A callback divides the learning rate by 20 after every epoch, "to be safe"."""
    found = fit(compiled(cnn((8, 8, 1), [8, 8], 10), SGD(0.01, momentum=0.5)), pics(), 10)

    class Divide(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.01 / (20.0 if faulty else 1.1) ** (epoch + 1)

    found.options["callbacks"] = [Divide()]
    return found


@recipe("MLP", "validation_mismatch/unlike", "validation,classes,prepared")
def other_class_numbers_in_validation(faulty: bool) -> Fit:
    """The validation labels were numbered by another list of classes."""
    x, y, xv, yv = data.digits()
    other = np.random.default_rng(7).permutation(10).astype("int32")
    return fit(compiled(mlp((64,), [48], 10)), (x, y, xv, other[yv] if faulty else yv), 8)


@recipe("RNN", "non_finite/target", "non-finite,missing")
def missing_targets(faulty: bool) -> Fit:
    """Three of the targets are NaN."""
    x, y, xv, yv = data.sine(900)
    y = y.copy()
    y[[100, 300, 500]] = np.nan if faulty else 0
    model = rnn((24, 1), [layers.SimpleRNN(16)], 1, last=None)
    return fit(compiled(model, Adam(3e-3), "mse"), (x, y, xv, yv), 8)


class Sorted(keras.utils.PyDataset):
    """Batches out of a buffer that is smaller than a class."""

    def __init__(self, x, y, buffer):
        super().__init__()
        self.x, self.y, self.buffer = x, y, buffer
        self.order = np.arange(len(x))
        self.on_epoch_end()

    def __len__(self):
        return len(self.x) // 32

    def on_epoch_end(self):
        rng = np.random.default_rng()
        for begin in range(0, len(self.order), self.buffer):
            rng.shuffle(self.order[begin : begin + self.buffer])

    def __getitem__(self, index):
        rows = self.order[32 * index : 32 * index + 32]
        return self.x[rows], self.y[rows]


@recipe("CNN", "repeating_data/sorted", "shuffl")
def small_shuffle_buffer(faulty: bool) -> Fit:
    """A file sorted by class is shuffled within 64 examples."""
    x, y, xv, yv = pics()
    order = np.argsort(y, kind="stable")
    batches = Sorted(x[order], y[order], 64 if faulty else len(x))
    model = compiled(cnn((8, 8, 1), [16, 16], 10), SGD(0.05))
    return Fit(model, batches, None, {"epochs": 8, "validation_data": (xv, yv)})


@recipe("other", "non_finite", "epsilon,sqrt,zero")
def distance_of_equal_pairs(faulty: bool) -> Fit:
    """The slope of a square root at 0: some pairs of a siamese network are equal."""
    x, y, _, _ = data.digits()
    other = np.random.default_rng(0).permutation(len(y))
    other[::20] = np.arange(len(y))[::20]
    i, j = keras.Input((64,)), keras.Input((64,))
    body = mlp((64,), [32], 8, "tanh", None)
    squares = ops.sum(ops.square(body(i) - body(j)), -1, keepdims=True)
    o = layers.Dense(1, activation="sigmoid")(ops.sqrt(squares + (0.0 if faulty else 1e-6)))
    model = compiled(keras.Model([i, j], o), Adam(2e-3), BINARY)
    return Fit(model, [x, x[other]], (y == y[other]).astype("float32"), {"epochs": 6})


@recipe("MLP", "does_not_learn/linear", "activation")
def linear_regression_in_four_layers(faulty: bool) -> Fit:
    """A curve, and four layers whose activation was forgotten."""
    model = mlp((4,), [48, 48, 32], 1, None if faulty else "relu", None)
    return fit(compiled(model, Adam(2e-3), "mse"), data.curve(), 20)


@recipe("MLP", "slow_convergence/symmetric", "initiali,random")
def ones_for_tanh(faulty: bool) -> Fit:
    """kernel_initializer="ones" in two tanh layers."""
    start = "ones" if faulty else "glorot_uniform"
    model = mlp((30,), [16, 16], 1, "tanh", "sigmoid", kernel_initializer=start)
    return fit(compiled(model, SGD(0.05), BINARY), data.table("breast_cancer"), 12)
