"""Outputs, activation functions, losses and labels that do not fit each other."""

import keras
import numpy as np
from keras import layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import CE, cnn, compiled, mlp
from benchmarks.diagnosis.untouched.recipe import recipe

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam


def one_hot(source):
    """The same data with one column for each class."""
    x, y, xv, yv = source
    return x, np.eye(10, dtype="float32")[y], xv, np.eye(10, dtype="float32")[yv]


@recipe("CNN", "output_mismatch", "categorical")
def softmax_with_binary_loss(faulty: bool) -> Fit:
    """Ten classes with softmax, and binary_crossentropy, whose accuracy comes out higher."""
    loss = "binary_crossentropy" if faulty else "categorical_crossentropy"
    return fit(compiled(cnn((8, 8, 1), [16, 16], 10), loss=loss), one_hot(data.pictures()), 6)


@recipe("MLP", "output_mismatch/target_range", "tanh,hinge,0 and 1,0 to 1,targets")
def labels_of_minus_one(faulty: bool) -> Fit:
    """Labels -1 and 1 for a sigmoid with binary_crossentropy."""
    x, y, xv, yv = data.table("breast_cancer")
    if faulty:
        y, yv = 2 * y - 1, 2 * yv - 1
    model = compiled(mlp((30,), [16], 1, last="sigmoid"), Adam(2e-3), "binary_crossentropy")
    return fit(model, (x, y, xv, yv), 15)


@recipe("MLP", "output_mismatch/target_range", "activation,linear,scale")
def ages_through_a_sigmoid(faulty: bool) -> Fit:
    """A number from 0 to 50 is to be predicted by a sigmoid."""
    x, y, xv, yv = data.curve()
    y, yv = 25 + 8 * y, 25 + 8 * yv
    model = mlp((4,), [32, 16], 1, last="sigmoid" if faulty else None)
    return fit(compiled(model, Adam(1e-2), "mse"), (x, y, xv, yv), 30)


@recipe("MLP", "output_mismatch/target_range constant_output", "activation,linear,relu")
def standardised_targets_behind_relu(faulty: bool) -> Fit:
    """Targets with mean 0, and a ReLU on the output that cuts off the lower half."""
    model = mlp((4,), [32, 16], 1, last="relu" if faulty else None)
    return fit(compiled(model, Adam(3e-3), "mae"), data.curve(), 20)


@recipe("CNN", "output_mismatch/logits_as_probabilities", "from_logits,softmax")
def logits_without_from_logits(faulty: bool) -> Fit:
    """The last layer has no softmax, and the loss is not told."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=not faulty)
    return fit(compiled(cnn((8, 8, 1), [16, 16], 10, last=None), loss=loss), data.pictures(), 6)


@recipe("MLP", "output_mismatch/probabilities_as_logits", "from_logits,sigmoid,activation,logits")
def sigmoid_with_from_logits(faulty: bool) -> Fit:
    """A sigmoid on the output, and from_logits=True."""
    loss = keras.losses.BinaryCrossentropy(from_logits=faulty)
    model = mlp((30,), [16, 16], 1, last="sigmoid")
    return fit(compiled(model, loss=loss), data.table("breast_cancer"), 12)


@recipe("MLP", "output_mismatch", "axis")
def softmax_over_the_batch(faulty: bool) -> Fit:
    """Softmax(axis=0): the probabilities of each class add up to 1 over the batch."""
    i = keras.Input((64,))
    h = layers.Dense(10)(layers.Dense(64, activation="relu")(i))
    o = layers.Softmax(axis=0 if faulty else -1)(h)
    return fit(compiled(keras.Model(i, o)), data.digits(), 8)


@recipe("RNN", "output_mismatch", "axis")
def softmax_over_time(faulty: bool) -> Fit:
    """Tags for each word, with the softmax along the words in place of the tags."""
    rng = np.random.default_rng(0)
    x = rng.integers(1, 40, (900, 12)).astype("int32")
    y = (x // 10).astype("int32")
    i = keras.Input((12,), dtype="int32")
    h = layers.GRU(24, return_sequences=True)(layers.Embedding(40, 12)(i))
    o = layers.Softmax(axis=1 if faulty else -1)(layers.Dense(4)(h))
    return fit(compiled(keras.Model(i, o), Adam(5e-3)), (x[:700], y[:700], x[700:], y[700:]), 8)


@recipe("MLP", "output_mismatch/categorical_loss_of_one_unit", "binary,sigmoid")
def categorical_loss_on_one_unit(faulty: bool) -> Fit:
    """A single sigmoid unit with categorical_crossentropy."""
    loss = "categorical_crossentropy" if faulty else "binary_crossentropy"
    x, y, xv, yv = data.table("breast_cancer")
    model = compiled(mlp((30,), [16], 1, last="sigmoid"), loss=loss)
    return fit(model, (x, y[:, None], xv, yv[:, None]), 12)


@recipe("MLP", "output_mismatch/limited_logits", "relu,activation,linear,logits")
def relu_on_the_logits(faulty: bool) -> Fit:
    """A ReLU on the last layer, whose outputs the loss takes as logits."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = mlp((64,), [64], 10, last="relu" if faulty else None)
    return fit(compiled(model, loss=loss), data.digits(), 10)


@recipe("CNN", "output_mismatch/target_range", "sigmoid,activation,linear,range")
def autoencoder_of_standardised_pictures(faulty: bool) -> Fit:
    """An autoencoder that ends in a sigmoid, for pictures with mean 0."""
    x, _, xv, _ = data.pictures()
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(i)
    h = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(h)
    o = layers.Conv2D(1, 3, padding="same", activation="sigmoid" if faulty else None)(h)
    return fit(compiled(keras.Model(i, o), loss="mse"), (x, x, xv, xv), 6)


@recipe("MLP", "does_not_learn slow_convergence output_mismatch", "smoothing")
def smoothing_of_nine_tenths(faulty: bool) -> Fit:
    """label_smoothing=0.9, meant as what remains of the label."""
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.9 if faulty else 0.1)
    return fit(compiled(mlp((64,), [64, 32], 10), loss=loss), one_hot(data.digits()), 10)


@recipe("MLP", "output_mismatch exploding_gradient", "sign,minimi,1 -,negative")
def score_in_place_of_a_loss(faulty: bool) -> Fit:
    """An own loss returns R2, of which more is better, and fit minimises it."""

    def r2(y, p):
        score = 1 - ops.mean(ops.square(y - p)) / (ops.var(y) + 1e-6)
        return score if faulty else 1 - score

    return fit(compiled(mlp((4,), [32, 16], 1, last=None), Adam(3e-3), r2), data.curve(), 20)


@recipe("MLP", "does_not_learn", "activation,relu,non-linear,nonlinear")
def no_activation_functions(faulty: bool) -> Fit:
    """Four dense layers without an activation function, which are one linear layer, for a XOR."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (1000, 2)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("float32")
    model = mlp((2,), [32, 32, 16], 1, None if faulty else "relu", "sigmoid")
    model = compiled(model, Adam(5e-3), "binary_crossentropy")
    return fit(model, (x[:800], y[:800], x[800:], y[800:]), 25)


@recipe("MLP", "output_mismatch", "accuracy,metric")
def accuracy_of_a_regression(faulty: bool) -> Fit:
    """The metric "accuracy" for a regression: it is 0 whatever the model does."""
    model = mlp((4,), [32, 32], 1, last=None)
    model.compile(Adam(3e-3), "mse", metrics=["accuracy" if faulty else "mae"])
    return fit(model, data.curve(), 20)


@recipe("MLP", "output_mismatch", "one-hot,sparse,categorical,classes")
def class_numbers_as_a_regression(faulty: bool) -> Fit:
    """Class numbers 0 to 9 as targets of a single unit with a squared error."""
    if not faulty:
        return fit(compiled(mlp((64,), [64, 32], 10), loss=CE), data.digits(), 8)
    x, y, xv, yv = data.digits()
    model = mlp((64,), [64, 32], 1, last="softmax")
    return fit(compiled(model, loss="mse"), (x, y.astype("float32"), xv, yv.astype("float32")), 8)
