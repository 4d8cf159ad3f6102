"""The observed step of the backends whose variables change in place."""

from collections.abc import Callable, Sequence
from typing import Any

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.instrumentation import Observe


def stateful_step(
    backend: Backend, original: Callable[[Any], Any], observe: Observe
) -> Callable[[Any], tuple[Any, tuple[Any, Any]]]:
    """Wraps `model.train_step`.

    Args:
        backend: The backend.
        original: The model's bound `train_step`.
        observe: Called at each trace, or at each step where steps are not traced.

    Returns:
        A function of the batch. It returns what `original` returns, and a pair: the packed vector,
        and what is kept of the batch.
    """

    def values_now(variables: Sequence[Any]) -> list[Any]:
        return [backend.detach(variable.value) for variable in variables]

    def train_step(data: Any) -> tuple[Any, tuple[Any, Any]]:
        observation = observe()
        with backend.no_gradient():
            observation.begin(data, backend.values_of)
        with observation.observing():
            logs = original(data)
        with backend.no_gradient():
            vector, samples = observation.end(logs, values_now)
            return logs, (backend.vector_as_output(vector), samples)

    return train_step
