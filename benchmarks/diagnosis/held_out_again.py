"""Training runs written after `held_out.py` was measured and its mistakes fixed; unchanged since."""

import keras
import numpy as np

from benchmarks.diagnosis import data
from benchmarks.diagnosis.held_out import (
    CE,
    SGD,
    Adam,
    build,
    case,
    dense,
    initializers,
    layers,
    softmax,
)


@case("MLP")
def healthy_nadam_wine():
    i = keras.Input((13,))
    return build(
        i, softmax(dense(i, 24), 3), keras.optimizers.Nadam(2e-3), CE, data.table("wine"), 40, 16
    )


@case("CNN")
def healthy_depthwise():
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(24, 3, padding="same", activation="relu")(i)
    h = layers.DepthwiseConv2D(3, padding="same", activation="relu")(h)
    h = layers.AveragePooling2D(2)(layers.LayerNormalization()(h))
    return build(i, softmax(layers.Flatten()(h)), Adam(2e-3), CE, data.pictures(), 10)


@case("RNN")
def healthy_convolution_then_gru():
    i = keras.Input((24, 1))
    h = layers.GRU(16)(layers.Conv1D(16, 3, activation="relu")(i))
    return build(i, layers.Dense(1)(h), Adam(3e-3), "mse", data.sine(), 12)


@case("other")
def healthy_picture_autoencoder_dense():
    """Sigmoid outputs, most of them near 0, reshaped to an image at the end."""
    x, _, xv, _ = data.raw_bytes()
    x, xv = x / 255, xv / 255
    i = keras.Input((64,))
    o = layers.Dense(64, activation="sigmoid")(dense(i, 32, 16, 32))
    o = layers.Reshape((8, 8))(o)
    source = (x, x.reshape(-1, 8, 8), xv, xv.reshape(-1, 8, 8))
    return build(i, o, Adam(2e-3), "binary_crossentropy", source, 15)


@case("MLP")
def healthy_adagrad_regression():
    i = keras.Input((4,))
    return build(
        i,
        layers.Dense(1)(dense(i, 32, activation="tanh")),
        keras.optimizers.Adagrad(0.05),
        "mse",
        data.curve(),
        20,
    )


@case("residual")
def healthy_residual_cosine():
    i = keras.Input((64,))
    h = layers.Dense(32)(i)
    for _ in range(5):
        h = layers.Add()([h, dense(layers.LayerNormalization()(h), 32, activation="gelu")])
    rate = keras.optimizers.schedules.CosineDecay(3e-3, 400)
    return build(i, softmax(h), keras.optimizers.AdamW(rate), CE, data.digits(), 9)


@case("MLP", "vanishing_gradient", "slow_convergence")
def fading_regression():
    i = keras.Input((4,))
    h = dense(i, *[32] * 9, activation="sigmoid")
    return build(i, layers.Dense(1)(h), SGD(0.05), "mse", data.curve(), 12)


@case("CNN", "exploding_gradient", "non_finite oscillating_loss")
def growing_deep_cnn():
    i = h = keras.Input((8, 8, 1))
    init = initializers.RandomNormal(stddev=0.35, seed=1)
    for _ in range(7):
        h = layers.Conv2D(24, 3, padding="same", activation="elu", kernel_initializer=init)(h)
    o = softmax(layers.GlobalAveragePooling2D()(h))
    return build(i, o, SGD(0.01), CE, data.pictures(), 4)


@case("MLP", "dying_relu", "slow_convergence exploding_gradient oscillating_loss")
def killed_by_rmsprop():
    i = keras.Input((64,))
    return build(i, softmax(dense(i, 48, 48)), keras.optimizers.RMSprop(0.3), CE, data.digits(), 8)


@case("MLP", "saturated_activation", "vanishing_gradient slow_convergence")
def flat_sigmoids():
    i = keras.Input((64,))
    init = initializers.RandomUniform(-4, 4, seed=3)
    return build(
        i,
        softmax(dense(i, 48, 48, activation="sigmoid", kernel_initializer=init)),
        Adam(1e-3),
        CE,
        data.digits(),
        6,
    )


@case("RNN", "non_finite")
def nan_in_sequences():
    x, y, xv, yv = data.sine()
    x = x.copy()
    x[400, 5] = np.nan
    i = keras.Input((24, 1))
    return build(i, layers.Dense(1)(layers.LSTM(12)(i)), Adam(1e-3), "mse", (x, y, xv, yv), 3)


@case("Transformer", "slow_convergence")
def creeping_transformer():
    i = keras.Input((8, 8))
    h = layers.Dense(24)(i)
    h = layers.LayerNormalization()(layers.Add()([h, layers.MultiHeadAttention(2, 12)(h, h)]))
    h = layers.GlobalAveragePooling1D()(h)
    return build(i, softmax(h), Adam(2e-6), CE, data.rows(), 8)


@case("CNN", "overfitting")
def pictures_with_random_labels():
    x, _, xv, yv = data.pictures()
    y = np.random.default_rng(9).integers(0, 10, 160)
    i = keras.Input((8, 8, 1))
    h = dense(layers.Flatten()(layers.Conv2D(48, 3, activation="relu")(i)), 96)
    return build(i, softmax(h), Adam(2e-3), CE, (x[:160], y, xv, yv), 35, 16)


@case("RNN", "untrained_layer")
def cut_before_the_gru():
    class Cut(layers.Layer):
        def call(self, x):
            return keras.ops.stop_gradient(x)

    i = keras.Input((8, 8))
    h = layers.GRU(24)(Cut()(layers.Dense(16, activation="tanh")(i)))
    return build(i, softmax(h), Adam(3e-3), CE, data.rows(), 8)


@case("CNN", "unnormalised_input", "dying_relu oscillating_loss slow_convergence overfitting")
def bytes_into_convolution():
    x, y, xv, yv = data.raw_bytes()
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(24, 3, activation="elu")(i)
    shape = (-1, 8, 8, 1)
    return build(
        i,
        softmax(layers.Flatten()(h)),
        Adam(1e-3),
        CE,
        (x.reshape(shape), y, xv.reshape(shape), yv),
        6,
    )


@case("residual", "output_mismatch", "slow_convergence dying_relu exploding_gradient")
def logits_without_saying_so():
    i = keras.Input((64,))
    h = layers.Dense(32)(i)
    h = layers.Add()([h, dense(h, 32)])
    return build(i, layers.Dense(10)(h), Adam(1e-3), CE, data.digits(), 6)


@case("MLP", "oscillating_loss", "exploding_gradient saturated_activation")
def swinging_elu():
    i = keras.Input((64,))
    h = dense(i, 32, activation="elu")
    return build(i, softmax(h), SGD(2.0, momentum=0.9), CE, data.digits(), 12)
