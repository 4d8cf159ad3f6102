"""A run that ends in NaN: a hand-written cross-entropy that does not protect against log(0).

It trains well at first. As the network becomes more confident, the softmax of some wrong class
underflows to exactly 0 in float32. Its logarithm is -inf, and 0 * -inf is NaN. From that step on
every gradient, and then every weight, is NaN. Keras's own losses clip or, better, take logits.
"""

from typing import Any

import keras
from keras import layers, ops

from tb_keras_inspect.demos.demo_run import DemoRun


def unguarded_cross_entropy(classes: Any, probabilities: Any) -> Any:
    """The textbook formula, for int `classes` [batch] and `probabilities` [batch, classes]."""
    targets = ops.one_hot(ops.reshape(classes, (-1,)), ops.shape(probabilities)[-1])
    return -ops.sum(targets * ops.log(probabilities), axis=-1)


def build(input_shape: tuple[int, ...], classes: int) -> DemoRun:
    """Builds a small convolutional network with Adam at 0.03 and the loss above."""
    model = keras.Sequential(
        [
            keras.Input(input_shape, name="pictures"),
            layers.Conv2D(8, 3, activation="relu", name="conv"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(64, activation="relu", name="hidden"),
            layers.Dense(classes, activation="softmax", name="classes"),
        ],
        name="diverges_to_nan",
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.03),
        loss=unguarded_cross_entropy,
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    # Each step is sampled: a NaN is in all tensors one step after the one in which it began.
    return DemoRun("a loss that does not protect against log(0) becomes NaN", model, every=1)
