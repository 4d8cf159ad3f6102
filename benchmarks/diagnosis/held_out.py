"""Training runs written after the rules were finished; nothing was changed because of them."""

import functools

import keras
import numpy as np
from keras import initializers, layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.case import case as register

optimizers = keras.optimizers
SGD, Adam = optimizers.SGD, optimizers.Adam
case = functools.partial(register, held_out=True)
CE = "sparse_categorical_crossentropy"


def build(inputs, outputs, optimizer, loss, source, epochs, batch_size=32, **options) -> Fit:
    """Builds and compiles a functional model, with its data."""
    model = keras.Model(inputs, outputs)
    model.compile(optimizer=optimizer, loss=loss, metrics=options.pop("metrics", None))
    x, y, xv, yv = source
    options |= {"epochs": epochs, "batch_size": batch_size}
    if xv is not None:
        options["validation_data"] = (xv, yv)
    return Fit(model, x, y, options)


def dense(x, *units, activation="relu", **options):
    """Dense layers one after the other."""
    for count in units:
        x = layers.Dense(count, activation=activation, **options)(x)
    return x


def softmax(x, units=10):
    """A classifier's head."""
    return layers.Dense(units, activation="softmax")(x)


# Healthy.


@case("MLP")
def wide_and_shallow():
    i = keras.Input((64,))
    return build(i, softmax(dense(i, 512)), Adam(5e-4), CE, data.digits(), 8, 64)


@case("MLP")
def rmsprop_breast_cancer():
    i = keras.Input((30,))
    o = layers.Dense(1, activation="sigmoid")(dense(i, 16, 16))
    return build(
        i, o, optimizers.RMSprop(1e-3), "binary_crossentropy", data.table("breast_cancer"), 20
    )


@case("MLP")
def hinge_svm():
    x, y, xv, yv = data.table("breast_cancer")
    i = keras.Input((30,))
    return build(i, layers.Dense(1)(i), SGD(0.01), "hinge", (x, 2.0 * y - 1, xv, 2.0 * yv - 1), 20)


@case("MLP")
def logistic_regression():
    """One layer from the input to the output."""
    i = keras.Input((64,))
    return build(i, softmax(i), SGD(0.05), CE, data.digits(), 15)


@case("CNN")
def separable_with_global_pooling():
    i = h = keras.Input((8, 8, 1))
    for filters in (16, 32):
        h = layers.SeparableConv2D(filters, 3, padding="same", activation="swish")(h)
        h = layers.BatchNormalization()(h)
    h = layers.GlobalMaxPooling2D()(h)
    return build(i, softmax(h), Adam(5e-3), CE, data.pictures(), 12)


@case("CNN")
def convolution_over_time():
    i = h = keras.Input((24, 1))
    for dilation in (1, 2, 4):
        h = layers.Conv1D(16, 3, dilation_rate=dilation, padding="causal", activation="relu")(h)
    o = layers.Dense(1)(layers.Flatten()(h))
    return build(i, o, Adam(2e-3), keras.losses.Huber(), data.sine(), 12)


@case("CNN")
def augmented():
    """New noise and shifts in each epoch, with a decaying learning rate."""
    i = keras.Input((8, 8, 1))
    h = layers.RandomTranslation(0.1, 0.1)(layers.GaussianNoise(0.2)(i))
    h = layers.Conv2D(24, 3, activation="relu")(h)
    h = layers.Conv2D(24, 3, activation="relu")(h)
    h = layers.Dropout(0.4)(layers.Flatten()(h))
    rate = optimizers.schedules.ExponentialDecay(3e-3, 100, 0.9)
    return build(i, softmax(h), Adam(rate), CE, data.pictures(), 12)


@case("RNN")
def stacked_lstm():
    i = keras.Input((8, 8))
    h = layers.LSTM(24, return_sequences=True)(i)
    h = layers.LSTM(24)(h)
    return build(i, softmax(h), Adam(5e-3), CE, data.rows(), 12)


@case("RNN")
def sequence_to_sequence():
    """A value for each time step: the wave, shifted by one."""
    x, _, xv, _ = data.sine()
    i = keras.Input((23, 1))
    h = layers.GRU(24, return_sequences=True)(i)
    o = layers.TimeDistributed(layers.Dense(1))(h)
    source = (x[:, :-1], x[:, 1:], xv[:, :-1], xv[:, 1:])
    return build(i, o, Adam(5e-3), "mse", source, 10)


@case("RNN")
def masked_words():
    """Zeros are padding; the loss takes probabilities of two classes."""
    x, y, xv, yv = data.tokens(2000)
    i = keras.Input((16,), dtype="int32")
    h = layers.Embedding(60, 16, mask_zero=True)(i)
    return build(i, softmax(layers.LSTM(16)(h), 2), Adam(5e-3), CE, (x, y, xv, yv), 8)


@case("Transformer")
def vision_transformer():
    """Rows as tokens, learned positions, post-normalisation."""
    i = keras.Input((8, 8))
    h = layers.Dense(32)(i)
    for _ in range(2):
        a = layers.MultiHeadAttention(4, 8)(h, h)
        h = layers.LayerNormalization()(layers.Add()([h, a]))
        f = layers.Dense(32)(layers.Dense(64, activation="relu")(h))
        h = layers.LayerNormalization()(layers.Add()([h, f]))
    h = layers.GlobalAveragePooling1D()(h)
    return build(i, softmax(h), Adam(1e-3), CE, data.rows(), 15)


@case("residual")
def deep_residual_of_sixteen():
    i = keras.Input((64,))
    h = layers.Dense(48)(i)
    for _ in range(16):
        b = layers.Dense(48, activation="relu")(layers.BatchNormalization()(h))
        h = layers.Add()([h, b])
    return build(i, softmax(h), Adam(1e-3), CE, data.digits(), 8)


@case("other")
def denoising_autoencoder():
    x, _, xv, _ = data.digits()
    i = keras.Input((64,))
    h = dense(layers.GaussianNoise(0.5)(i), 48, 16, 48, activation="elu")
    return build(i, layers.Dense(64)(h), Adam(1e-3), "mae", (x, x, xv, xv), 15)


@case("other")
def mixture_of_experts():
    """Two experts and a gate; one expert may receive little input."""
    i = keras.Input((64,))
    gate = layers.Dense(2, activation="softmax")(i)
    experts = [dense(i, 32, 32) for _ in range(2)]
    h = layers.Add()([layers.Multiply()([e, gate[:, k : k + 1]]) for k, e in enumerate(experts)])
    return build(i, softmax(h), Adam(2e-3), CE, data.digits(), 10)


@case("MLP")
def quantile_of_a_poisson():
    """Counts with a Poisson loss, which can be negative."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1500, 5)).astype("float32")
    y = rng.poisson(np.exp(0.5 * x[:, :1] + 1)).astype("float32")
    i = keras.Input((5,))
    o = layers.Dense(1, activation="exponential")(dense(i, 16))
    return build(i, o, Adam(2e-3), "poisson", (x[:1200], y[:1200], x[1200:], y[1200:]), 12)


@case("CNN")
def fine_tuning_then_unfrozen():
    """The second stage of fine-tuning: all layers, a tiny learning rate, from a good start."""
    x, y, xv, yv = data.pictures()
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, activation="relu")(i)
    h = layers.Conv2D(32, 3, activation="relu")(h)
    fit = build(i, softmax(layers.Flatten()(h)), Adam(1e-3), CE, (x, y, xv, yv), 6)
    fit.model.fit(x, y, epochs=8, verbose=0)
    fit.model.compile(optimizer=Adam(2e-5), loss=CE)
    return fit


# Faulty.


@case("MLP", "vanishing_gradient", "slow_convergence")
def vanishing_tabular():
    i = keras.Input((30,))
    h = dense(i, *[24] * 7, activation="sigmoid")
    o = layers.Dense(1, activation="sigmoid")(h)
    return build(i, o, SGD(0.05), "binary_crossentropy", data.table("breast_cancer"), 15, 16)


@case("CNN", "vanishing_gradient", "slow_convergence")
def vanishing_over_time_cnn():
    i = h = keras.Input((24, 1))
    for _ in range(9):
        h = layers.Conv1D(8, 3, padding="same", activation="sigmoid")(h)
    o = layers.Dense(1)(layers.GlobalAveragePooling1D()(h))
    return build(i, o, SGD(0.05), "mse", data.sine(), 8)


@case("RNN", "vanishing_gradient", "slow_convergence")
def vanishing_deep_rnn():
    i = h = keras.Input((8, 8))
    for last in (False, False, False, False, False, True):
        h = layers.SimpleRNN(16, activation="sigmoid", return_sequences=not last)(h)
    return build(i, softmax(h), Adam(1e-3), CE, data.rows(), 6)


@case("MLP", "exploding_gradient", "non_finite oscillating_loss dying_relu saturated_activation")
def exploding_linear_regression():
    x, y, xv, yv = data.table("diabetes")
    x, xv = 10 * x, 10 * xv
    i = keras.Input((10,))
    return build(i, layers.Dense(1)(i), SGD(0.05), "mse", (x, y, xv, yv), 20)


@case("RNN", "exploding_gradient", "non_finite oscillating_loss dying_relu")
def exploding_gates():
    x, y, xv, yv = data.sine()
    i = keras.Input((24, 1))
    h = layers.SimpleRNN(
        24, activation="relu", recurrent_initializer=initializers.RandomNormal(stddev=0.6, seed=2)
    )(i)
    return build(i, layers.Dense(1)(h), SGD(0.01), "mse", (x, y, xv, yv), 8)


@case("CNN", "exploding_gradient", "non_finite oscillating_loss dying_relu")
def exploding_cnn_momentum():
    i = h = keras.Input((8, 8, 1))
    for _ in range(4):
        h = layers.Conv2D(
            32,
            3,
            padding="same",
            activation="leaky_relu",
            kernel_initializer=initializers.RandomNormal(stddev=0.4, seed=1),
        )(h)
    o = softmax(layers.Flatten()(h))
    return build(i, o, SGD(0.01, momentum=0.9), CE, data.pictures(), 5)


@case("MLP", "dying_relu", "slow_convergence exploding_gradient oscillating_loss")
def dying_binary():
    i = keras.Input((30,))
    o = layers.Dense(1, activation="sigmoid")(dense(i, 32, 32, 32))
    return build(i, o, SGD(3.0), "binary_crossentropy", data.table("breast_cancer"), 20)


@case("CNN", "dying_relu", "slow_convergence untrained_layer")
def born_dead_by_bias():
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, activation="relu")(i)
    h = layers.Conv2D(16, 3, bias_initializer=initializers.Constant(-15.0))(h)
    h = layers.Flatten()(layers.ReLU()(h))
    return build(i, softmax(h), Adam(1e-3), CE, data.pictures(), 6)


@case("residual", "dying_relu", "exploding_gradient oscillating_loss slow_convergence non_finite")
def dying_autoencoder():
    x, _, xv, _ = data.digits()
    i = keras.Input((64,))
    h = dense(i, 32, 8, 32)
    return build(i, layers.Dense(64)(h), Adam(0.3), "mse", (x, x, xv, xv), 10)


@case("MLP", "saturated_activation", "vanishing_gradient slow_convergence overfitting")
def saturated_softsign():
    i = keras.Input((30,))
    init = initializers.RandomUniform(-6, 6, seed=1)
    h = dense(i, 32, 32, activation="softsign", kernel_initializer=init)
    o = layers.Dense(1, activation="sigmoid")(h)
    return build(i, o, SGD(0.01), "binary_crossentropy", data.table("breast_cancer"), 15)


@case("CNN", "saturated_activation", "vanishing_gradient slow_convergence")
def saturated_tanh_cnn():
    i = keras.Input((8, 8, 1))
    init = initializers.RandomNormal(stddev=3.0, seed=1)
    h = layers.Conv2D(16, 3, activation="tanh", kernel_initializer=init)(i)
    h = layers.Conv2D(16, 3, activation="tanh", kernel_initializer=init)(h)
    return build(i, softmax(layers.Flatten()(h)), Adam(1e-3), CE, data.pictures(), 6)


@case("RNN", "saturated_activation", "vanishing_gradient slow_convergence exploding_gradient")
def saturated_recurrent():
    i = keras.Input((24, 1))
    h = layers.SimpleRNN(32, recurrent_initializer=initializers.RandomNormal(stddev=3.0, seed=1))(i)
    return build(i, layers.Dense(1)(h), Adam(1e-3), "mse", data.sine(), 8)


@case("MLP", "non_finite")
def infinity_in_table():
    x, y, xv, yv = data.table("wine")
    x = x.copy()
    x[50, 3] = np.inf
    i = keras.Input((13,))
    return build(i, softmax(dense(i, 16), 3), Adam(1e-3), CE, (x, y, xv, yv), 10, 16)


@case("other", "non_finite")
def nan_from_variance():
    """A custom loss that divides by a standard deviation that becomes zero."""

    def scaled(y, p):
        p = ops.maximum(p, 0.0)
        return ops.mean(ops.square(y - p), -1) / ops.std(p, axis=0)[0] * 0.0 + ops.log(
            ops.mean(ops.square(p - 1.0), -1)
        )

    x, _, xv, _ = data.curve()
    y, yv = np.zeros((len(x), 1), "float32"), np.zeros((len(xv), 1), "float32")
    i = keras.Input((4,))
    o = layers.Dense(1)(dense(i, 16))
    return build(i, o, Adam(0.05), scaled, (x, y, xv, yv), 15)


@case("RNN", "non_finite", "exploding_gradient")
def nan_from_exponential():
    i = keras.Input((24, 1))
    h = layers.GRU(16)(i)
    o = layers.Lambda(lambda t: ops.exp(40 * t) / ops.exp(40 * t + 40))(layers.Dense(1)(5 * h))
    return build(i, o, SGD(5.0), "mse", data.sine(), 8)


@case("MLP", "oscillating_loss", "exploding_gradient saturated_activation slow_convergence")
def oscillating_tabular():
    i = keras.Input((13,))
    h = dense(i, 32, activation="elu")
    return build(i, softmax(h, 3), Adam(1.0), CE, data.table("wine"), 40, 16)


@case("CNN", "oscillating_loss", "exploding_gradient saturated_activation slow_convergence")
def oscillating_batch_norm():
    """The learning rate is far too high; batch normalisation prevents divergence."""
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, use_bias=False)(i)
    h = layers.Activation("elu")(layers.BatchNormalization()(h))
    return build(i, softmax(layers.Flatten()(h)), Adam(1.0), CE, data.pictures(), 12)


@case("RNN", "oscillating_loss", "exploding_gradient saturated_activation slow_convergence")
def oscillating_forecast():
    i = keras.Input((24, 1))
    return build(i, layers.Dense(1)(layers.LSTM(24)(i)), Adam(0.5), "mse", data.sine(), 20)


@case("Transformer", "slow_convergence")
def slow_vision_transformer():
    i = keras.Input((8, 8))
    h = layers.Dense(32)(i)
    h = layers.LayerNormalization()(layers.Add()([h, layers.MultiHeadAttention(4, 8)(h, h)]))
    h = layers.GlobalAveragePooling1D()(h)
    return build(i, softmax(h), SGD(1e-5), CE, data.rows(), 8)


@case("MLP", "slow_convergence")
def slow_regression():
    i = keras.Input((4,))
    return build(i, layers.Dense(1)(dense(i, 64, 64)), Adam(3e-6), "mse", data.curve(), 12)


@case("MLP", "slow_convergence", "dying_relu untrained_layer")
def slow_ones_init():
    i = keras.Input((64,))
    h = dense(i, 32, 32, activation="tanh", kernel_initializer="ones")
    return build(i, softmax(h), SGD(0.01), CE, data.digits(), 6)


@case("MLP", "overfitting")
def overfitting_wide_binary():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 40)).astype("float32")
    y = (x[:, 0] + 1.5 * rng.normal(size=400) > 0).astype("float32")
    i = keras.Input((40,))
    o = layers.Dense(1, activation="sigmoid")(dense(i, 256, 256))
    return build(
        i, o, Adam(1e-3), "binary_crossentropy", (x[:100], y[:100], x[100:], y[100:]), 60, 16
    )


@case("CNN", "overfitting")
def overfitting_few_pictures():
    x, y, xv, yv = data.pictures()
    rng = np.random.default_rng(4)
    y = np.where(rng.random(len(y)) < 0.5, rng.integers(0, 10, len(y)), y)
    yv = np.where(rng.random(len(yv)) < 0.5, rng.integers(0, 10, len(yv)), yv)
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(32, 3, activation="relu")(i)
    h = dense(layers.Flatten()(h), 128)
    return build(i, softmax(h), Adam(2e-3), CE, (x[:300], y[:300], xv, yv), 30, 16)


@case("RNN", "overfitting")
def overfitting_gru():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(260, 12, 6)).astype("float32")
    y = (x[:, -1, :1] + rng.normal(size=(260, 1))).astype("float32")
    i = keras.Input((12, 6))
    o = layers.Dense(1)(layers.GRU(64)(i))
    return build(i, o, Adam(5e-3), "mse", (x[:80], y[:80], x[80:], y[80:]), 50, 16)


@case("MLP", "untrained_layer")
def argmax_in_between():
    i = keras.Input((64,))
    h = dense(i, 32)
    h = layers.Lambda(lambda t: ops.one_hot(ops.argmax(t, -1), 32), output_shape=(32,))(h)
    return build(i, softmax(dense(h, 32)), Adam(3e-3), CE, data.digits(), 6)


@case("CNN", "untrained_layer", "slow_convergence")
def frozen_head():
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(8, 3, activation="relu")(i)
    o = layers.Dense(10, activation="softmax", trainable=False)(layers.GlobalMaxPooling2D()(h))
    return build(i, o, Adam(1e-4), CE, data.pictures(), 6)


@case("residual", "untrained_layer")
def multiplied_by_zero():
    """A gate that is always closed, so its branch receives no gradient at all."""
    i = keras.Input((64,))
    h = dense(i, 32)
    branch = layers.Rescaling(0.0)(dense(h, 32, 32))
    return build(i, softmax(layers.Add()([h, branch])), Adam(1e-3), CE, data.digits(), 6)


@case("MLP", "unnormalised_input", "saturated_activation slow_convergence oscillating_loss")
def raw_breast_cancer_tanh():
    i = keras.Input((30,))
    o = layers.Dense(1, activation="sigmoid")(dense(i, 32, activation="tanh"))
    source = data.table("breast_cancer", scaled=False)
    return build(i, o, SGD(0.01), "binary_crossentropy", source, 20)


@case("RNN", "unnormalised_input", "saturated_activation slow_convergence oscillating_loss")
def raw_counts_gru():
    x, y, xv, yv = data.rows()
    i = keras.Input((8, 8))
    source = (2000 + 900 * x, y, 2000 + 900 * xv, yv)
    return build(i, softmax(layers.GRU(32)(i)), Adam(1e-3), CE, source, 8)


@case("residual", "unnormalised_input", "dying_relu oscillating_loss slow_convergence")
def raw_in_residual():
    x, y, xv, yv = data.digits()
    i = keras.Input((64,))
    h = layers.Dense(32)(i)
    h = layers.Add()([h, dense(h, 32)])
    return build(i, softmax(h), Adam(1e-3), CE, (100 * x, y, 100 * xv, yv), 8)


@case("CNN", "output_mismatch", "slow_convergence")
def softmax_of_one_cnn():
    x, y, xv, yv = data.pictures()
    i = keras.Input((8, 8, 1))
    h = layers.Flatten()(layers.Conv2D(8, 3, activation="relu")(i))
    return build(
        i,
        softmax(h, 1),
        Adam(1e-3),
        "binary_crossentropy",
        (x, 1.0 * (y > 4), xv, 1.0 * (yv > 4)),
        6,
    )


@case("MLP", "output_mismatch", "slow_convergence dying_relu exploding_gradient oscillating_loss")
def categorical_logits_as_probabilities():
    x, y, xv, yv = data.table("iris")
    i = keras.Input((4,))
    o = layers.Dense(3)(dense(i, 16))
    source = (x, np.eye(3)[y], xv, np.eye(3)[yv])
    return build(i, o, Adam(3e-3), keras.losses.CategoricalCrossentropy(), source, 30)


@case("RNN", "output_mismatch", "slow_convergence saturated_activation")
def tanh_for_prices():
    x, y, xv, yv = data.sine()
    i = keras.Input((24, 1))
    o = layers.Dense(1, activation="tanh")(layers.GRU(16)(i))
    return build(i, o, Adam(3e-3), "mae", (x, 50 + 20 * y, xv, 50 + 20 * yv), 8)


@case("MLP", "output_mismatch", "slow_convergence")
def sigmoid_twice():
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    i = keras.Input((30,))
    o = layers.Dense(1, activation="sigmoid")(dense(i, 16))
    return build(i, o, Adam(1e-3), loss, data.table("breast_cancer"), 15)
