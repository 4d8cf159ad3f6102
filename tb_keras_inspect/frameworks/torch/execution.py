"""Executions on PyTorch."""

import copy
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import torch

from tb_keras_inspect.frameworks.execution import StatefulExecution


class TorchExecution(StatefulExecution):
    """Its argument is a list of batches: of one before Keras 3.16."""

    @staticmethod
    def _copy(variable: Any) -> Any:
        return variable.value.detach().clone()

    def copy_batch(self) -> Any:
        return keras.tree.map_structure(_copied, self.batch())

    def copy_state(self) -> Any:
        # The buffers of PyTorch's own modules are no variables of Keras.
        buffers = [(buffer, buffer.detach().clone()) for buffer in self._model.buffers()]
        return super().copy_state(), buffers

    def copy_to_host(self) -> tuple[list[np.ndarray], Callable[[], None]]:
        arrays, restore_variables = super().copy_to_host()
        buffers = [(buffer, buffer.detach().cpu().clone()) for buffer in self._model.buffers()]

        def restore() -> None:
            with torch.no_grad():
                restore_variables()
                for buffer, value in buffers:
                    buffer.copy_(value)

        return arrays + [np.asarray(value) for _, value in buffers], restore

    def values_in(self, copy: Any) -> list[tuple[Any, Any]]:
        return list(copy[0])

    def restore(self, copy: Any) -> None:
        variables, buffers = copy
        with torch.no_grad():
            super().restore(variables)
            for buffer, value in buffers:
                buffer.copy_(value)

    def finite(self, result: Any) -> Any:
        with torch.no_grad():
            # One operation for each, whose result is not finite if an element is not.
            found = [
                torch.linalg.vector_norm(variable.value, math.inf, dtype=torch.float32)
                for variable in self._model.trainable_variables
                if variable.value.numel()
            ]
            return torch.isfinite(torch.stack(found)).all() if found else torch.tensor(True)

    def _hold(self) -> None:
        data = self._arguments[0]
        if not isinstance(data, (list, tuple)):  # of a loop around `train_on_batch`
            data = self._arguments[0] = list(data)
        self._batches = list(data)


def _copied(part: Any) -> Any:
    return part.detach().clone() if isinstance(part, torch.Tensor) else copy.copy(part)
