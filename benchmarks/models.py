"""The models of the benchmarks, compiled, each with a batch of random data."""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers

Made = tuple[keras.Model, np.ndarray, np.ndarray]


def mlp() -> Made:
    """784-256-256-10, batch 128."""
    model = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(256, activation="relu"),
            layers.Dense(256, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return _compiled(model, (128, 784), 10)


def cnn() -> Made:
    """Four convolutions on 32x32x3, batch 64."""
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (32, 32, 64, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        if filters == 32:
            model.add(layers.BatchNormalization())
        else:
            model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(128, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return _compiled(model, (64, 32, 32, 3), 10)


def mobilenet() -> Made:
    """keras.applications.MobileNetV2 on 64x64, batch 16."""
    model = keras.applications.MobileNetV2((64, 64, 3), weights=None, classes=10)
    return _compiled(model, (16, 64, 64, 3), 10)


def resnet() -> Made:
    """keras.applications.ResNet50 on 64x64, batch 16."""
    model = keras.applications.ResNet50(input_shape=(64, 64, 3), weights=None, classes=10)
    return _compiled(model, (16, 64, 64, 3), 10)


def transformer() -> Made:
    """Encoder of four blocks, width 128, four heads, 64 tokens, batch 32."""
    inputs = keras.Input((64,), dtype="int32")
    x = layers.Embedding(1000, 128)(inputs)
    for _ in range(4):
        attended = layers.MultiHeadAttention(4, 32)(x, x)
        x = layers.LayerNormalization()(x + attended)
        hidden = layers.Dense(512, activation="gelu")(x)
        x = layers.LayerNormalization()(x + layers.Dense(128)(hidden))
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling1D()(x))
    model, x, y = _compiled(keras.Model(inputs, outputs), (32, 64), 10)
    return model, np.random.default_rng(0).integers(0, 1000, (32, 64)).astype("int32"), y


MODELS: dict[str, Callable[[], Made]] = {
    "mlp": mlp,
    "cnn": cnn,
    "mobilenet": mobilenet,
    "resnet": resnet,
    "transformer": transformer,
}


def _compiled(model: keras.Model, shape: tuple[int, ...], classes: int) -> Made:
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape).astype("float32")
    y = rng.integers(0, classes, shape[0])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model, x, y
