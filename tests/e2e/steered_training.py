"""A training for `test_control.py`: `python -m tests.e2e.steered_training KIND LOG_DIR WEIGHTS`.

"diverging": a learning rate under which the loss grows and grows; under a smaller one it recovers.
"nan": after some steps each batch holds a NaN. Both go on until they are stopped.
"""

import sys
import time

import keras
import numpy as np

from tb_keras_inspect import InspectCallback


class Slow(keras.callbacks.Callback):
    """Leaves time to steer, and the machine to others."""

    def on_train_batch_begin(self, batch, logs=None):
        time.sleep(0.03)


def data(kind):
    generator = np.random.default_rng(0)
    directions = np.linalg.qr(generator.normal(size=(4, 4)))[0]
    x = (generator.normal(size=(6400, 4)) * [2.02, 1.0, 1.0, 1.0]) @ directions
    y = x @ [1.0, -1.0, 0.5, 2.0] + 0.01 * generator.normal(size=6400)
    if kind == "nan":
        x[32 * 40 :: 32, 0] = np.nan
    return x.astype("float32"), y.astype("float32")[:, None]


def main(kind, directory, weights):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    rate = 0.27 if kind == "diverging" else 0.01
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(
        *data(kind),
        batch_size=32,
        epochs=1000,
        shuffle=False,
        verbose=0,
        callbacks=[
            Slow(),
            InspectCallback(directory, every=1, maps_every=0, control=True, console=None),
        ],
    )
    np.savez(weights, *[keras.ops.convert_to_numpy(v.value) for v in model.variables])


if __name__ == "__main__":
    main(*sys.argv[1:])
