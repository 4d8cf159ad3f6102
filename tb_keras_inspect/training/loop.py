"""A training loop of the user's own, around `train_on_batch`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from tb_keras_inspect.callback import InspectCallback


class TrainingLoop:
    """Tells a callback what `fit` would tell it. Made by `InspectCallback.loop`.

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
        callback: "InspectCallback",
        model: keras.Model,
        steps_per_epoch: int | None = None,
        epochs: int | None = None,
    ):
        if not getattr(model, "compiled", False):
            raise ValueError(
                "`loop` needs a compiled model, whose `train_on_batch` it can watch. "
                f"Received: model={model!r}"
            )
        self._callback, self._model = callback, model
        self._params = {"steps": steps_per_epoch, "epochs": epochs}
        self._epoch = 0
        self._batch: int | None = None

    def __enter__(self) -> "TrainingLoop":
        self._callback.set_params(self._params)
        self._callback.set_model(self._model)
        self._callback.on_train_begin()
        return self

    def __exit__(self, *error: Any) -> None:
        self._callback.on_train_end()

    def before_batch(self) -> None:
        """To be called before each `train_on_batch`, which may then be a sampled step."""
        if self._batch is None:
            self._callback.on_epoch_begin(self._epoch)
            self._batch = 0
        self._callback.on_train_batch_begin(self._batch)
        self._batch += 1

    def after_epoch(self, logs: Mapping[str, Any] | None = None) -> None:
        """To be called at the end of an epoch.

        Args:
            logs: Its numbers by name, e.g. `{"loss": 0.3, "val_loss": 0.5}`, to be recorded.
        """
        if self._batch is None:
            return
        self._callback.on_epoch_end(self._epoch, dict(logs or {}))
        self._epoch, self._batch = self._epoch + 1, None
