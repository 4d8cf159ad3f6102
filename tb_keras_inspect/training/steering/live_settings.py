"""Changes settings while training runs: learning rate, gradient clipping, frozen layers.

When the fit ends they are restored, except a learning rate that is a variable: that stays, as it does
when a Keras callback sets it.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
from keras import ops

from tb_keras_inspect.catalog.commands import CLIPPING, CommandError, short
from tb_keras_inspect.training.hooks.optimizers import inner_of
from tb_keras_inspect.training.model import names
from tb_keras_inspect.training.step.train_function_slot import TrainFunctionSlot

VARIABLE, SCHEDULE, OVERRIDE = "variable", "schedule", "override"


class LiveSettings:
    """The settings of one model that can be changed while it trains.

    Every method must run where the model's variables can be read and assigned.

    Args:
        model: The model in `fit`.
        slot: The owner of its train function.
    """

    def __init__(self, model: keras.Model, slot: TrainFunctionSlot):
        self._model, self._slot = model, slot
        self._schedule: Any = None  # that an override has replaced
        self._clipping: dict[str, Any] | None = None  # before the first change
        self._frozen: dict[str, list[Any]] = {}  # layer to variables
        self._is_rebuilt = False  # whether the train function was built again

    def learning_rate(self) -> tuple[float, str]:
        """Return the learning rate and its source: "variable", "schedule" or "override"."""
        optimizer = self._optimizer()
        value = float(ops.convert_to_numpy(ops.convert_to_tensor(optimizer.learning_rate)))
        if self._schedule is not None:
            return value, OVERRIDE
        is_variable = isinstance(optimizer._learning_rate, keras.Variable)
        return value, VARIABLE if is_variable else SCHEDULE

    def set_learning_rate(self, value: float) -> None:
        """Set the learning rate, overriding a schedule if there is one."""
        optimizer = self._optimizer()
        if isinstance(optimizer._learning_rate, keras.Variable):
            optimizer.learning_rate = value
            return
        if self._schedule is None:
            self._schedule = optimizer._learning_rate
        # A tensor: a constant of the next trace, and Keras can save it.
        optimizer._learning_rate = ops.convert_to_tensor(value, keras.config.floatx())
        self._retrace()

    def use_schedule(self) -> None:
        """Return to the schedule that is overridden.

        Raises:
            CommandError: If none is.
        """
        if self._schedule is None:
            raise CommandError("The learning rate overrides no schedule")
        self._optimizer()._learning_rate, self._schedule = self._schedule, None
        self._retrace()

    def clipping(self) -> dict[str, Any]:
        """Return how gradients are clipped: `kind` and `value`."""
        optimizer = self._optimizer()
        for kind in CLIPPING[1:]:
            limit = getattr(optimizer, kind, None)
            if limit and math.isfinite(limit):
                return {"kind": kind, "value": float(limit)}
        return {"kind": CLIPPING[0], "value": None}

    def set_clipping(self, kind: str, value: float | None) -> None:
        """Change how gradients are clipped."""
        optimizer = self._optimizer()
        if self._clipping is None:
            self._clipping = {name: getattr(optimizer, name, None) for name in CLIPPING[1:]}
        for name in CLIPPING[1:]:
            setattr(optimizer, name, value if name == kind else None)
        self._retrace()

    def frozen(self) -> list[str]:
        """Return the names of the layers that are frozen."""
        return sorted(self._frozen)

    def freeze(self, layers: Sequence[str]) -> None:
        """Stop updating the weights of layers: no update, no decay, no momentum.

        Raises:
            CommandError: If the model has no such layer, or the layer has no trainable weights.
        """
        known = self._variables_of(layers)
        self._frozen |= known
        self._apply_frozen()

    def unfreeze(self, layers: Iterable[str]) -> None:
        """Update the weights of frozen layers again.

        Raises:
            CommandError: If a layer is not frozen.
        """
        layers = list(layers)
        if unknown := [name for name in layers if name not in self._frozen]:
            frozen = ", ".join(self.frozen()) or "none"
            raise CommandError(f"{short(unknown[0])} is not frozen. Frozen layers: {frozen}")
        for name in layers:
            del self._frozen[name]
        self._apply_frozen()

    def restore(self) -> None:
        """Restore the optimizer when the fit ends."""
        optimizer = inner_of(getattr(self._model, "optimizer", None))
        if optimizer is not None:
            optimizer.__dict__.pop("apply", None)
            if self._schedule is not None:
                optimizer._learning_rate = self._schedule
            for name, value in (self._clipping or {}).items():
                setattr(optimizer, name, value)
        if self._is_rebuilt:
            self._slot.discard()  # the next fit builds it with the original settings
        self._schedule, self._clipping, self._frozen, self._is_rebuilt = None, None, {}, False

    def _variables_of(self, layers: Sequence[str]) -> dict[str, list[Any]]:
        found = names.layer_names(self._model)
        by_name: dict[str, Any] = {
            found[id(layer)]: layer for layer, _ in names.layers_of(self._model)
        }
        for name in layers:
            if name not in by_name:
                raise CommandError(f"The model has no layer {short(name)}")
            if not by_name[name].trainable_variables:
                raise CommandError(f"Layer {name!r} has no trainable weights")
        return {name: list(by_name[name].trainable_variables) for name in layers}

    def _apply_frozen(self) -> None:
        """Make the optimizer skip the variables of frozen layers.

        Not with `layer.trainable`: on JAX the state that `fit` passes on is sorted by it, and its parts
        cannot change during a fit.
        """
        optimizer = self._optimizer()
        skipped = {id(variable) for variables in self._frozen.values() for variable in variables}
        optimizer.__dict__.pop("apply", None)
        if skipped:
            optimizer.__dict__["apply"] = _apply_without(optimizer, skipped)
        self._retrace()

    def _optimizer(self) -> Any:
        optimizer = getattr(self._model, "optimizer", None)
        if optimizer is None:
            raise CommandError("The model was compiled without a Keras optimizer")
        return inner_of(optimizer)

    def _retrace(self) -> None:
        self._slot.remake()
        self._is_rebuilt = True


def _apply_without(optimizer: Any, skipped: set[int]) -> Callable[..., None]:
    """Return a version of `optimizer.apply` that skips some variables."""

    def apply(grads: Any, trainable_variables: Any = None) -> None:
        if trainable_variables is None:
            trainable_variables = optimizer._trainable_variables
        elif not optimizer.built:  # in the first step, and for all that may be unfrozen later
            with keras.name_scope(optimizer.name):
                optimizer.build(trainable_variables)
        pairs = zip(grads, trainable_variables, strict=True)
        kept = [(gradient, v) for gradient, v in pairs if id(v) not in skipped]
        if not kept:
            optimizer._iterations.assign_add(1)
            return
        # Looked up in the class at each call: it may be instrumented for this step.
        type(optimizer).apply(optimizer, *map(list, zip(*kept, strict=True)))

    return apply
