"""A user's own training loop, around `train_on_batch`."""

from collections.abc import Mapping
from typing import Any, Protocol

import keras


class LoopCallback(Protocol):
    """The methods of a Keras callback that a loop calls, in the order of a fit."""

    def set_params(self, params: Any) -> None: ...
    def set_model(self, model: keras.Model) -> None: ...
    def on_train_begin(self, logs: Any = None) -> None: ...
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None: ...
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None: ...
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None: ...
    def on_train_end(self, logs: Any = None) -> None: ...


class TrainingLoop:
    """Calls a callback where `fit` would. Made by `InspectCallback.loop`.

    Args:
        callback: The callback.
        model: A compiled model.
        steps_per_epoch: Batches of an epoch, None where not known.
        epochs: Number of epochs, None where not known.

    Raises:
        ValueError: if the model is not compiled.
    """

    def __init__(
        self,
        callback: LoopCallback,
        model: keras.Model,
        steps_per_epoch: int | None = None,
        epochs: int | None = None,
    ):
        if not getattr(model, "compiled", False):
            raise ValueError(
                "`loop` needs a compiled model, whose `train_on_batch` it can record. "
                f"Received: model={model!r}"
            )
        self._callback, self._model = callback, model
        self._params = {"steps": steps_per_epoch, "epochs": epochs}
        self._epoch = 0
        self._batch: int | None = None  # of the epoch that has begun

    def __enter__(self) -> "TrainingLoop":
        self._callback.set_params(self._params)
        self._callback.set_model(self._model)
        self._callback.on_train_begin()
        self._batch = (
            self._begin_epoch()
        )  # so that the run can be controlled from before its first batch
        return self

    def __exit__(self, *error: Any) -> None:
        self._callback.on_train_end()

    def before_batch(self) -> None:
        """Call this before each `train_on_batch`, which may then be a sampled step."""
        batch = self._begin_epoch() if self._batch is None else self._batch
        self._callback.on_train_batch_begin(batch)
        self._batch = batch + 1

    def after_epoch(self, logs: Mapping[str, Any] | None = None) -> None:
        """Call this at the end of an epoch.

        Args:
            logs: Its numbers to record by name, e.g. `{"loss": 0.3, "val_loss": 0.5}`.
        """
        if not self._batch:
            return
        self._callback.on_epoch_end(self._epoch, dict(logs or {}))
        self._epoch, self._batch = self._epoch + 1, None

    def _begin_epoch(self) -> int:
        """The epoch's first batch."""
        self._callback.on_epoch_begin(self._epoch)
        return 0
