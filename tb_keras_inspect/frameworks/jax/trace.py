"""A trace of one forward pass on JAX: its jaxpr."""

from collections.abc import Callable
from typing import Any

import jax
import keras
from jax.extend import core

from tb_keras_inspect.frameworks.tracing import Parents, TracedCall, TraceRecorder


def trace_calls(
    run: TracedCall,
    recorder: TraceRecorder,
    model: keras.Model,
    inputs: Any,
    token: Callable[[], Any],
) -> tuple[list[Any], Parents]:
    """See `Backend.trace_calls`."""
    variables = list(model.variables)

    def traced(values: Any, x: Any) -> list[Any]:
        of_this_trace = token()
        recorder.is_of_trace = lambda tensor: (
            isinstance(tensor, jax.core.Tracer) and token() == of_this_trace
        )
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            run(x)
        return recorder.tensors()

    jaxpr = jax.make_jaxpr(traced)([variable.value for variable in variables], inputs).jaxpr
    outputs = iter(jaxpr.outvars)  # those of the events, one after the other
    events = recorder.events_by(lambda tensor: _variable(next(outputs)))
    made_of = {
        out: [x for x in map(_variable, equation.invars) if x is not None]
        for equation in jaxpr.eqns
        for out in equation.outvars
    }
    return events, lambda variable: made_of.get(variable, ())


def _variable(atom: Any) -> Any:
    """The variable, or None for a constant."""
    return None if isinstance(atom, core.Literal) else atom
