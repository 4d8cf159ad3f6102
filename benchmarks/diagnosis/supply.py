"""Runs whose fault lies in how examples and labels reach the model, and look-alikes.

Written with the rules for them.
"""

import keras
import numpy as np
from keras import layers

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit, case
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
BY_HEART = "overfitting validation_mismatch"


class Stuck(keras.utils.PyDataset):
    """Batches that forget their number: each is the first one."""

    def __init__(self, x: np.ndarray, y: np.ndarray, size: int = 32):
        super().__init__()
        self.x, self.y, self.size = x, y, size

    def __len__(self) -> int:
        return len(self.x) // self.size

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        return self.x[: self.size], self.y[: self.size]


def stuck(model: keras.Model, source: tuple[np.ndarray, ...]) -> Fit:
    """A fit on such batches."""
    x, y, xv, yv = source
    return Fit(model, Stuck(x, y), None, {"epochs": 6, "validation_data": (xv, yv)})


@case("MLP", "repeating_data", BY_HEART)
def stuck_mlp():
    """A generator that returns its first batch each time."""
    return stuck(compiled(mlp((64,), [64], 10), Adam(3e-3)), data.digits())


@case("CNN", "repeating_data", BY_HEART)
def stuck_cnn():
    """The same with pictures."""
    return stuck(compiled(cnn((8, 8, 1), [16, 16], 10), Adam(3e-3)), data.pictures())


@case("RNN", "repeating_data", BY_HEART)
def stuck_rnn():
    """The same with sequences."""
    return stuck(compiled(rnn((8, 8), [layers.LSTM(32)], 10), Adam(3e-3)), data.rows())


@case("MLP")
def all_data_in_one_batch():
    """Gradient descent on the whole data set, which is one batch, many times in an epoch."""
    x, y, xv, yv = data.digits()
    model = compiled(mlp((64,), [64], 10), Adam(3e-3))
    batches = Stuck(np.tile(x, (20, 1)), np.tile(y, 20), len(x))
    return Fit(model, batches, None, {"epochs": 6, "validation_data": (xv, yv)})


@case("RNN")
def same_order_in_every_epoch():
    """Examples that are not shuffled."""
    model = compiled(rnn((8, 8), [layers.GRU(32)], 10), Adam(3e-3))
    return fit(model, data.rows(), 8, shuffle=False)


def exchanged(y: np.ndarray, fraction: float) -> np.ndarray:
    """The same labels, part of them in another order."""
    rng = np.random.default_rng(1)
    y, chosen = y.copy(), np.flatnonzero(rng.random(len(y)) < fraction)
    y[chosen] = y[rng.permutation(chosen)]
    return y


@case("MLP", "loose_labels", BY_HEART)
def exchanged_labels_mlp():
    """Half of the training labels belong to other examples."""
    x, y, xv, yv = data.digits()
    return fit(compiled(mlp((64,), [32], 10), SGD(0.02)), (x, exchanged(y, 0.5), xv, yv), 10)


@case("CNN", "loose_labels", BY_HEART)
def exchanged_labels_cnn():
    """The same with pictures and a third of the labels."""
    x, y, xv, yv = data.pictures()
    model = compiled(cnn((8, 8, 1), [16, 16], 10))
    return fit(model, (x, exchanged(y, 0.4), xv, yv), 8)


@case("RNN", "loose_labels", BY_HEART + " does_not_learn")
def labels_by_heart_rnn():
    """All labels belong to other examples; the model learns them by heart."""
    x, y, xv, yv = data.rows()
    x, y = x[:640], exchanged(y[:640], 1.0)
    return fit(compiled(rnn((8, 8), [layers.LSTM(128)], 10), Adam(1e-2)), (x, y, xv, yv), 60)


@case("MLP")
def dropout_that_costs_much_in_training():
    """A training loss far above the validation loss, as dropout has it."""
    x, y, xv, yv = data.digits()
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.7),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return fit(compiled(model, Adam(1e-3)), (x, y, xv, yv), 8)


@case("MLP")
def weighted_classes():
    """A training loss multiplied by the weights of the classes."""
    x, y, xv, yv = data.digits()
    weights = {label: 5.0 for label in range(10)}
    return fit(compiled(mlp((64,), [64], 10)), (x, y, xv, yv), 8, class_weight=weights)


def two_heads(
    shape: tuple[int, ...], *trunk: layers.Layer, scale: float = 1.0, weight: float = 1.0
) -> tuple[keras.Model, float]:
    """A model with an output `price`, of targets in another unit, and an output `kind`."""
    inputs = h = keras.Input(shape)
    for layer in trunk:
        h = layer(h)
    outputs = [layers.Dense(1, name="price")(h), layers.Dense(10, "softmax", name="kind")(h)]
    model = keras.Model(inputs, outputs)
    losses = {"price": "mse", "kind": "sparse_categorical_crossentropy"}
    model.compile(SGD(0.02 / scale**1.5), losses, loss_weights={"price": 1.0, "kind": weight})
    return model, scale


def both_targets(made: tuple[keras.Model, float], source: tuple[np.ndarray, ...]) -> Fit:
    """A fit on the digit's class and its size times a unit."""
    model, scale = made
    x, y = source[:2]
    targets = {"price": (scale * (y - 4.5)).astype("float32"), "kind": y}
    return Fit(model, x, targets, {"epochs": 8, "batch_size": 32})


@case("MLP", "ignored_output")
def ignored_class_mlp():
    """A price in cents beside a class."""
    return both_targets(two_heads((64,), layers.Dense(32, "tanh"), scale=30.0), data.digits())


@case("CNN", "ignored_output")
def ignored_class_cnn():
    """The same with pictures."""
    trunk = layers.Conv2D(8, 3, activation="tanh"), layers.Flatten()
    return both_targets(two_heads((8, 8, 1), *trunk, scale=30.0), data.pictures())


@case("RNN", "ignored_output")
def ignored_class_rnn():
    """The same with sequences."""
    return both_targets(two_heads((8, 8), layers.GRU(32), scale=30.0), data.rows())


@case("MLP")
def two_outputs_in_one_unit():
    """Two outputs of which one has a small weight, and learns."""
    made = two_heads((64,), layers.Dense(32, "tanh"), weight=0.1)
    return both_targets(made, data.digits())


def on_frozen(shape: tuple[int, ...], *base: layers.Layer) -> keras.Model:
    """A head on frozen layers whose weights nobody has loaded."""
    model = keras.Sequential([keras.Input(shape), *base, layers.Dense(10, "softmax")])
    for layer in base:
        layer.trainable = False
    return compiled(model, Adam(1e-3))


NOTHING_TO_LEARN_FROM = "untrained_layer slow_convergence does_not_learn"


@case("MLP", "frozen_initial_weights", NOTHING_TO_LEARN_FROM)
def frozen_base_mlp():
    """Four dense layers."""
    base = [layers.Dense(32, "relu") for _ in range(4)]
    return fit(on_frozen((64,), *base), data.digits(), 8)


@case("CNN", "frozen_initial_weights", NOTHING_TO_LEARN_FROM)
def frozen_base_cnn():
    """Three convolutions."""
    base = [layers.Conv2D(16, 3, padding="same", activation="relu") for _ in range(3)]
    return fit(on_frozen((8, 8, 1), *base, layers.GlobalAveragePooling2D()), data.pictures(), 8)


@case("RNN", "frozen_initial_weights", NOTHING_TO_LEARN_FROM)
def frozen_base_rnn():
    """Three recurrent layers."""
    base = [layers.GRU(16, return_sequences=True) for _ in range(2)]
    return fit(on_frozen((8, 8), *base, layers.GRU(16)), data.rows(), 8)


@case("MLP")
def random_features():
    """A frozen layer of random features, on purpose."""
    return fit(on_frozen((64,), layers.Dense(512, "relu")), data.digits(), 10)


@case("MLP")
def rare_class_that_is_never_predicted():
    """One example in a hundred belongs to the other class, and nothing tells which: a note."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 4)).astype("float32")
    y = (rng.random(2000) < 0.01).astype("float32")
    model = compiled(mlp((4,), [8], 1, last="sigmoid"), Adam(1e-2), "binary_crossentropy")
    return Fit(model, x, y, {"epochs": 4, "batch_size": 32})
