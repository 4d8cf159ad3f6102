"""Healthy training runs, including some that look broken to simple rules."""

import keras
import numpy as np
from keras import layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit, case
from benchmarks.diagnosis.layers import cnn, compiled, mlp, residual, transformer

optimizers = keras.optimizers


def fit(model, source, epochs, batch_size=32, **options) -> Fit:
    """A fit with validation."""
    x, y, xv, yv = source
    options |= {"epochs": epochs, "batch_size": batch_size, "validation_data": (xv, yv)}
    return Fit(model, x, y, options)


@case("MLP")
def plain_mlp():
    return fit(compiled(mlp((64,), [64, 64], 10)), data.digits(), 10)


@case("MLP")
def mlp_momentum():
    model = mlp((64,), [128, 64], 10)
    return fit(compiled(model, optimizers.SGD(0.05, momentum=0.9)), data.digits(), 10)


@case("CNN")
def cnn_batch_norm():
    return fit(compiled(cnn((8, 8, 1), [16, 16, 32, 32], 10, norm=True)), data.pictures(), 8)


@case("MLP")
def sparse_relu():
    """An activity regulariser makes most outputs zero most of the time, but units still respond."""
    model = mlp((64,), [128, 64], 10, activity_regularizer=keras.regularizers.L1(1e-4))
    return fit(compiled(model), data.digits(), 15)


@case("CNN")
def fine_tuning():
    """A base trained on digits 0 to 4, frozen, with a new head for all ten."""
    x, y, xv, yv = data.pictures()
    base = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Flatten(),
        ],
        name="base",
    )
    first = keras.Sequential([base, layers.Dense(5, activation="softmax")])
    compiled(first).fit(x[y < 5], y[y < 5], epochs=5, verbose=0)
    base.trainable = False
    model = keras.Sequential([keras.Input((8, 8, 1)), base, layers.Dense(10, activation="softmax")])
    return fit(compiled(model), (x, y, xv, yv), 10)


class GAN(keras.Model):
    """A generator and a discriminator of points on a ring."""

    def __init__(self):
        super().__init__()
        self.generator = mlp((8,), [32, 32], 2, last=None)
        self.discriminator = mlp((2,), [32, 32], 1, "leaky_relu", last=None)
        self.seed = keras.random.SeedGenerator(0)

    def compile(self, generator_optimizer, discriminator_optimizer, **options):
        super().compile(optimizer=generator_optimizer, **options)
        self.discriminator_optimizer = discriminator_optimizer
        self.bce = keras.losses.BinaryCrossentropy(from_logits=True)

    def call(self, x):
        return self.discriminator(x)

    def train_step(self, data_):
        import tensorflow as tf

        x = data_[0] if isinstance(data_, tuple) else data_
        noise = keras.random.normal((ops.shape(x)[0], 8), seed=self.seed)
        with tf.GradientTape() as tape:
            real, fake = self.discriminator(x), self.discriminator(self.generator(noise))
            d_loss = self.bce(ops.ones_like(real), real) + self.bce(ops.zeros_like(fake), fake)
        weights = self.discriminator.trainable_weights
        self.discriminator_optimizer.apply(tape.gradient(d_loss, weights), weights)
        with tf.GradientTape() as tape:
            fake = self.discriminator(self.generator(noise))
            g_loss = self.bce(ops.ones_like(fake), fake)
        weights = self.generator.trainable_weights
        self.optimizer.apply(tape.gradient(g_loss, weights), weights)
        return {"d_loss": d_loss, "g_loss": g_loss}


@case("other")
def gan():
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 2000)
    x = np.stack([np.cos(angle), np.sin(angle)], 1).astype("float32")
    model = GAN()
    model(x[:1])  # only a built model is recorded
    model.compile(optimizers.Adam(1e-3, beta_1=0.5), optimizers.Adam(1e-3, beta_1=0.5))
    return Fit(model, x, None, {"epochs": 8, "batch_size": 32})


class Sampling(layers.Layer):
    """Samples from the latent distribution and adds its divergence to the loss."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed = keras.random.SeedGenerator(0)

    def call(self, parts):
        mean, log_var = parts
        self.add_loss(-0.5 * ops.mean(1 + log_var - ops.square(mean) - ops.exp(log_var)) * 0.1)
        noise = keras.random.normal(ops.shape(mean), seed=self.seed)
        return mean + ops.exp(0.5 * log_var) * noise


@case("other")
def vae():
    x, _, xv, _ = data.digits()
    inputs = keras.Input((64,))
    hidden = layers.Dense(64, activation="relu")(inputs)
    z = Sampling()([layers.Dense(8)(hidden), layers.Dense(8)(hidden)])
    output = layers.Dense(64)(layers.Dense(64, activation="relu")(z))
    model = compiled(keras.Model(inputs, output), loss="mse")
    return fit(model, (x, x, xv, xv), 12)


@keras.saving.register_keras_serializable("benchmark")
class WarmUp(optimizers.schedules.LearningRateSchedule):
    """Rises linearly to a peak, then falls with the square root of the step."""

    def __init__(self, peak=1e-3, steps=150):
        self.peak, self.steps = peak, steps

    def __call__(self, step):
        step = ops.cast(step, "float32") + 1.0
        return self.peak * ops.minimum(step / self.steps, ops.sqrt(self.steps / step))

    def get_config(self):
        return {"peak": self.peak, "steps": self.steps}


@case("Transformer")
def transformer_warm_up():
    model = transformer(16, 60, 32, 2, 2)
    return fit(compiled(model, optimizers.Adam(WarmUp())), data.tokens(), 14)


@case("MLP")
def small_data():
    """A hundred samples in small batches: the loss is very noisy on its way down."""
    x, y, xv, yv = data.table("iris")
    return fit(compiled(mlp((4,), [16], 3), optimizers.Adam(3e-3)), (x, y, xv, yv), 40, 8)


@case("MLP")
def converged_long():
    """Long after convergence: loss and gradients are tiny, but single batches still stand out."""
    return fit(compiled(mlp((64,), [64, 64], 10)), data.digits(), 60)


@case("MLP")
def class_imbalance():
    x, y, xv, yv = data.digits()
    return fit(compiled(mlp((64,), [32], 2)), (x, 1 * (y == 3), xv, 1 * (yv == 3)), 10)


@case("RNN")
def lstm_rows():
    model = keras.Sequential(
        [keras.Input((8, 8)), layers.LSTM(32), layers.Dense(10, activation="softmax")]
    )
    return fit(compiled(model, optimizers.Adam(3e-3)), data.rows(), 12)


@case("RNN")
def gru_sine():
    model = keras.Sequential([keras.Input((24, 1)), layers.GRU(16), layers.Dense(1)])
    return fit(compiled(model, optimizers.Adam(3e-3), "mse"), data.sine(), 12)


@case("other")
def autoencoder():
    x, _, xv, _ = data.digits()
    model = mlp((64,), [32, 8, 32], 64, last=None)
    return fit(compiled(model, loss="mse"), (x, x, xv, xv), 15)


@case("MLP")
def regression_scaled_targets():
    """Targets of 1e5, standardised as they should be."""
    x, y, xv, yv = data.table("diabetes")
    y, yv = (y[:, None] - 152) / 77, (yv[:, None] - 152) / 77
    return fit(compiled(mlp((10,), [32], 1, last=None), loss="mse"), (x, y, xv, yv), 25)


@case("MLP")
def high_dropout():
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return fit(compiled(model), data.digits(), 12)


@case("MLP")
def mixed_precision():
    policy = keras.mixed_precision.DTypePolicy("mixed_float16")
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu", dtype=policy),
            layers.Dense(64, activation="relu", dtype=policy),
            layers.Dense(10, activation="softmax", dtype="float32"),
        ]
    )
    optimizer = optimizers.LossScaleOptimizer(optimizers.Adam())
    return fit(compiled(model, optimizer), data.digits(), 10)


@case("residual")
def residual_weight_decay():
    model = residual((64,), 64, 4, 10)
    return fit(compiled(model, optimizers.AdamW(1e-3, weight_decay=0.01)), data.digits(), 10)


@case("RNN")
def embeddings_logits():
    """Word indices up to 60 go into an embedding; the loss takes the logit of one unit."""
    model = keras.Sequential(
        [
            keras.Input((16,), dtype="int32"),
            layers.Embedding(60, 16),
            layers.GlobalAveragePooling1D(),
            layers.Dense(16, activation="relu"),
            layers.Dense(1),
        ]
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return fit(compiled(model, optimizers.Adam(3e-3), loss), data.tokens(), 15)


@case("CNN")
def rescaled_inside():
    """Bytes from 0 to 255, rescaled by the model's own first layer."""
    x, y, xv, yv = data.raw_bytes()
    inputs = keras.Input((64,))
    h = layers.Reshape((8, 8, 1))(layers.Rescaling(1 / 255)(inputs))
    h = layers.Conv2D(16, 3, activation="relu")(h)
    output = layers.Dense(10, activation="softmax")(layers.Flatten()(h))
    return fit(compiled(keras.Model(inputs, output)), (x, y, xv, yv), 12)


@case("MLP")
def noisy_regression():
    """Most of the variance of the targets is noise, so the loss can fall only a little."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 8)).astype("float32")
    y = (0.6 * x[:, :1] + rng.normal(size=(2000, 1))).astype("float32")
    model = compiled(mlp((8,), [16], 1, last=None), loss="mse")
    return fit(model, (x[:1600], y[:1600], x[1600:], y[1600:]), 8)


@case("MLP")
def tanh_network():
    return fit(compiled(mlp((64,), [64, 64], 10, "tanh")), data.digits(), 15)


@case("other")
def clipped_gradients():
    """A sum over pixels makes gradients large; clipping keeps the steps ordinary."""
    x, _, xv, _ = data.digits()
    model = mlp((64,), [64, 16, 64], 64, last=None)
    loss = keras.losses.MeanSquaredError(reduction="sum")
    optimizer = optimizers.Adam(1e-3, global_clipnorm=1.0)
    return fit(compiled(model, optimizer, loss), (x, x, xv, xv), 12)
