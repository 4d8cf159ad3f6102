"""Executions on JAX: while `fit` runs, the state is not in the model but travels from step to step."""

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import numpy as np

from tb_keras_inspect.frameworks.execution import Execution

_PARTS = (
    "trainable_variables",
    "non_trainable_variables",
    "optimizer_variables",
    "metrics_variables",
)


class JaxExecution(Execution):
    """Its arguments are the state and the iterator of batches."""

    @contextlib.contextmanager
    def state_in_model(self) -> Iterator[None]:
        model = self._model
        model._jax_state = dict(zip(_PARTS, self._arguments[0], strict=True))
        model._jax_state_synced = False
        model.jax_state_sync()
        yield
        # As `fit` does where a callback has asked for the state.
        wanted = dict.fromkeys(_PARTS, True)
        self._arguments[0] = model._get_jax_state(**wanted, purge_model_variables=True)
        model._jax_state_synced = False

    def kind(self) -> Any:
        return jax.tree.structure(self._arguments[0]), tuple(map(_kind_of_batch, self.batches))

    def copy_batch(self) -> Any:
        return jax.tree.map(_copied, self.batch())

    def copy_state(self) -> Any:
        # The step may write its results into the memory of its arguments.
        return _jitted_copy(self._arguments[0])

    def values_in(self, copy: Any) -> list[tuple[Any, Any]]:
        model = self._model
        groups = (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
        pairs = (zip(*pair, strict=True) for pair in zip(groups, copy, strict=True))
        return [item for group in pairs for item in group]

    def values(self, variables: Sequence[Any], result: Any = None) -> list[Any]:
        state = self._arguments[0] if result is None else result[1]
        known = {id(variable): value for variable, value in self.values_in(state)}
        # A variable that is not in the state, as of a second optimizer, has its value itself.
        return [
            value if (value := known.get(id(variable))) is not None else variable.value
            for variable in variables
        ]

    def restore(self, copy: Any) -> None:
        self._arguments[0] = copy

    def logs_of(self, result: Any) -> Any:
        return result[0]

    def result_with(self, logs: Any) -> Any:
        return logs, self._arguments[0]

    def finite(self, result: Any) -> Any:
        return _jitted_all_finite(result[1][0])

    def _hold(self) -> None:
        self._source = self._arguments[1]
        self._batches = self._pulled(self._source, (StopIteration,))
        self.rewind()

    def rewind(self) -> None:
        if self._batches:
            self._arguments[1] = itertools.chain(self._batches, self._source)


def _kind_of_batch(batch: Any) -> Any:
    leaves, structure = jax.tree.flatten(batch)
    return structure, tuple((jax.numpy.shape(x), str(jax.numpy.result_type(x))) for x in leaves)


def _copied(part: Any) -> Any:
    # An array of JAX may share memory with one of NumPy that it was made of.
    return part.copy() if isinstance(part, np.ndarray) else jax.numpy.copy(part)


def _all_finite(values: Sequence[Any]) -> Any:
    finite = [jax.numpy.all(jax.numpy.isfinite(value)) for value in values]
    return jax.numpy.all(jax.numpy.stack(finite)) if finite else jax.numpy.asarray(True)


_jitted_all_finite = jax.jit(_all_finite)
_jitted_copy = jax.jit(lambda state: jax.tree.map(jax.numpy.copy, state))  # one call for all of it
