"""Observed steps of TensorFlow graphs that leave no trace: all variables get their values back."""

from collections.abc import Callable
from typing import Any

from tb_keras_inspect.frameworks.instrumentation import InstrumentedFunction
from tb_keras_inspect.frameworks.tensorflow import functions
from tb_keras_inspect.frameworks.tensorflow.execution import TensorFlowExecution
from tb_keras_inspect.frameworks.tensorflow.state import State


class Beside:
    """A `FunctionBeside`.

    Args:
        function: A train function whose steps are observed.
    """

    def __init__(self, function: InstrumentedFunction):
        self._traced = functions.traced(lambda batches: function(iter(batches))[1])
        self._known: dict[Any, tuple[Callable[..., Any], State]] = {}

    def __call__(self, execution: TensorFlowExecution) -> tuple[Any, Any]:
        batches = execution.batches
        specification = [execution.specification] * len(batches)
        key = str(specification)
        if key not in self._known:
            concrete = self._traced.get_concrete_function(specification)
            # Of whoever they are: what a `train_step` of the user's changes is known to its trace.
            self._known[key] = concrete, State(concrete.variables)
        concrete, state = self._known[key]
        values = state.copy()
        try:
            vector, samples = concrete(batches)
        finally:
            state.restore(values)
        return vector, samples
