"""JAX: a stateless step, whose state travels from step to step while `fit` runs."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import keras
import numpy as np
from jax.extend.core import get_opaque_trace_state

from tb_keras_inspect.frameworks import base
from tb_keras_inspect.frameworks.base import Forward, ScalarAndMore
from tb_keras_inspect.frameworks.execution import Execution, MakeExecution, Run
from tb_keras_inspect.frameworks.instrumentation import (
    FunctionBeside,
    InstrumentedFunction,
    MakeFunction,
    Observe,
)
from tb_keras_inspect.frameworks.jax import execution, pieces, processes, trace
from tb_keras_inspect.frameworks.jax.stateless_step import stateless_step
from tb_keras_inspect.frameworks.tracing import Parents, TracedCall, TraceRecorder
from tb_keras_inspect.frameworks.transport import Transport

# A step that is not compiled gets the batch as it is, of NumPy.
_ARRAYS = (jax.Array, np.ndarray)
_ARGUMENTS = {"convention": "flax"} if inspect.signature(get_opaque_trace_state).parameters else {}


class JaxBackend(base.Backend):
    """See `base.Backend`."""

    name = "jax"
    distributions = ("jax",)
    optimizer_method = "stateless_apply"
    is_stateless = True

    def trace_token(self) -> Any:
        return get_opaque_trace_state(**_ARGUMENTS)

    def unrecordable(self, tensor: Any, token: Any) -> str | None:
        if not isinstance(tensor, jax.Array):
            return f"a {type(tensor).__name__}, not an array"
        if not jax.numpy.issubdtype(tensor.dtype, jax.numpy.floating):
            return f"of type {tensor.dtype}, not floating point"
        if token is not None and self.trace_token() != token:
            return "inside a loop or a transformed function"
        return None

    def is_dense(self, value: Any) -> bool:
        return isinstance(value, _ARRAYS) and value.ndim > 0

    def is_numeric(self, value: Any) -> bool:
        kinds = jax.numpy.floating, jax.numpy.integer
        return isinstance(value, _ARRAYS) and any(
            jax.numpy.issubdtype(value.dtype, kind) for kind in kinds
        )

    def held(self, tensor: Any) -> Any:
        # A generator may fill the same array again.
        return tensor.copy() if isinstance(tensor, np.ndarray) else tensor

    def in_pieces(self, tensor: Any, variable: keras.Variable) -> Any:
        return pieces.in_pieces(tensor, variable)

    def cond(self, condition: Any, if_true: Callable[[], Any], if_false: Callable[[], Any]) -> Any:
        if isinstance(condition, jax.core.Tracer):
            return super().cond(condition, if_true, if_false)
        return if_true() if condition else if_false()  # JAX would compile both, each time anew

    def bits(self, x: Any) -> Any:
        x = x if x.dtype == jax.numpy.float64 else x.astype("float32")
        return jax.lax.bitcast_convert_type(x, jax.numpy.int32)

    def count_by_index(self, index: Any, size: int) -> Any:
        return jax.numpy.bincount(index, length=size).astype("float32")

    def vector_as_output(self, vector: Any) -> Any:
        return _on_all_devices(vector)

    def samples_as_output(self, samples: Any, limit: int) -> Any:
        return jax.tree.map(_on_all_devices, samples)

    def transport(self, model: keras.Model) -> Transport | None:
        return processes.transport_of()

    def values_of(self, variables: Sequence[Any]) -> list[Any]:
        raise NotImplementedError("values are arguments of the step")

    def traces_steps(self, model: keras.Model) -> bool:
        return not model.run_eagerly and bool(model.jit_compile)

    def compiles_steps(self, model: keras.Model) -> bool:
        return self.traces_steps(model)

    def instrumented_function(
        self, model: keras.Model, observe: Observe, make_function: MakeFunction
    ) -> InstrumentedFunction:
        function = make_function(stateless_step(self, model, observe))

        def instrumented(state: Any, iterator: Any) -> tuple[Any, tuple[Any, Any]]:
            (logs, recorded), state = function(state, iterator)
            return (logs, state), recorded

        return instrumented

    def programs_exclude_each_other(self) -> bool:
        # Each process may begin with another one of them, and waits there for the others.
        return bool(jax.process_count() > 1)

    def function_beside(
        self, model: keras.Model, observe: Observe, function: InstrumentedFunction
    ) -> FunctionBeside:
        step = stateless_step(self, model, observe)

        def run(execution: Execution) -> tuple[Any, Any]:
            state, *_ = execution.arguments
            *earlier, last = execution.batches
            for data in earlier:
                state = next_state(state, data)
            recorded: tuple[Any, Any] = observed(state, last)
            if self.programs_exclude_each_other():
                jax.block_until_ready(recorded)
            return recorded

        # No state is returned, so that the compiler leaves out what only computes that, and none is
        # donated: the step proper needs it.
        def observed(state: Any, data: Any) -> Any:
            (_, recorded), _ = step(state, data)
            return recorded

        def next_state(state: Any, data: Any) -> Any:
            return model.train_step(state, data)[1]

        if self.traces_steps(model):
            observed, next_state = jax.jit(observed), jax.jit(next_state)
        return run

    def executions(self, model: keras.Model, run: Run) -> MakeExecution:
        return lambda arguments: execution.JaxExecution(model, run, arguments)

    def private_hooks(self, model: keras.Model) -> Iterator[tuple[str, Callable[[], Any]]]:
        yield "`Layer.stateless_call`", lambda: callable(model.stateless_call)
        yield "`Layer._seed_generators`", lambda: isinstance(model._seed_generators, list)
        names = ("_get_jax_state", "_jax_state_synced", "jax_state_sync")
        yield "`JAXTrainer._get_jax_state`", lambda: all(hasattr(model, name) for name in names)
        # Not of a new variable: making one takes all processes where a model is distributed.
        yield "`Variable._shape`", lambda: all(hasattr(v, "_shape") for v in model.variables)

    def load_state(self, model: keras.Model) -> None:
        # Inside `fit` the variables are empty until the trainer's state is written back to them.
        if hasattr(model, "jax_state_sync"):
            model.jax_state_sync()

    def eager(self, forward: Forward, model: keras.Model) -> Forward:
        def call(inputs: Any) -> Any:
            self.load_state(model)
            with keras.StatelessScope():
                return forward(inputs)

        return call

    def compiled(self, forward: Forward, model: keras.Model) -> Forward:
        variables = list(model.variables)

        def run(values: Sequence[Any], inputs: Any) -> Any:
            # The weights are arguments: constants would not follow them.
            with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
                return forward(inputs)

        jitted = jax.jit(run)

        def call(inputs: Any) -> Any:
            self.load_state(model)
            return jitted([variable.value for variable in variables], inputs)

        return call

    def pure(self, function: Forward, model: keras.Model) -> Forward:
        return jax.jit(function) if self.traces_steps(model) else function

    def gradients(
        self, function: ScalarAndMore, tensors: dict[str, Any]
    ) -> tuple[dict[str, Any], Any]:
        gradients, other = jax.grad(function, has_aux=True)(tensors)
        return gradients, other

    def trace_calls(
        self, run: TracedCall, recorder: TraceRecorder, model: keras.Model, inputs: Any
    ) -> tuple[list[Any], Parents]:
        return trace.trace_calls(run, recorder, model, inputs, self.trace_token)


def create() -> base.Backend:
    """See `frameworks`."""
    return JaxBackend()


def _on_all_devices(x: Any) -> Any:
    """The same value, whole on each device: a process cannot read what lies on those of others."""
    distribution = keras.distribution.distribution()
    if distribution is None or not isinstance(x, jax.core.Tracer):
        return x
    whole = jax.sharding.NamedSharding(
        distribution.device_mesh.backend_mesh, jax.sharding.PartitionSpec()
    )
    return jax.lax.with_sharding_constraint(x, whole)
