"""A gradient that vanishes: eight sigmoid layers.

The slope of a sigmoid is at most 1/4, so each layer hands back a fraction of the gradient it gets.
The first layer's is some four orders of magnitude smaller than the last one's, and the loss hardly
moves.
"""

import keras
from keras import layers

from tb_keras_inspect.demos.training import Training

DEPTH = 8


def build(input_shape: tuple[int, ...], classes: int) -> Training:
    """Eight hidden sigmoid layers of 64 units, plain SGD."""
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
    return Training("the gradient vanishes on its way through eight sigmoid layers", model)
