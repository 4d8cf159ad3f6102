"""The model records of a fit: the model is described again where what the record says has changed."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.hooks.fit_call import data_of_fit, settings_of_fit
from tb_keras_inspect.training.model.description import describe_model
from tb_keras_inspect.training.model.edges import Edges
from tb_keras_inspect.training.model.fresh_weights import frozen_as_initialised
from tb_keras_inspect.training.model.keras_edges import computed_tokens
from tb_keras_inspect.training.model.settings import compiled_of
from tb_keras_inspect.training.reduce.layout import LayoutTable


class ModelRecords:
    """Describes one model, in one fit after another.

    Args:
        model: The model in `fit`.
        options: The callback's options.
        hyperparameters: Name to value.

    Attributes:
        edges: How its layers are connected; None until the model can be traced.
        newest: The newest record of this fit, which gives the rows of samples their names, or None.
        fingerprint: Its fingerprint; 0 before the first one.
    """

    def __init__(
        self,
        model: keras.Model,
        options: Mapping[str, Any],
        hyperparameters: Mapping[str, Any] | None = None,
    ):
        self._model, self._options = model, options
        self._hyperparameters = hyperparameters or {}
        self.edges: Edges | None = None
        self.fingerprint, self._step = 0, -1
        self._steps_per_epoch: int | None = None
        self._data = ""
        self._compiled: dict[str, str] = {}
        self.begin_fit(None)

    def begin_fit(self, steps_per_epoch: int | None, goes_on: bool = False) -> None:
        """A fit begins.

        Args:
            steps_per_epoch: None where not known.
            goes_on: Whether its run has a record already.
        """
        # Now: while JAX trains, the optimizer's variables cannot be read.
        compiled: dict[str, str] = {}
        with contextlib.suppress(Exception):  # a subclass of Model may raise anything here
            compiled = compiled_of(self._model)
            compiled["frozen_as_initialised"] = json.dumps(frozen_as_initialised(self._model))
            if computed := computed_tokens(self._model):
                compiled["computed_tokens"] = json.dumps(computed)
            compiled |= settings_of_fit()
        known = compiled, steps_per_epoch, data_of_fit()
        same = known == (self._compiled, self._steps_per_epoch, self._data)
        self._compiled, self._steps_per_epoch, self._data = known
        if goes_on and same:
            return
        self._key: Any = None
        if not goes_on:
            self.newest: pb.ModelRecord | None = None
            self._written: int | None = None  # fingerprint of the record that is in the run

    def changed(
        self,
        layouts: LayoutTable,
        omissions: Mapping[tuple[str, str], str],
        trained: Sequence[Any],
        step: int,
    ) -> tuple[int, pb.ModelRecord] | None:
        """A record that is to be written, and its step; None where the last one still holds.

        Args:
            layouts: How the vectors of sampled steps are divided.
            omissions: (name, what) to the reason why it is not recorded.
            trained: The variables that are trained.
            step: The present step.
        """
        key = (len(layouts), len(omissions), [*map(id, trained)], self.edges is None)
        if key == self._key:
            return None
        self._key = key
        record = describe_model(
            self._model,
            layouts.all_sites(),
            omissions,
            self._options,
            self._steps_per_epoch,
            self.edges,
            self._compiled,
            trained,
            self._hyperparameters,
            self._data,
            layouts.all_tensors(),
        )
        if record.fingerprint == self._written:
            return None
        self.fingerprint = self._written = record.fingerprint
        self.newest = record
        # TensorBoard keeps one value of a tag at a step: the rows of both would count in the last.
        self._step = max(step, self._step + 1)
        return self._step, record

    def not_written(self) -> None:
        """The last record could not be written: it is tried again, as nothing can be read without."""
        self._key = self._written = None
