"""What commands change: learning rate, clipping, frozen layers. Undone when the fit ends, but for a
learning rate that is a variable: that stays, as when a callback of Keras sets it."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import keras
from keras import ops

from tb_keras_inspect.catalog.commands import CLIPPING, CommandError, short
from tb_keras_inspect.training.hooks.optimizers import inner_of
from tb_keras_inspect.training.model import names

VARIABLE, SCHEDULE, OVERRIDE = "variable", "schedule", "override"


class Effects:
    """The settings of one model's training that can be changed while it runs.

    Every method runs where the model's variables can be read and assigned.

    Args:
        model: The model in `fit`.

    Attributes:
        retraces: How often the training function has been made anew.
    """

    def __init__(self, model: keras.Model):
        self._model = model
        self._schedule: Any = None  # what an override has replaced
        self._clipping: dict[str, Any] | None = None  # as the program had it
        self._frozen: dict[str, list[Any]] = {}  # layer to variables
        self.retraces = 0

    # The learning rate.

    def learning_rate(self) -> tuple[float, str]:
        """Its value now, and whether it is a variable, of a schedule, or overrides one."""
        optimizer = self._optimizer()
        value = float(ops.convert_to_numpy(ops.convert_to_tensor(optimizer.learning_rate)))
        if self._schedule is not None:
            return value, OVERRIDE
        is_variable = isinstance(optimizer._learning_rate, keras.Variable)
        return value, VARIABLE if is_variable else SCHEDULE

    def set_learning_rate(self, value: float) -> None:
        """Sets it; in place of a schedule where there is one."""
        optimizer = self._optimizer()
        if isinstance(optimizer._learning_rate, keras.Variable):
            optimizer.learning_rate = value
            return
        if self._schedule is None:
            self._schedule = optimizer._learning_rate
        # A tensor: a constant of the next trace, that Keras can also save.
        optimizer._learning_rate = ops.convert_to_tensor(value, keras.config.floatx())
        self._retrace()

    def use_schedule(self) -> None:
        """Ends an override."""
        if self._schedule is None:
            raise CommandError("The learning rate overrides no schedule")
        self._optimizer()._learning_rate, self._schedule = self._schedule, None
        self._retrace()

    # Clipping.

    def clipping(self) -> dict[str, Any]:
        """How gradients are limited: `kind` and `value`."""
        optimizer = self._optimizer()
        for kind in CLIPPING[1:]:
            limit = getattr(optimizer, kind, None)
            if limit and math.isfinite(limit):
                return {"kind": kind, "value": float(limit)}
        return {"kind": CLIPPING[0], "value": None}

    def set_clipping(self, kind: str, value: float | None) -> None:
        """Limits gradients from now on."""
        optimizer = self._optimizer()
        if self._clipping is None:
            self._clipping = {name: getattr(optimizer, name, None) for name in CLIPPING[1:]}
        for name in CLIPPING[1:]:
            setattr(optimizer, name, value if name == kind else None)
        self._retrace()

    # Layers.

    def frozen(self) -> list[str]:
        """Names of the layers whose weights are not updated."""
        return sorted(self._frozen)

    def freeze(self, layers: Sequence[str]) -> None:
        """The optimizer leaves out their weights from now on: no update, no decay, no momentum."""
        known = self._variables_of(layers)
        self._frozen |= known
        self._install()

    def unfreeze(self, layers: Iterable[str]) -> None:
        """The optimizer takes them again."""
        layers = list(layers)
        if strange := [name for name in layers if name not in self._frozen]:
            frozen = ", ".join(self.frozen()) or "none"
            raise CommandError(f"{short(strange[0])} is not frozen here. Frozen: {frozen}")
        for name in layers:
            del self._frozen[name]
        self._install()

    def undo(self) -> None:
        """The fit has ended: leaves the optimizer as the program made it."""
        optimizer = inner_of(getattr(self._model, "optimizer", None))
        if optimizer is not None:
            optimizer.__dict__.pop("apply", None)
            if self._schedule is not None:
                optimizer._learning_rate = self._schedule
            for name, value in (self._clipping or {}).items():
                setattr(optimizer, name, value)
        if self.retraces:
            self._model.train_function = None  # the next fit makes it, without what was changed
        self._schedule, self._clipping, self._frozen, self.retraces = None, None, {}, 0

    def _variables_of(self, layers: Sequence[str]) -> dict[str, list[Any]]:
        found = names.layer_names(self._model)
        by_name = {found[id(layer)]: layer for layer, _ in names.layers_of(self._model)}
        for name in layers:
            if name not in by_name:
                raise CommandError(f"The model has no layer {short(name)}")
            if not by_name[name].trainable_variables:
                raise CommandError(f"Layer {name!r} has no weights that are trained")
        return {name: list(by_name[name].trainable_variables) for name in layers}

    def _install(self) -> None:
        """Has the optimizer skip frozen variables.

        Not `layer.trainable`: on JAX the state that travels through `fit` is sorted by it, and cannot
        change its parts in mid-fit.
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
            raise CommandError("The model was compiled without an optimizer of Keras")
        return inner_of(optimizer)

    def _retrace(self) -> None:
        self._model.make_train_function(force=True)
        self.retraces += 1


def _apply_without(optimizer: Any, skipped: set[int]) -> Any:
    """`optimizer.apply` that leaves out some variables."""

    def apply(grads: Any, trainable_variables: Any = None) -> None:
        if trainable_variables is None:
            trainable_variables = optimizer._trainable_variables
        pairs = zip(grads, trainable_variables, strict=True)
        kept = [(gradient, v) for gradient, v in pairs if id(v) not in skipped]
        if not kept:
            optimizer._iterations.assign_add(1)
            return
        # The class's own, looked up now: it may be instrumented for this step.
        type(optimizer).apply(optimizer, *map(list, zip(*kept, strict=True)))

    return apply
