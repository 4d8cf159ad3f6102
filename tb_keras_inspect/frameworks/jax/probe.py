"""The probe pass on JAX."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import keras
import numpy as np


def ready(model: keras.Model) -> None:
    """See `probe_backend.current`. Inside `fit` the variables are empty until the trainer's state is
    written back to them."""
    if hasattr(model, "jax_state_sync"):
        model.jax_state_sync()


def compiled(forward: Callable[[Any], Any], model: keras.Model) -> Callable[[Any], Any]:
    """See `probe_backend.current`. The weights are arguments: a constant would not follow them."""
    variables = list(model.variables)

    @jax.jit
    def run(values: Sequence[Any], inputs: Any) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return forward(inputs)

    def call(inputs: Any) -> Any:
        ready(model)
        return run([variable.value for variable in variables], inputs)

    return call


def eager(forward: Callable[[Any], Any], model: keras.Model) -> Callable[[Any], Any]:
    """See `probe_backend.current`."""

    def call(inputs: Any) -> Any:
        ready(model)
        with keras.StatelessScope():
            return forward(inputs)

    return call


def gradients(function: Callable[[Any], Any], by: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """See `probe_backend.current`."""
    return jax.grad(function, has_aux=True)(by)


def kept(tensor: Any) -> Any:
    """See `probe_backend.current`. Arrays do not change."""
    return tensor


def to_host(tensor: Any) -> np.ndarray:
    """See `probe_backend.current`."""
    return np.asarray(tensor).astype(np.float32, copy=False)
