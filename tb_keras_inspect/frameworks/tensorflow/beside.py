"""Observed steps of TensorFlow graphs that leave no trace: all variables get their values back."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from tb_keras_inspect.frameworks.instrumentation import InstrumentedFunction
from tb_keras_inspect.frameworks.tensorflow import functions
from tb_keras_inspect.frameworks.tensorflow.execution import TensorFlowExecution


class Beside:
    """A `FunctionBeside`.

    Args:
        function: A train function whose steps are observed.
    """

    def __init__(self, function: InstrumentedFunction):
        self._traced = functions.traced(lambda batches: function(iter(batches))[1])
        self._known: dict[Any, tuple[Callable[..., Any], _State]] = {}

    def __call__(self, execution: TensorFlowExecution) -> tuple[Any, Any]:
        batches = execution.batches
        specification = [execution.specification] * len(batches)
        key = str(specification)
        if key not in self._known:
            concrete = self._traced.get_concrete_function(specification)
            # Of whoever they are: what a `train_step` of the user's changes is known to its trace.
            self._known[key] = concrete, _State(concrete.variables)
        concrete, state = self._known[key]
        values = state.copy()
        try:
            vector, samples = concrete(batches)
        finally:
            state.restore(values)
        return vector, samples


class _State:
    """Copies and restores variables, each in one graph: one by one takes longer."""

    def __init__(self, variables: Sequence[Any]):
        def copy() -> list[Any]:
            # Not `tf.identity`, which may share its memory with what XLA overwrites.
            return [tf.raw_ops.DeepCopy(x=variable.read_value()) for variable in variables]

        def restore(values: Sequence[Any]) -> None:
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)

        types = [tf.TensorSpec(variable.shape, variable.dtype) for variable in variables]
        self.copy = functions.traced(copy).get_concrete_function()
        self.restore = functions.traced(restore).get_concrete_function(types)
