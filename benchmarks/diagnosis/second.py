"""A second set of training runs, written after the first tuning and used to fix the rules."""

import keras
import numpy as np
from keras import initializers, layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit, case
from benchmarks.diagnosis.faulty import normal, rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp, residual, transformer

optimizers = keras.optimizers
SGD, Adam = optimizers.SGD, optimizers.Adam


# Healthy.


@case("MLP")
def plain_sgd():
    """Plain SGD at 0.01 is slow but learns."""
    return fit(compiled(mlp((64,), [64], 10), SGD(0.01)), data.digits(), 15)


@case("MLP")
def short_run():
    """Three epochs of large batches: too little to draw a conclusion."""
    return fit(compiled(mlp((64,), [64, 32], 10)), data.digits(), 3, 128)


@case("CNN")
def one_epoch_stream():
    """Each sample is used once."""
    rng = np.random.default_rng(0)
    x, y, *_ = data.pictures()
    order = rng.integers(0, len(x), 12000)
    noisy = (x[order] + 0.3 * rng.normal(size=(12000, 8, 8, 1))).astype("float32")
    return Fit(compiled(cnn((8, 8, 1), [16, 32], 10)), noisy, y[order], {"epochs": 1})


@case("other")
def picture_autoencoder():
    """Pixels from 0 to 1, a sigmoid output, binary cross-entropy: the loss never falls to 0."""
    x, _, xv, _ = data.raw_bytes()
    x, xv = x.reshape(-1, 8, 8, 1) / 255, xv.reshape(-1, 8, 8, 1) / 255
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
        ]
    )
    return fit(compiled(model, loss="binary_crossentropy"), (x, x, xv, xv), 12)


@case("CNN")
def squeeze_and_excite():
    """A sigmoid gate that may be fully open."""
    inputs = keras.Input((8, 8, 1))
    h = layers.Conv2D(32, 3, activation="relu")(inputs)
    gate = layers.Dense(8, activation="relu")(layers.GlobalAveragePooling2D()(h))
    gate = layers.Reshape((1, 1, 32))(layers.Dense(32, activation="sigmoid")(gate))
    h = layers.Flatten()(layers.Multiply()([h, gate]))
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(h))
    return fit(compiled(model), data.pictures(), 10)


@case("other")
def two_in_two_out():
    x, y, xv, yv = data.digits()
    left, right = keras.Input((32,), name="left"), keras.Input((32,), name="right")
    h = layers.Concatenate()(
        [layers.Dense(32, activation="relu")(left), layers.Dense(32, activation="relu")(right)]
    )
    digit = layers.Dense(10, activation="softmax", name="digit")(h)
    even = layers.Dense(1, activation="sigmoid", name="even")(h)
    model = keras.Model([left, right], [digit, even])
    model.compile("adam", loss=["sparse_categorical_crossentropy", "binary_crossentropy"])
    options = {"epochs": 10, "validation_data": ([xv[:, :32], xv[:, 32:]], [yv, yv % 2])}
    return Fit(model, [x[:, :32], x[:, 32:]], [y, y % 2], options)


@case("CNN")
def restarts():
    """Cosine decay with warm restarts: the loss goes up at each, on purpose."""
    rate = optimizers.schedules.CosineDecayRestarts(0.05, 90)
    model = cnn((8, 8, 1), [16, 32], 10)
    return fit(compiled(model, SGD(rate, momentum=0.9)), data.pictures(), 12)


@case("MLP")
def label_smoothing():
    x, y, xv, yv = data.digits()
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    y, yv = np.eye(10)[y], np.eye(10)[yv]
    return fit(compiled(mlp((64,), [64, 64], 10), "adam", loss), (x, y, xv, yv), 10)


@case("residual")
def resnet_momentum():
    """Convolutions with BatchNormalization and skips, SGD at 0.1."""
    inputs = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, padding="same", use_bias=False)(inputs)
    for _ in range(3):
        y = layers.ReLU()(layers.BatchNormalization()(h))
        y = layers.Conv2D(16, 3, padding="same")(y)
        y = layers.ReLU()(layers.BatchNormalization()(y))
        h = layers.Add()([h, layers.Conv2D(16, 3, padding="same")(y)])
    h = layers.GlobalAveragePooling2D()(layers.ReLU()(layers.BatchNormalization()(h)))
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(h))
    return fit(compiled(model, SGD(0.1, momentum=0.9)), data.pictures(), 8)


@case("MLP")
def accumulated():
    """The gradients of four batches are accumulated into one update."""
    optimizer = Adam(2e-3, gradient_accumulation_steps=4)
    return fit(compiled(mlp((64,), [64], 10), optimizer), data.digits(), 12, 16)


@case("MLP")
def class_weights():
    x, y, xv, yv = data.digits()
    weights = {0: 0.6, 1: 5.0}
    model = compiled(mlp((64,), [32], 1, last="sigmoid"), loss="binary_crossentropy")
    source = (x, 1 * (y == 3), xv, 1 * (yv == 3))
    return fit(model, source, 10, class_weight=weights)


@case("MLP")
def raw_pixels_of_sixteen():
    """Pixels from 0 to 16, as in scikit-learn: not ideal, but no problem."""
    x, y, xv, yv = data.raw_bytes()
    s = 16 / 255
    return fit(compiled(mlp((64,), [64], 10)), (x * s, y, xv * s, yv), 10)


@case("MLP")
def selu_deep():
    model = mlp((64,), [64] * 8, 10, "selu", kernel_initializer="lecun_normal")
    return fit(compiled(model, Adam(5e-4)), data.digits(), 10)


@case("MLP")
def deep_relu():
    model = mlp((64,), [64] * 10, 10, kernel_initializer="he_normal")
    return fit(compiled(model, Adam(5e-4)), data.digits(), 12)


@case("Transformer")
def transformer_large_data():
    return fit(compiled(transformer(16, 60, 32, 1, 2), Adam(1e-3)), data.tokens(5000), 5)


@case("MLP")
def small_batches_regression():
    """Batches of four: the batch loss varies widely."""
    model = compiled(mlp((10,), [16], 1, last=None), loss="mae")
    x, y, xv, yv = data.table("diabetes")
    y, yv = (y[:, None] - 152) / 77, (yv[:, None] - 152) / 77
    return fit(model, (x, y, xv, yv), 12, 4)


@case("RNN")
def bidirectional():
    model = rnn((8, 8), [layers.Bidirectional(layers.GRU(16)), layers.Dropout(0.3)], 10)
    return fit(compiled(model, Adam(3e-3)), data.rows(), 12)


@case("CNN")
def frozen_prefix_flat():
    """Fine-tuning with the base layers in the same model, frozen one by one."""
    x, y, xv, yv = data.pictures()
    model = cnn((8, 8, 1), [16, 32], 10)
    compiled(model).fit(x[y < 7], y[y < 7], epochs=6, verbose=0)
    for layer in model.layers[:-1]:
        layer.trainable = False
    return fit(compiled(model, Adam(1e-3)), (x, y, xv, yv), 6)


@case("MLP")
def resumed_at_the_end():
    """Continues an earlier run with a small learning rate; the loss can hardly fall further."""
    x, y, xv, yv = data.digits()
    model = compiled(mlp((64,), [64, 64], 10))
    model.fit(x, y, epochs=12, verbose=0)
    return fit(compiled(model, Adam(1e-5)), (x, y, xv, yv), 8)


@case("MLP")
def weight_heavy():
    """L2 regularisation is a large part of the loss."""
    model = mlp((64,), [64, 64], 10, kernel_regularizer=keras.regularizers.L2(1e-2))
    return fit(compiled(model), data.digits(), 15)


# Faulty.


@case("MLP", "vanishing_gradient", "slow_convergence")
def vanishing_six_layers():
    return fit(compiled(mlp((64,), [32] * 6, 10, "sigmoid"), SGD(0.01)), data.digits(), 8, 64)


@case("other", "vanishing_gradient", "slow_convergence")
def vanishing_autoencoder():
    x, _, xv, _ = data.digits()
    model = mlp((64,), [64, 32, 16, 8, 16, 32, 64], 64, "sigmoid", last=None)
    return fit(compiled(model, SGD(0.1), "mse"), (x, x, xv, xv), 8)


@case("MLP", "exploding_gradient", "non_finite oscillating_loss dying_relu")
def exploding_raw_targets():
    """Targets of several thousand, with plain SGD."""
    x, y, xv, yv = data.curve()
    model = compiled(mlp((4,), [64, 64], 1, last=None), SGD(1e-2), "mse")
    return fit(model, (x, 3000 * y, xv, 3000 * yv), 8)


@case("RNN", "exploding_gradient", "non_finite oscillating_loss dying_relu")
def exploding_relu_rnn():
    cell = layers.SimpleRNN(32, "relu", recurrent_initializer=initializers.Orthogonal(2.0, seed=1))
    return fit(compiled(rnn((24, 1), [cell], 1, None), SGD(1e-3), "mse"), data.sine(), 8)


@case("MLP", "exploding_gradient", "oscillating_loss dying_relu")
def exploding_init_adam():
    """Adam keeps the steps small; the loss starts in the millions."""
    model = mlp((64,), [128] * 6, 10, kernel_initializer=normal(1.0))
    return fit(compiled(model, Adam(1e-3)), data.digits(), 8)


@case("MLP", "dying_relu", "slow_convergence oscillating_loss exploding_gradient")
def dying_adam():
    return fit(compiled(mlp((64,), [64, 64, 64], 10), Adam(0.1)), data.digits(), 10)


@case("MLP", "", "oscillating_loss")
def high_rate_that_learns():
    """The loss goes up and down a little, and ends near the noise."""
    model = compiled(mlp((4,), [64, 64], 1, last=None), SGD(0.3), "mse")
    return fit(model, data.curve(), 15)


@case("CNN", "dying_relu", "slow_convergence oscillating_loss exploding_gradient")
def dying_deep_cnn():
    model = cnn((8, 8, 1), [16, 16, 32, 32], 10)
    return fit(compiled(model, SGD(0.3, momentum=0.9)), data.pictures(), 8)


@case("residual", "saturated_activation", "slow_convergence vanishing_gradient")
def saturated_residual():
    model = residual((64,), 64, 3, 10, "tanh", norm=False, kernel_initializer=normal(1.5))
    return fit(compiled(model, SGD(0.01)), data.digits(), 8)


@case("RNN", "exploding_gradient non_finite")
def exploding_gru():
    model = rnn((24, 1), [layers.GRU(16)], 1, None)
    return fit(compiled(model, SGD(2.0), "mse"), data.sine(), 15)


@case("Transformer", "exploding_gradient", "slow_convergence oscillating_loss")
def high_rate_transformer():
    """The loss stays near the baseline: Adam's first step at 0.1 replaces the weights."""
    return fit(compiled(transformer(16, 60, 32, 1, 2), Adam(0.1)), data.tokens(), 12)


@case("MLP", "slow_convergence")
def slow_sgd():
    return fit(compiled(mlp((64,), [128, 64], 10), SGD(3e-4)), data.digits(), 10)


@case("CNN", "slow_convergence")
def slow_dropout_cnn():
    inputs = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, activation="relu")(inputs)
    h = layers.Dropout(0.9)(layers.Flatten()(h))
    h = layers.Dropout(0.9)(layers.Dense(64, activation="relu")(h))
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(h))
    return fit(compiled(model), data.pictures(), 10)


@case("MLP", "overfitting")
def overfitting_table():
    x, y, xv, yv = data.table("diabetes")
    y, yv = (y[:, None] - 152) / 77, (yv[:, None] - 152) / 77
    model = compiled(mlp((10,), [256, 256], 1, last=None), Adam(3e-3), "mse")
    return fit(model, (x[:100], y[:100], xv, yv), 100, 16)


@case("Transformer", "overfitting")
def overfitting_transformer():
    x, y, xv, yv = data.tokens()
    y = np.random.default_rng(5).integers(0, 2, 200)
    model = compiled(transformer(16, 60, 32, 1, 2, rate=0.0), Adam(2e-3))
    return fit(model, (x[:200], y, xv, yv), 40)


class Clipped(layers.Layer):
    """Clips everything to the wrong range."""

    def call(self, x):
        return ops.clip(x, 50.0, 60.0)


@case("MLP", "untrained_layer", "slow_convergence")
def clipped_away():
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(32, activation="tanh"),
            Clipped(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return fit(compiled(model), data.digits(), 6)


@case("Transformer", "untrained_layer", "slow_convergence")
def rate_of_zero():
    return fit(compiled(transformer(16, 60, 32, 1, 2), Adam(0.0)), data.tokens(), 6)


@case("MLP", "unnormalised_input", "slow_convergence oscillating_loss dying_relu overfitting")
def raw_wine():
    return fit(compiled(mlp((13,), [32, 32], 3)), data.table("wine", scaled=False), 40)


@case("CNN", "unnormalised_input", "dying_relu oscillating_loss slow_convergence overfitting")
def raw_bytes_relu_cnn():
    x, y, xv, yv = data.raw_bytes()
    shape = (-1, 8, 8, 1)
    model = compiled(cnn((8, 8, 1), [16, 32], 10))
    return fit(model, (x.reshape(shape), y, xv.reshape(shape), yv), 8)


@case("MLP", "output_mismatch", "slow_convergence dying_relu")
def binary_logits_as_probabilities():
    x, y, xv, yv = data.table("breast_cancer")
    model = compiled(mlp((30,), [32], 1, last=None), loss="binary_crossentropy")
    return fit(model, (x, y, xv, yv), 12)


@case("CNN", "output_mismatch", "slow_convergence")
def categorical_with_sigmoid_logits():
    x, y, xv, yv = data.pictures()
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model = compiled(cnn((8, 8, 1), [16, 16], 10), Adam(1e-3), loss)
    return fit(model, (x, np.eye(10)[y], xv, np.eye(10)[yv]), 6)


@case("RNN", "output_mismatch", "dying_relu slow_convergence")
def relu_for_negative_targets():
    model = compiled(rnn((24, 1), [layers.LSTM(16)], 1, "relu"), Adam(3e-3), "mse")
    return fit(model, data.sine(), 8)


@case("MLP", "non_finite")
def nan_from_division():
    inputs = keras.Input((64,))
    h = layers.Dense(32, activation="relu")(inputs)
    h = layers.Lambda(lambda t: t / ops.sum(t[:, :3], axis=-1, keepdims=True))(h)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(h))
    return fit(compiled(model), data.digits(), 4)


@case("CNN", "non_finite")
def nan_in_targets():
    x, y, xv, yv = data.pictures()
    y = y.astype("float32")
    y[900] = np.nan
    model = compiled(cnn((8, 8, 1), [8, 8], 1, last=None), loss="mse")
    return fit(model, (x, y, xv, yv.astype("float32")), 3)
