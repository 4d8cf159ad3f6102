"""A tiny training of which one thing after another can be changed."""

import keras
import numpy as np
from keras import layers, optimizers

from tb_keras_inspect import InspectCallback

EXAMPLES, BATCH, EPOCHS = 24, 8, 2
STEPS = EXAMPLES // BATCH
RNG = np.random.default_rng(0)
X = RNG.normal(size=(EXAMPLES, 6, 6, 1)).astype("float32")
Y = RNG.integers(3, size=EXAMPLES)


class SlowsDown(keras.callbacks.Callback):
    """Another learning rate from the second epoch on."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            self.model.optimizer.learning_rate = 0.001


def without_decay_of_biases():
    optimizer = optimizers.AdamW(0.01, weight_decay=0.1)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def train(
    directory,
    seed=1,
    names="cndb",
    x=X,
    y=Y,
    later=None,
    optimizer=None,
    loss=None,
    convolution=(),
    head=(),
    dropout_seed=5,
    batch=BATCH,
    callbacks=(),
    record=True,
    weights=None,
    compiled=(),
    fit=(),
):
    """Trains two epochs of three steps, and records all of them."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    first, norm, drop, last = names
    stack = [
        keras.Input((6, 6, 1), name="image"),
        layers.Conv2D(3, 3, name=first, **({"activation": "relu"} | dict(convolution))),
        layers.BatchNormalization(name=norm),
        layers.GlobalAveragePooling2D(name=f"pool_{first}"),
        layers.Dropout(0.3, seed=dropout_seed, name=drop),
        layers.Dense(3, name=last, **dict(head)),
    ]
    model = keras.Sequential(stack, name="model")
    if weights is not None:
        model.set_weights(weights)
    loss = loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    options = {"jit_compile": False} if keras.backend.backend() == "tensorflow" else {}
    model.compile(optimizer or optimizers.Adam(0.01), loss, **options | dict(compiled))
    inspect = InspectCallback(
        directory,
        every=1,
        maps_every=0,
        console=None,
        record={"checksums": record, "histograms": False, "units": False},
    )
    epochs = EPOCHS
    if later is not None:  # both epochs in one
        x, y, epochs = np.concatenate([x, x[later]]), np.concatenate([y, y[later]]), 1
    options = {"batch_size": batch, "epochs": epochs, "shuffle": False, "verbose": 0, **dict(fit)}
    model.fit(x, y, callbacks=[*callbacks, inspect], **options)
