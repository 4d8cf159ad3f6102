"""Inputs, targets and labels that reach the model in the wrong way."""

import keras
import numpy as np
from keras import layers

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp
from benchmarks.diagnosis.untouched.recipe import recipe

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
BINARY = "binary_crossentropy"


@recipe("MLP", "unnormalised_input", "normali,scale,standardi")
def wine_as_it_comes(faulty: bool) -> Fit:
    """A table whose columns reach from 0.1 to 1,700, as it comes from the file."""
    model = compiled(mlp((13,), [32, 16], 3), Adam(1e-3))
    return fit(model, data.table("wine", scaled=not faulty), 60, 16)


@recipe("CNN", "unnormalised_input/small", "normali,scale,twice,255")
def divided_by_255_twice(faulty: bool) -> Fit:
    """Pictures that were divided by 255 in the loader and again in the script."""
    x, y, xv, yv = data.raw_bytes()
    divisor = 255.0**2 if faulty else 255.0
    x, xv = ((v / divisor).reshape(-1, 8, 8, 1).astype("float32") for v in (x, xv))
    return fit(compiled(cnn((8, 8, 1), [16, 32], 10), SGD(0.1)), (x, y, xv, yv), 10)


@recipe("MLP", "does_not_learn slow_convergence initial_weights", "target")
def prices_as_targets(faulty: bool) -> Fit:
    """House prices around 200,000 as targets, with Adam(0.001)."""
    x, y, xv, yv = data.curve()
    if faulty:
        y, yv = 2e5 + 5e4 * y, 2e5 + 5e4 * yv
    model = compiled(mlp((4,), [32, 32], 1, last=None), Adam(1e-3), "mse")
    return fit(model, (x, y, xv, yv), 20)


@recipe("MLP", "exploding_gradient non_finite", "target")
def prices_that_explode(faulty: bool) -> Fit:
    """Targets around 1,000 with plain SGD: the first gradients throw the weights out."""
    x, y, xv, yv = data.curve()
    if faulty:
        y, yv = 1000 + 300 * y, 1000 + 300 * yv
    model = compiled(mlp((4,), [32, 32], 1, last=None), SGD(0.01), "mse")
    return fit(model, (x, y, xv, yv), 15)


@recipe("RNN", "loose_labels does_not_learn", "label,target,belong,order,shift")
def labels_shifted_by_a_row(faulty: bool) -> Fit:
    """Each sequence has the label of the row above."""
    x, y, xv, yv = data.rows()
    if faulty:
        y, yv = np.roll(y, 1), np.roll(yv, 1)
    return fit(compiled(rnn((8, 8), [layers.GRU(64)], 10), Adam(5e-3)), (x, y, xv, yv), 15)


@recipe("CNN", "loose_labels", "label,target,belong,order")
def inputs_shuffled_alone(faulty: bool) -> Fit:
    """The pictures of the training data are shuffled, their labels are not."""
    x, y, xv, yv = data.pictures()
    if faulty:
        x = x[np.random.default_rng(4).permutation(len(x))]
    return fit(compiled(cnn((8, 8, 1), [16, 32], 10), Adam(3e-3)), (x, y, xv, yv), 15)


@recipe("CNN", "loose_labels does_not_learn validation_mismatch", "target,label,belong")
def masks_that_are_not_flipped(faulty: bool) -> Fit:
    """Pictures are flipped at random, the masks that belong to them are not."""
    x, _, xv, _ = data.pictures()
    y, yv = (x > 0).astype("float32"), (xv > 0).astype("float32")
    flipped = np.random.default_rng(2).random(len(x)) < 0.6
    x = x.copy()
    x[flipped] = x[flipped][:, :, ::-1]
    if not faulty:
        y[flipped] = y[flipped][:, :, ::-1]
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(i)
    o = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h)
    return fit(compiled(keras.Model(i, o), Adam(5e-3), BINARY), (x, y, xv, yv), 8)


@recipe("MLP", "non_finite/input", "nan,missing,input,non-finite")
def missing_values(faulty: bool) -> Fit:
    """Twelve cells of the table are empty, which is NaN."""
    x, y, xv, yv = data.table("diabetes")
    y, yv = y / 100, yv / 100
    rng = np.random.default_rng(0)
    x = x.copy()
    x[rng.integers(0, len(x), 12), rng.integers(0, 10, 12)] = np.nan if faulty else 0
    model = compiled(mlp((10,), [32, 16], 1, "tanh", None), Adam(3e-3), "mse")
    return fit(model, (x, y.astype("float32"), xv, yv.astype("float32")), 20)


@recipe("MLP", "does_not_learn/imbalance one_class", "class_weight,rare,imbalance,balance")
def one_in_eighty(faulty: bool) -> Fit:
    """One example in 80 is positive, and they overlap with the others."""
    rng = np.random.default_rng(0)
    y = (rng.random(2400) < (1 / 80 if faulty else 0.4)).astype("float32")
    x = (rng.normal(size=(2400, 6)) + 0.45 * y[:, None]).astype("float32")
    model = compiled(mlp((6,), [16], 1, last="sigmoid"), SGD(0.05), BINARY)
    return fit(model, (x[:2000], y[:2000], x[2000:], y[2000:]), 10)


@recipe("MLP", "repeating_data oscillating_loss", "shuffl")
def sorted_by_class(faulty: bool) -> Fit:
    """The file lists one class after the other, and fit does not shuffle."""
    x, y, xv, yv = data.digits()
    order = np.argsort(y, kind="stable")
    model = compiled(mlp((64,), [64, 32], 10), SGD(0.05))
    return fit(model, (x[order], y[order], xv, yv), 12, shuffle=not faulty)


@recipe("CNN", "validation_mismatch/unlike", "preprocess,same,divid,normali,prepared")
def raw_validation_pictures(faulty: bool) -> Fit:
    """Training pictures are divided by 255, validation pictures are not."""
    x, y, xv, yv = data.raw_bytes()
    x, xv = x.reshape(-1, 8, 8, 1) / 255, xv.reshape(-1, 8, 8, 1) / (1 if faulty else 255)
    return fit(compiled(cnn((8, 8, 1), [16, 32], 10), Adam(3e-3)), (x, y, xv, yv), 8)


@recipe("MLP", "validation_mismatch", "shuffl,class,split")
def validation_split_of_a_sorted_file(faulty: bool) -> Fit:
    """validation_split takes the end of a file that is sorted by class: classes never trained."""
    x, y, _, _ = data.digits()
    order = np.argsort(y, kind="stable") if faulty else np.arange(len(y))
    model = compiled(mlp((64,), [64], 10), Adam(2e-3))
    options = {"epochs": 10, "batch_size": 32, "validation_split": 0.2}
    return Fit(model, x[order], y[order], options)


@recipe("RNN", "constant_output does_not_learn repeating_data", "input,token,vocab,word")
def every_word_unknown(faulty: bool) -> Fit:
    """The tokenizer keeps two words, so that nearly each token is 1, "unknown"."""
    x, y, xv, yv = data.tokens()
    if faulty:
        x, xv = np.where(x > 1, 1, x), np.where(xv > 1, 1, xv)
    i = keras.Input((16,), dtype="int32")
    h = layers.GlobalAveragePooling1D()(layers.Embedding(60, 12)(i))
    o = layers.Dense(1, activation="sigmoid")(layers.Dense(16, activation="relu")(h))
    return fit(compiled(keras.Model(i, o), Adam(5e-3), BINARY), (x, y, xv, yv), 15)


@recipe("RNN", "unnormalised_input exploding_gradient", "normali,scale,standardi")
def lstm_of_raw_prices(faulty: bool) -> Fit:
    """A series of prices around 4,000, not scaled, through an LSTM with ReLU."""
    x, y, xv, yv = data.sine()
    if faulty:
        x, y, xv, yv = (4000 + 300 * v for v in (x, y, xv, yv))
    model = rnn((24, 1), [layers.LSTM(24, activation="relu")], 1, last=None)
    return fit(compiled(model, Adam(1e-3), "mse"), (x, y, xv, yv), 8)


@recipe("CNN", "unnormalised_input", "normali,scale,preprocess,divid,255")
def frozen_base_without_preprocessing(faulty: bool) -> Fit:
    """A base trained on pictures with mean 0, frozen, is given bytes from 0 to 255."""
    x, y, xv, yv = data.pictures()
    base = keras.Sequential([keras.Input((8, 8, 1))], name="base")
    for _ in range(2):
        base.add(layers.Conv2D(16, 3, padding="same"))
        base.add(layers.BatchNormalization())
        base.add(layers.ReLU())
    base.add(layers.GlobalAveragePooling2D())
    first = keras.Sequential([base, layers.Dense(10, activation="softmax")])
    compiled(first, Adam(5e-3)).fit(x, y, epochs=5, verbose=0)
    base.trainable = False
    if faulty:
        x, xv = ((v * 96 + 77).clip(0, 255) for v in (x, xv))
    i = keras.Input((8, 8, 1))
    h = layers.Dense(32, activation="relu")(base(i, training=False))
    model = keras.Model(i, layers.Dense(10, activation="softmax")(h))
    return fit(compiled(model, Adam(3e-3)), (x, y, xv, yv), 8)
