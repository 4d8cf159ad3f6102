"""Scripts that train well, and small changes of each, for `diagnose(run, against=...)`.

Each function builds the fit of one script. `change` names a change, "" is the script as it is. No
change makes training fail: the loss falls in all of them.
"""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit

optimizers, initializers = keras.optimizers, keras.initializers


def wrong_labels(y: np.ndarray, fraction: float = 0.05) -> np.ndarray:
    """Labels of which some are swapped among each other."""
    rng = np.random.default_rng(1)
    where = rng.choice(len(y), int(fraction * len(y)), replace=False)
    y = y.copy()
    y[where] = y[rng.permutation(where)]
    return y


def larger(factor: float) -> initializers.Initializer:
    """Glorot initialisation with a larger scale; the distribution stays the same."""
    return initializers.VarianceScaling(factor**2, "fan_avg", "uniform")


def digits_mlp(change: str = "") -> Fit:
    """Dropout and Adam on digits."""
    x, y, xv, yv = data.digits()
    y = wrong_labels(y) if change == "labels" else y
    first = larger(1.5 if change == "first layer starts 1.5 times as large" else 1.0)
    rate = 0.0 if change == "dropout left off" else 0.3
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(64, activation="relu", kernel_initializer=first),
            layers.Dropout(rate),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    epsilon = 1e-3 if change == "epsilon 1e-3" else 1e-7
    if change == "second layer frozen":
        model.layers[2].trainable = False
    beta = 0.99 if change == "beta_2 0.99" else 0.999
    model.compile(optimizers.Adam(1e-3, beta_2=beta, epsilon=epsilon), LABELS)
    size = 48 if change == "batches of 48" else 32
    x = x * 1.07 if change == "pixels divided by 15" else x
    options = {"shuffle": False} if change == "not shuffled" else {}
    return Fit(
        model, x, y, options | {"epochs": 8, "batch_size": size, "validation_data": (xv, yv)}
    )


def digits_cnn(change: str = "") -> Fit:
    """SGD with momentum and pictures."""
    x, y, xv, yv = data.pictures()
    y = wrong_labels(y) if change == "labels" else y
    second = "gelu" if change == "gelu in one layer" else "relu"
    start = larger(1.5 if change == "last layer starts 1.5 times as large" else 1.0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Conv2D(16, 3, activation=second),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax", kernel_initializer=start),
        ]
    )
    momentum = 0.5 if change == "momentum 0.5" else 0.9
    nesterov = change == "Nesterov momentum"
    model.compile(optimizers.SGD(0.02, momentum=momentum, nesterov=nesterov), LABELS)
    if change == "one class left out":
        x, y = x[y != 3], y[y != 3]
    if change == "pictures turned":
        x = np.rot90(x, axes=(1, 2)).copy()
    return Fit(model, x, y, {"epochs": 7, "batch_size": 32, "validation_data": (xv, yv)})


def tabular(change: str = "") -> Fit:
    """A regression with batch normalisation and weight decay."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1600, 12)).astype("float32")
    y = (np.sin(x[:, :1]) + 0.5 * x[:, 1:2] * x[:, 2:3] + 0.3 * x[:, 3:4]).astype("float32")
    if change == "one feature not normalised":
        x[:, 3] *= 3
    if change == "one feature missing":
        x[:, 3] = 0
    if change == "targets shifted by one row in 5 %":
        y[:80] = np.roll(y[:80], 1)
    decay = {"weight decay 10 times as large": 0.1, "no weight decay": 0.0}.get(change, 0.01)
    slow = 0.999 if change == "moving statistics 10 times as slow" else 0.99
    model = keras.Sequential(
        [
            keras.Input((12,)),
            layers.Dense(48),
            layers.BatchNormalization(momentum=slow),
            layers.ReLU(),
            layers.Dense(48),
            layers.BatchNormalization(momentum=slow),
            layers.ReLU(),
            layers.Dense(1),
        ]
    )
    rate = 2.6e-3 if change == "rate 1.3 times as high" else 2e-3
    loss = keras.losses.Huber(0.5) if change == "Huber loss" else "mse"
    model.compile(optimizers.AdamW(rate, weight_decay=decay), loss)
    options = {"epochs": 6, "batch_size": 32, "validation_data": (x[1280:], y[1280:])}
    return Fit(model, x[:1280], y[:1280], options)


def sequences(change: str = "") -> Fit:
    """A recurrent layer over tokens, with clipped gradients."""
    x, y, xv, yv = data.tokens(1600)
    if change == "padding at the wrong side":
        x = x.copy()
        x[:400, 10:] = 0
    recurrent = initializers.Identity() if change == "recurrent weights start at 1" else None
    recurrent = recurrent or initializers.Orthogonal()
    model = keras.Sequential(
        [
            keras.Input((16,), dtype="int32"),
            layers.Embedding(60, 16),
            layers.SimpleRNN(24, recurrent_initializer=recurrent),
            layers.Dense(16, activation="tanh"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    clip = None if change == "gradients not clipped" else 0.2
    rho = 0.99 if change == "rho 0.99" else 0.9
    optimizer = optimizers.RMSprop(1e-3, rho=rho, clipnorm=clip)
    model.compile(optimizer, keras.losses.BinaryCrossentropy(label_smoothing=_smoothing(change)))
    options = {"epochs": 8, "batch_size": 32, "validation_data": (xv, yv)}
    if change == "a decaying rate":
        steps = 8 * len(x) // 32
        model.optimizer.learning_rate = optimizers.schedules.CosineDecay(1e-3, 2 * steps)
    return Fit(model, x, y, options)


class Attention(layers.Layer):
    """A block of a Transformer."""

    def __init__(self, epsilon: float):
        super().__init__(name="block")
        self.attention = layers.MultiHeadAttention(2, 8)
        self.norm = layers.LayerNormalization(epsilon=epsilon)
        self.dense = layers.Dense(16, activation="gelu")

    def call(self, x):
        x = self.norm(x + self.attention(x, x))
        return x + self.dense(x)


def attention(change: str = "") -> Fit:
    """A small Transformer with a learning rate that warms up."""
    x, y, xv, yv = data.rows()
    inputs = keras.Input((8, 8))
    h = layers.Dense(16, name="embed")(inputs)
    if change != "position left out":
        h = h + 0.5 * ops.sin(ops.reshape(ops.arange(128, dtype="float32"), (1, 8, 16)))
    h = Attention(1.0 if change == "layer normalisation epsilon 1" else 1e-3)(h)
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling1D()(h))
    model = keras.Model(inputs, outputs)
    warm = 20 if change == "shorter warm-up" else 60
    rate = optimizers.schedules.CosineDecay(1e-4, 300, warmup_target=4e-3, warmup_steps=warm)
    accumulate = 2 if change == "gradients accumulated over 2 batches" else None
    model.compile(optimizers.Adam(rate, gradient_accumulation_steps=accumulate), LABELS)
    x = x[:, ::-1].copy() if change == "rows reversed" else x
    return Fit(model, x, y, {"epochs": 7, "batch_size": 32, "validation_data": (xv, yv)})


def _smoothing(change: str) -> float:
    return 0.05 if change == "label smoothing 0.05" else 0.0


LABELS = "sparse_categorical_crossentropy"
SCRIPTS: dict[str, Callable[[str], Fit]] = {
    script.__name__: script for script in (digits_mlp, digits_cnn, tabular, sequences, attention)
}
CHANGES: dict[str, tuple[str, ...]] = {
    "digits_mlp": (
        "labels",
        "first layer starts 1.5 times as large",
        "dropout left off",
        "epsilon 1e-3",
        "beta_2 0.99",
        "batches of 48",
        "second layer frozen",
        "pixels divided by 15",
        "not shuffled",
    ),
    "digits_cnn": (
        "labels",
        "gelu in one layer",
        "last layer starts 1.5 times as large",
        "momentum 0.5",
        "Nesterov momentum",
        "one class left out",
        "pictures turned",
    ),
    "tabular": (
        "one feature not normalised",
        "one feature missing",
        "targets shifted by one row in 5 %",
        "weight decay 10 times as large",
        "no weight decay",
        "moving statistics 10 times as slow",
        "rate 1.3 times as high",
        "Huber loss",
    ),
    "sequences": (
        "padding at the wrong side",
        "recurrent weights start at 1",
        "gradients not clipped",
        "rho 0.99",
        "label smoothing 0.05",
        "a decaying rate",
    ),
    "attention": (
        "position left out",
        "layer normalisation epsilon 1",
        "shorter warm-up",
        "gradients accumulated over 2 batches",
        "rows reversed",
    ),
}
