"""How much the gradient of a batch is noise: from the gradients of parts of it.

The gradient noise scale of arXiv:1812.06162, appendix A.1. With gradients g_1 ... g_k of k parts of b
examples each and their mean g, sum |g_i - g|^2 / (k - 1) is the noise of b examples, and |g|^2 less its
k-th part is the signal; neither is biased.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect import frameworks
from tb_keras_inspect.training.hooks.inference import losses_kept, random_state_kept
from tb_keras_inspect.training.measures.batch_loss import BatchLoss, as_tensors, parts_of

PARTS = 4


@dataclasses.dataclass(frozen=True)
class Noise:
    """What one measurement found of each of N variables.

    Attributes:
        noise: float64[N], the trace of the covariance of the gradient of a single example.
        signal: float64[N], the squared norm of the gradient without noise. Below 0 at times: only its
            mean over several measurements is not biased.
    """

    noise: np.ndarray
    signal: np.ndarray


class GradientNoise:
    """Measures signal and noise of the gradient of a batch.

    Args:
        model: The model, built.
    """

    def __init__(self, model: keras.Model):
        self._model, self._loss = model, BatchLoss(model)
        self._compiled = frameworks.current().pure(self._gradients, model)

    @property
    def variables(self) -> list[Any]:
        """The N variables."""
        return self._loss.trained

    def of(self, before: Sequence[tuple[Any, Any]], batch: Any) -> Noise | None:
        """The noise at the weights before a step; None for a batch of fewer than `PARTS` examples.

        Args:
            before: Variables with their values before the step, all of the model's among them.
            batch: What the step was trained on.
        """
        trained, others = as_tensors(self._loss.values(before))
        parts = as_tensors(parts_of(batch))
        leaves = [leaf for leaf in keras.tree.flatten(parts) if leaf is not None]
        size = min((int(leaf.shape[0]) for leaf in leaves), default=0) // PARTS
        if not size:
            return None
        total: list[Any] = []
        squares = np.zeros(len(trained))
        for start in range(0, PARTS * size, size):
            part = keras.tree.map_structure(
                lambda x, i=start: None if x is None else x[i : i + size], parts
            )
            with random_state_kept(), losses_kept(self._model):
                found, square = self._compiled((trained, others, part))
            total = list(map(keras.ops.add, total, found)) if total else found
            squares = squares + _host(square) / PARTS
        whole = _host(keras.ops.stack([_square(x) for x in total])) / PARTS**2
        noise = (squares - whole) * PARTS / (PARTS - 1)
        return Noise(noise * size, whole - noise / PARTS)

    def _gradients(self, tensors: Any) -> tuple[list[Any], Any]:
        trained, others, parts = tensors
        named = {str(i): value for i, value in enumerate(trained)}

        def loss(values: dict[str, Any]) -> tuple[Any, Any]:
            ordered = [values[str(i)] for i in range(len(trained))]
            return self._loss.of(ordered, others, parts), ()

        found, _ = frameworks.current().gradients(loss, named)
        gradients = [keras.ops.cast(found[str(i)], "float32") for i in range(len(trained))]
        return gradients, keras.ops.stack([_square(x) for x in gradients])


def _square(x: Any) -> Any:
    return keras.ops.sum(keras.ops.square(x))


def _host(x: Any) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(x), np.float64)
