"""A gradient that vanishes: eight sigmoid layers.

The slope of a sigmoid is at most 1/4, so each layer passes back a fraction of the gradient it
receives. The gradient of the first layer is about four orders of magnitude smaller than that of the
last, and the loss hardly moves.
"""

import keras
from keras import layers

from tb_keras_inspect.demos.demo_run import DemoRun

DEPTH = 8


def build(input_shape: tuple[int, ...], classes: int) -> DemoRun:
    """Builds eight hidden sigmoid layers of 64 units, with plain SGD."""
    hidden = [
        layers.Dense(64, activation="sigmoid", name=f"hidden_{number}")
        for number in range(1, DEPTH + 1)
    ]
    model = keras.Sequential(
        [
            keras.Input(input_shape, name="pictures"),
            layers.Flatten(name="flatten"),
            *hidden,
            layers.Dense(classes, activation="softmax", name="classes"),
        ],
        name="vanishing_sigmoid",
    )
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return DemoRun("the gradient vanishes on its way through eight sigmoid layers", model)
