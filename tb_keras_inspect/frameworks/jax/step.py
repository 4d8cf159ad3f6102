"""JAX: a stateless step, whose activations exist only inside the differentiated function.

They leave it the way state does: while the step is traced, a hidden non-trainable variable stands in
the model's list of seed generators (in `variables`, in no saved file), and what `stateless_call`
returns for it is the packed vector of activations.
"""

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import keras
import numpy as np
from jax.extend.core import get_opaque_trace_state
from keras import ops

from tb_keras_inspect.frameworks import base
from tb_keras_inspect.frameworks.patches import instance_patch
from tb_keras_inspect.training.hooks.keras_hooks import observing
from tb_keras_inspect.training.step import batch as batches
from tb_keras_inspect.training.step import pack
from tb_keras_inspect.training.step.observer import Collector

_ARGUMENTS = {"convention": "flax"} if inspect.signature(get_opaque_trace_state).parameters else {}


class JaxBackend(base.Backend):
    """See `base.Backend`."""

    name = "jax"
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
        return isinstance(value, jax.Array) and value.ndim > 0

    def is_numeric(self, value: Any) -> bool:
        kinds = jax.numpy.floating, jax.numpy.integer
        return isinstance(value, jax.Array) and any(
            jax.numpy.issubdtype(value.dtype, kind) for kind in kinds
        )

    def bits(self, x: Any) -> Any:
        return jax.lax.bitcast_convert_type(x.astype("float32"), jax.numpy.int32)

    def count_by_index(self, index: Any, size: int) -> Any:
        return jax.numpy.bincount(index, length=size).astype("float32")

    def as_output(self, vector: Any) -> Any:
        return _on_all_devices(vector)

    def sent(self, head: Any, limit: int) -> Any:
        return jax.tree.map(_on_all_devices, head)

    def snapshot(self, variables: Sequence[Any]) -> list[Any]:
        raise NotImplementedError("values are arguments of the step")

    def traces_steps(self, model: keras.Model) -> bool:
        return not model.run_eagerly and bool(model.jit_compile)

    def build(self, model: keras.Model, make_collector: Callable[[], Any]) -> Callable[..., Any]:
        plain = model.train_function
        step = _stateless_step(model, model.train_step, make_collector)
        try:
            with instance_patch(model, "train_step", step):
                model.make_train_function(force=True)
            function = model.train_function
        finally:
            model.train_function = plain

        def twin(state: Any, iterator: Any) -> tuple[Any, Any]:
            (logs, extra), state = function(state, iterator)
            return (logs, state), extra

        return twin


class _Carrier:
    """Looks like a seed generator to `Layer.variables`."""

    def __init__(self, state: keras.Variable):
        self.state = state


def _on_all_devices(x: Any) -> Any:
    """The same value, as a whole on each device: a process cannot read what lies on those of others."""
    distribution = keras.distribution.distribution()
    if distribution is None or not isinstance(x, jax.core.Tracer):
        return x
    whole = jax.sharding.NamedSharding(
        distribution.device_mesh.backend_mesh, jax.sharding.PartitionSpec()
    )
    return jax.lax.with_sharding_constraint(x, whole)


def _stateless_step(
    model: keras.Model, original: Callable[..., Any], make_collector: Callable[[], Collector]
) -> Callable[..., Any]:
    carrier = _Carrier(keras.Variable(np.zeros((1,), "float32"), trainable=False, name="carrier"))

    def train_step(state: Any, data: Any) -> Any:
        collector = make_collector()
        trainable, non_trainable, optimizer_variables, metrics_variables = state
        batch: pack.Packed = ((), None)
        head: Any = ()
        with collector.guard():
            batch = pack.pack_batch(collector, data)
            head = batches.head_of(data, collector.head, collector.backend)
        forward = _Forward(model, collector, carrier)
        with forward.installed(list(non_trainable)) as carried, observing(collector):
            logs, new_state = original(
                (trainable, carried, optimizer_variables, metrics_variables), data
            )
        new_trainable, new_non_trainable, *others = new_state
        new_non_trainable = list(new_non_trainable)
        activations = new_non_trainable.pop(forward.position)
        vector = None
        with collector.guard():
            collector.saw_logs(logs)
            before, after = _recorded(model, collector, trainable, new_trainable)
            vector = collector.finish(
                [
                    batch,
                    pack.pack_parameters(collector, before, after),
                    pack.pack_scalars(collector),
                    (forward.sections, activations),
                ]
            )
        vector = collector.backend.as_output(pack.empty() if vector is None else vector)
        return (logs, (vector, head)), (new_trainable, new_non_trainable, *others)

    return train_step


def _recorded(
    model: keras.Model, collector: Collector, before: Sequence[Any], after: Sequence[Any]
) -> tuple[list[Any], list[Any]]:
    """Values of the plan's variables, picked from those of all trainable variables."""
    if not (collector.settings.weights or collector.settings.updates):
        return [], []
    position = {id(variable): i for i, variable in enumerate(model.trainable_variables)}
    chosen = [position[id(variable)] for variable in collector.plan.variables]
    return [before[i] for i in chosen], [after[i] for i in chosen]


class _Forward:
    """Carries the activations of the first `stateless_call` out of the differentiated function.

    Attributes:
        position: Index of the carrier in the model's non-trainable variables.
        sections: What the carried vector holds; empty when nothing was tapped.
    """

    def __init__(self, model: keras.Model, collector: Collector, carrier: _Carrier):
        self._model, self._collector, self._carrier = model, collector, carrier
        self.position = -1
        self.sections: tuple[Any, ...] = ()

    @contextlib.contextmanager
    def installed(self, non_trainable: list[Any]) -> Iterator[list[Any]]:
        """A block in which the model has the carrier; yields the values with the carrier's."""
        model, variable = self._model, self._carrier.state
        variable._shape = (1,)
        generators = model._seed_generators
        generators.append(self._carrier)
        try:
            known = model.non_trainable_variables
            self.position = next(i for i, v in enumerate(known) if v is variable)
            non_trainable.insert(self.position, ops.zeros((1,), "float32"))
            original = model.stateless_call
            with contextlib.ExitStack() as stack:
                call = functools.partial(self._call, original)
                stack.enter_context(instance_patch(model, "stateless_call", call))
                # Keras before 3.12 keeps one sharding a variable.
                shardings = getattr(model, "_non_trainable_variable_shardings", None)
                if shardings is not None:
                    shardings = list(shardings)
                    shardings.insert(self.position, variable.value.sharding)
                    name = "_non_trainable_variable_shardings"
                    stack.enter_context(instance_patch(model, name, shardings))
                yield non_trainable
        finally:
            generators[:] = [item for item in generators if item is not self._carrier]

    def _call(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """`stateless_call`, with the packed activations in place of the carrier's value."""
        collector = self._collector
        outside, collector.token = collector.token, collector.backend.trace_token()
        try:
            result = original(*args, **kwargs)
            packed = None
            if not self.sections:
                with collector.guard():
                    packed = pack.pack_activations(collector)
        finally:
            collector.token = outside
        if packed is None:
            return result
        self.sections, vector = packed
        # The scope that reads the state back checks its shape.
        self._carrier.state._shape = tuple(vector.shape)
        non_trainable = list(result[1])
        non_trainable[self.position] = vector
        return (result[0], non_trainable, *result[2:])
