"""A small convolutional network that learns: what a healthy run looks like."""

import keras
from keras import layers

from tb_keras_inspect.demos.demo_run import DemoRun


def build(input_shape: tuple[int, ...], classes: int) -> DemoRun:
    """Builds two convolution blocks and a dense head, with Adam at its usual learning rate."""
    model = keras.Sequential(
        [
            keras.Input(input_shape, name="pictures"),
            layers.Conv2D(16, 3, padding="same", activation="relu", name="conv_1"),
            layers.MaxPooling2D(name="pool_1"),
            layers.Conv2D(32, 3, padding="same", activation="relu", name="conv_2"),
            layers.MaxPooling2D(name="pool_2"),
            layers.Flatten(name="flatten"),
            layers.Dense(64, activation="relu", name="hidden"),
            layers.Dense(classes, activation="softmax", name="classes"),
        ],
        name="healthy_cnn",
    )
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return DemoRun("a convolutional network that learns", model)
