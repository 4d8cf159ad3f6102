"""A trace of one forward pass on JAX: its jaxpr."""

from collections.abc import Callable
from typing import Any

import jax
import keras
from jax.extend import core

from tb_keras_inspect.frameworks.jax.step import JaxBackend
from tb_keras_inspect.training.model.traced_edges import CallRecorder, Event, Parents


def trace(
    run: Callable[[Any], Any], recorder: CallRecorder, model: keras.Model, inputs: Any
) -> tuple[list[Event], Parents]:
    """See `edges_backend.current`."""
    variables, backend = list(model.variables), JaxBackend()

    def traced(values: Any, x: Any) -> list[Any]:
        token = backend.trace_token()
        recorder.is_of_trace = lambda tensor: (
            isinstance(tensor, jax.core.Tracer) and backend.trace_token() == token
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
