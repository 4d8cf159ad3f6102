"""The training run that the browser tests show; as a program, one that takes minutes.

`python -m tests.e2e.training DIRECTORY SECONDS_A_STEP` trains for 200 epochs and waits after each step,
so that a test can watch the run grow.
"""

import os
import sys
import time
import warnings

import numpy as np

STEPS_PER_EPOCH = 8
BATCH = 16
EVERY = 2
FILTERS = 6
HOSTILE_RUN = "<img src=x onerror=parent.hit=1>"
HOSTILE_LAYERS = ("<img src=x onerror=parent.hit=1>", "conv", "50%&c=d#e")


def partly_dead(shape, dtype=None):
    """A bias with which no input reaches the last two filters."""
    bias = np.zeros(shape, dtype)
    bias[-2:] = -100
    return bias


def train(directory: str | os.PathLike, epochs: int, seconds_a_step: float = 0.0) -> None:
    """Trains a small network on digits, with our callback and Keras's in `directory`."""
    import keras
    import tensorflow as tf
    from keras import layers

    from tb_keras_inspect import InspectCallback
    from tb_keras_inspect.callback import InspectWarning
    from tb_keras_inspect.demos import datasets

    keras.utils.set_random_seed(3)
    data = datasets.load("digits")
    samples = STEPS_PER_EPOCH * BATCH
    x = 2 * data.x_train[:samples]  # somewhat large
    model = keras.Sequential(
        [
            keras.Input(data.input_shape, name="pictures"),
            layers.Conv2D(
                FILTERS, 3, strides=2, activation="relu", bias_initializer=partly_dead, name="conv"
            ),
            layers.Flatten(name="flatten"),
            layers.Dense(24, activation="relu", name="hidden"),
            layers.Dense(data.classes, activation="softmax", name="classes"),
        ],
        name="tiny",
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    wait = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs=None: time.sleep(seconds_a_step)
    )
    warnings.simplefilter(
        "error", InspectWarning
    )  # a part that is not recorded is no base for a test
    # With a seed, Keras on TensorFlow shuffles arrays alike in each epoch, which is worth a note.
    batches = tf.data.Dataset.from_tensor_slices((x, data.y_train[:samples]))
    model.fit(
        batches.shuffle(samples).batch(BATCH),
        epochs=epochs,
        validation_data=(2 * data.x_validation[:32], data.y_validation[:32]),
        verbose=0,
        callbacks=[
            keras.callbacks.TensorBoard(directory),
            InspectCallback(directory, every=EVERY, probe=3),
            *([wait] if seconds_a_step else []),
        ],
    )


if __name__ == "__main__":
    train(sys.argv[1], epochs=200, seconds_a_step=float(sys.argv[2]))
