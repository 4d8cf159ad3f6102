"""One call of the training function, held before it is made: its state and its batch within reach."""

import contextlib
import importlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras


class Execution:
    """One call of `model.train_function` (of one batch, or of `steps_per_execution`).

    Args:
        model: The model in `fit`.
        arguments: What the trainer calls the function with.
    """

    def __init__(self, model: keras.Model, arguments: Sequence[Any]):
        self._model, self._arguments = model, list(arguments)
        self._batches: list[Any] = []

    @contextlib.contextmanager
    def state_in_model(self) -> Iterator[None]:
        """A block in which the model's variables can be read and assigned."""
        yield

    def batch(self) -> Any:
        """The batch that the step will train on, which it still will; None where it cannot be had."""
        if not self._batches:
            self._hold()
        return self._batches[0] if self._batches else None

    def run(self) -> Any:
        """Makes the call."""
        return self._model.train_function(*self._arguments)

    def copy_state(self) -> Any:
        """All that the step changes, on its device."""
        raise NotImplementedError

    def restore(self, copy: Any) -> None:
        """Takes the step back."""
        raise NotImplementedError

    def rewind(self) -> None:
        """The held batches are to be trained on again."""

    def logs_of(self, result: Any) -> Any:
        """The logs in what the call returned."""
        return result

    def result_with(self, logs: Any) -> Any:
        """What a call that did nothing would return."""
        return logs

    def weights_are_finite(self, result: Any) -> bool:
        """Whether all trainable weights are, after the call."""
        raise NotImplementedError

    def _hold(self) -> None:
        """Fills `_batches`, without taking them from the step."""
        raise NotImplementedError

    def _pulled(self, iterator: Any, ends: tuple[type[BaseException], ...]) -> list[Any]:
        """The batches of this call, taken from where it would take them."""
        batches = []
        with contextlib.suppress(*ends):
            for _ in range(int(getattr(self._model, "steps_per_execution", None) or 1)):
                batches.append(next(iterator))
        return batches


class OnVariables(Execution):
    """On backends whose variables change in place."""

    _copy: Callable[[Any], Any]

    def copy_state(self) -> Any:
        return [(variable, type(self)._copy(variable)) for variable in _all_variables(self._model)]

    def restore(self, copy: Any) -> None:
        for variable, value in copy:
            variable.assign(value)


def make_execution(model: keras.Model) -> Callable[[Sequence[Any]], Execution]:
    """Makes executions of a model from their arguments, on the backend in use."""
    name = f"tb_keras_inspect.frameworks.{keras.backend.backend()}.execution"
    return importlib.import_module(name).maker(model)


def _all_variables(model: keras.Model) -> list[Any]:
    optimizer = getattr(model, "optimizer", None)
    groups = (model.variables, getattr(optimizer, "variables", ()), model.metrics_variables)
    return list({id(variable): variable for variable in itertools.chain(*groups)}.values())
