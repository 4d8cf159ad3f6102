"""The cost of other tools per training step: `python -m benchmarks.peers cnn`, on TensorFlow.

In each of several rounds, `fit` runs for some steps plain, then with
`keras.callbacks.TensorBoard(histogram_freq=1)`, with a callback that computes the gradients a second
time with a `GradientTape` (compiled, and their norms alone), and with `InspectCallback(every=1)`. The
figures are medians over rounds, as ratios to the plain fit.
"""

import argparse
import os
import statistics
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

from benchmarks.models import MODELS
from tb_keras_inspect import InspectCallback


class SecondPass(keras.callbacks.Callback):
    """Computes the norms of all gradients in an extra forward and backward pass after each step."""

    def __init__(self, x, y):
        super().__init__()
        self._batch = tf.constant(x), tf.constant(y)

    def on_train_begin(self, logs=None):
        """Compiles the extra pass once."""
        if not hasattr(self, "_norms"):
            self._norms = tf.function(self._gradient_norms)

    def on_train_batch_end(self, batch, logs=None):
        """Runs the extra pass."""
        self._norms().numpy()

    def _gradient_norms(self):
        x, y = self._batch
        with tf.GradientTape() as tape:
            loss = self.model.compute_loss(x, y, self.model(x, training=True))
        gradients = tape.gradient(loss, self.model.trainable_weights)
        return tf.stack([tf.norm(gradient) for gradient in gradients])


def measure(name: str, steps: int, rounds: int) -> None:
    """Prints one line of the table."""
    keras.utils.set_random_seed(0)
    model, x, y = MODELS[name]()
    data = tf.data.Dataset.from_tensors((x, y)).repeat()
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            "plain": [],
            "TensorBoard": [keras.callbacks.TensorBoard(f"{folder}/t", histogram_freq=1)],
            "second pass": [SecondPass(x, y)],
            "every=1": [InspectCallback(f"{folder}/i", every=1, maps_every=0)],
        }
        seconds = {kind: [] for kind in kinds}
        for turn in range(rounds + 1):
            for kind, callbacks in kinds.items():
                begun = time.perf_counter()
                model.fit(data, steps_per_epoch=steps, verbose=0, callbacks=callbacks)
                if turn:  # the first compiles
                    seconds[kind].append(time.perf_counter() - begun)
    plain = statistics.median(seconds["plain"])
    ratios = (statistics.median(seconds[kind]) / plain for kind in list(kinds)[1:])
    print(
        f"| {name} | {plain / steps * 1e3:.1f} | " + " | ".join(f"{r:.2f}" for r in ratios) + " |"
    )


def main() -> None:
    """Parses arguments and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=list(MODELS), metavar="MODEL")
    parser.add_argument("--steps", type=int, default=20, help="steps of one fit")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    print("| model | plain ms | TensorBoard(histogram_freq=1) | second pass | every=1 |")
    print("| --- | --- | --- | --- | --- |")
    for name in options.models:
        measure(name, options.steps, options.rounds)


if __name__ == "__main__":
    main()
