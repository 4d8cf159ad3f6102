"""A pending call of the train function: read its batch, run it, and undo it."""

import abc
import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np

Run = Callable[[Sequence[Any]], Any]  # from the arguments of a call to its result


class Execution(abc.ABC):
    """One call of the train function (of one batch, or of `steps_per_execution`).

    Args:
        model: The model in `fit`.
        run: Calls the train function with a sequence of arguments.
        arguments: What the trainer calls the function with.
    """

    def __init__(self, model: keras.Model, run: Run, arguments: Sequence[Any]):
        self._model, self._run, self._arguments = model, run, list(arguments)
        self._batches: list[Any] = []
        self._source: Any = None  # where the batches were taken from

    @contextlib.contextmanager
    def state_in_model(self) -> Iterator[None]:
        """A block in which the model's variables can be read and assigned."""
        yield

    def batch(self) -> Any:
        """The batch that the step will train on, without consuming it; None if it is not available."""
        if not self._batches:
            self._hold()
        return self._batches[0] if self._batches else None

    @property
    def batches(self) -> list[Any]:
        """All batches of the call, without consuming them; none where they are not available."""
        self.batch()
        return self._batches

    @property
    def arguments(self) -> Sequence[Any]:
        """The arguments for the call; its batches, where they were read, are among them again."""
        return self._arguments

    def kind(self) -> Any:
        """What a trace of the step depends on; hashable. Steps of one kind share a trace."""
        return None

    def trace(self, function: Callable[..., Any]) -> None:
        """Has a train function traced for this call, without a step, where the framework can."""
        return

    def run(self) -> Any:
        """Calls the train function."""
        return self._run(self._arguments)

    def copy_batch(self) -> Any:
        """The batch, which nobody else changes later; None if it is not available."""
        return self.batch()

    @abc.abstractmethod
    def copy_state(self) -> Any:
        """Everything that the step changes, on its device."""

    @abc.abstractmethod
    def values_in(self, copy: Any) -> list[tuple[Any, Any]]:
        """Each variable with its value in what `copy_state` returned."""

    def copy_to_host(self) -> tuple[list[np.ndarray], Callable[[], None]]:
        """Copies what the step changes, but metrics, into host memory.

        Returns:
            The arrays, and what restores them: to be called in `state_in_model`.
        """
        metrics = {id(variable) for variable in self._model.metrics_variables}
        variables = [v for v in all_variables(self._model) if id(v) not in metrics]
        values = self.values(variables)
        # A copy: the array may share memory with the variable.
        arrays = [np.array(keras.ops.convert_to_numpy(value)) for value in values]

        def restore() -> None:
            for variable, array in zip(variables, arrays, strict=True):
                variable.assign(array.copy())

        return arrays, restore

    @abc.abstractmethod
    def values(self, variables: Sequence[Any], result: Any = None) -> list[Any]:
        """Values of variables: before the call, or after it with what it returned."""

    @abc.abstractmethod
    def restore(self, copy: Any) -> None:
        """Undoes the step."""

    def rewind(self) -> None:
        """Makes the next call train on the held batches again."""
        return

    def logs_of(self, result: Any) -> Any:
        """The logs in what the call returned."""
        return result

    def result_with(self, logs: Any) -> Any:
        """The return value of a call that trains nothing and has these logs."""
        return logs

    @abc.abstractmethod
    def finite(self, result: Any) -> Any:
        """Scalar, on its device: whether all trainable weights are finite after the call."""

    def weights_are_finite(self, result: Any) -> bool:
        """Whether all trainable weights are finite after the call, for which this waits."""
        return bool(self.finite(result))

    @abc.abstractmethod
    def _hold(self) -> None:
        """Reads the call's batches into `_batches`, so that the step still gets them."""

    def _pulled(self, iterator: Any, ends: tuple[type[BaseException], ...]) -> list[Any]:
        """The batches of this call, read from its iterator."""
        batches = []
        with contextlib.suppress(*ends):
            for _ in range(int(getattr(self._model, "steps_per_execution", None) or 1)):
                batches.append(next(iterator))
        return batches


class StatefulExecution(Execution):
    """On backends whose variables change in place."""

    @staticmethod
    @abc.abstractmethod
    def _copy(variable: Any) -> Any:
        """A variable's value, that later assignments do not change."""

    def copy_state(self) -> Any:
        return [(variable, self._copy(variable)) for variable in all_variables(self._model)]

    def values_in(self, copy: Any) -> list[tuple[Any, Any]]:
        return list(copy)

    def values(self, variables: Sequence[Any], result: Any = None) -> list[Any]:
        return [variable.value for variable in variables]

    def restore(self, copy: Any) -> None:
        for variable, value in copy:
            variable.assign(value)


def undone(function: Callable[..., Any]) -> Callable[[Execution], Any]:
    """A function that runs a step, returns what `function` returns second, and undoes the step."""

    def run(execution: Execution) -> Any:
        state = execution.copy_state()
        try:
            return function(*execution.arguments)[1]
        finally:
            execution.restore(state)
            execution.rewind()

    return run


MakeExecution = Callable[[Sequence[Any]], Execution]  # from the arguments of a call


def all_variables(model: keras.Model) -> list[Any]:
    """The variables that a training step may change."""
    # A `train_step` of the user's may have optimizers of its own.
    others = [item for item in vars(model).values() if isinstance(item, keras.optimizers.Optimizer)]
    optimizers = [getattr(model, "optimizer", None), *others]
    groups = [getattr(optimizer, "variables", ()) for optimizer in optimizers]
    found = itertools.chain(model.variables, model.metrics_variables, *groups)
    return list({id(variable): variable for variable in found}.values())
