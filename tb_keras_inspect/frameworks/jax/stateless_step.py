"""The observed step of JAX, whose layer outputs exist only inside the differentiated function.

They leave it the way state does: while the step is traced, a hidden non-trainable variable stands in
the model's list of seed generators (in `variables`, in no saved file), and what `stateless_call`
returns for it is the packed vector of layer outputs. `stateless_compute_loss` appends the losses of the
examples.
"""

import contextlib
import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.instrumentation import Observe, StepObservation, ValuesOf
from tb_keras_inspect.frameworks.patches import instance_patch


def stateless_step(
    backend: Backend, model: keras.Model, observe: Observe
) -> Callable[[Any, Any], tuple[Any, Any]]:
    """Wraps `model.train_step`.

    Args:
        backend: The backend.
        model: The model.
        observe: Called at each trace, or at each step where steps are not traced.

    Returns:
        A function of the state and the batch. It returns (the logs, (the packed vector, what is kept
        of the batch)), and the new state.
    """
    original = model.train_step
    variable = keras.Variable(np.zeros((1,), "float32"), trainable=False, name="packed_outputs")
    hidden = _HiddenState(variable)

    def train_step(state: Any, data: Any) -> tuple[Any, Any]:
        observation = observe()
        trainable, non_trainable, *others = state
        observation.begin(data, _values_in(model, state))
        forward = _ForwardPass(model, observation, hidden)
        with forward.installed(list(non_trainable)) as with_hidden, observation.observing():
            logs, new_state = original((trainable, with_hidden, *others), data)
        new_trainable, new_non_trainable, *others = new_state
        new_non_trainable = list(new_non_trainable)
        outputs, losses = forward.split(new_non_trainable.pop(forward.position))
        new_state = (new_trainable, new_non_trainable, *others)
        values_of = _values_in(model, new_state)
        vector, kept = observation.end(logs, values_of, (forward.sections, outputs), losses)
        recorded = backend.vector_as_output(vector), kept
        return (logs, recorded), new_state

    return train_step


def _values_in(model: keras.Model, state: Sequence[Any]) -> ValuesOf:
    """Picks the values of some variables of the model and its optimizer from a step's state."""

    def values_of(variables: Sequence[Any]) -> list[Any]:
        optimizer = getattr(model.optimizer, "variables", ())
        known = model.trainable_variables, model.non_trainable_variables, optimizer
        values = {
            id(variable): value
            for own, part in zip(known, state, strict=False)
            for variable, value in zip(own, part, strict=False)
        }
        return [values[id(variable)] for variable in variables]

    return values_of


class _HiddenState:
    """Looks like a seed generator to `Layer.variables`."""

    def __init__(self, state: keras.Variable):
        self.state = state


class _ForwardPass:
    """Takes the layer outputs of the first `stateless_call` out of the differentiated function.

    Attributes:
        position: Index of the hidden variable among the model's non-trainable variables.
        sections: How the vector that comes out is divided; empty where nothing was recorded.
    """

    def __init__(self, model: keras.Model, observation: StepObservation, hidden: _HiddenState):
        self._model, self._observation, self._hidden = model, observation, hidden
        self.position = -1
        self.sections: tuple[Any, ...] = ()
        self._losses: tuple[int, ...] | None = None  # their shape; they are at the vector's end

    @contextlib.contextmanager
    def installed(self, non_trainable: list[Any]) -> Iterator[list[Any]]:
        """A block in which the model has the hidden variable; yields the values with its own."""
        model, variable = self._model, self._hidden.state
        variable._shape = (1,)
        generators = model._seed_generators
        generators.append(self._hidden)
        try:
            known = model.non_trainable_variables
            self.position = next(i for i, v in enumerate(known) if v is variable)
            non_trainable.insert(self.position, ops.zeros((1,), "float32"))
            original = model.stateless_call
            with contextlib.ExitStack() as stack:
                call = functools.partial(self._call, original)
                stack.enter_context(instance_patch(model, "stateless_call", call))
                compute_loss = functools.partial(self._compute_loss, model.stateless_compute_loss)
                stack.enter_context(instance_patch(model, "stateless_compute_loss", compute_loss))
                # Keras before 3.12 keeps one sharding for each variable.
                shardings = getattr(model, "_non_trainable_variable_shardings", None)
                if shardings is not None:
                    shardings = list(shardings)
                    shardings.insert(self.position, variable.value.sharding)
                    name = "_non_trainable_variable_shardings"
                    stack.enter_context(instance_patch(model, name, shardings))
                yield non_trainable
        finally:
            generators[:] = [item for item in generators if item is not self._hidden]

    def _call(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """`stateless_call`, with the packed outputs in place of the hidden variable's value."""
        packed = None
        with self._observation.in_forward_pass():
            result = original(*args, **kwargs)
            if not self.sections:
                if kwargs.get("return_losses"):
                    self._observation.saw_added_losses(result[2])
                packed = self._observation.pack_outputs()
        if packed is None:
            return result
        self.sections, vector = packed
        # The scope that reads the state back checks its shape.
        self._hidden.state._shape = tuple(vector.shape)
        non_trainable = list(result[1])
        non_trainable[self.position] = vector
        return (result[0], non_trainable, *result[2:])

    def _compute_loss(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """`stateless_compute_loss`, with the losses of the examples behind the packed outputs."""
        with self._observation.in_forward_pass():
            result = original(*args, **kwargs)
            losses = None if self._losses else self._observation.pack_losses()
        if losses is None:
            return result
        loss, (trainable, non_trainable, *others) = result
        non_trainable = list(non_trainable)
        outputs = non_trainable[self.position]
        vector = ops.concatenate([outputs, ops.reshape(losses, (-1,))])
        self._losses, self._hidden.state._shape = tuple(losses.shape), tuple(vector.shape)
        non_trainable[self.position] = vector
        return loss, (trainable, non_trainable, *others)

    def split(self, vector: Any) -> tuple[Any, Any]:
        """The hidden variable's value as packed outputs, and losses or None."""
        if self._losses is None:
            return vector, None
        end = vector.shape[0] - math.prod(self._losses)
        return vector[:end], ops.reshape(vector[end:], self._losses)
