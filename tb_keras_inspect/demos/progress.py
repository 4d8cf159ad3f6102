"""One progress bar for a whole training run."""

import sys
from collections.abc import Mapping

import keras


class RunProgress(keras.callbacks.Callback):
    """Shows one bar for all epochs, where Keras shows one per epoch.

    On a terminal the bar moves. In a file or a pipe there is one line at the end.

    Args:
        epochs: Number of epochs in the run.
    """

    def __init__(self, epochs: int):
        super().__init__()
        self._epochs = epochs
        self._bar: keras.utils.Progbar | None = None

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self._bar = keras.utils.Progbar(
            self._epochs,
            verbose=1 if sys.stdout.isatty() else 2,
            unit_name="epoch",
            stateful_metrics=["loss", "accuracy"],
        )

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        assert self._bar is not None
        assert logs is not None
        shown = [(name, logs[name]) for name in ("loss", "accuracy")]
        self._bar.update(epoch + 1, shown, finalize=epoch + 1 == self._epochs)
