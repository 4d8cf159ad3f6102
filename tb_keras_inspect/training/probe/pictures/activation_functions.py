"""Activation functions in use: curve, and the pre-activations of one forward pass."""

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

import keras
import numpy as np
from keras import ops

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.patches import instance_patch
from tb_keras_inspect.training.hooks.call_log import MAX_CALLS
from tb_keras_inspect.training.hooks.keras_hooks import is_observed
from tb_keras_inspect.training.model.config import config_of
from tb_keras_inspect.training.reduce.layout import site_name
from tb_keras_inspect.training.reduce.saturation import FLAT_SLOPE, activation_of

BINS = 128
MAX_SAMPLE = 4096  # pre-activations that are counted
_SLOPE_RANGE, _SLOPE_POINTS = (
    6.0,
    129,
)  # where the steepest slope is looked for, besides the range met
_LARGEST = float(np.finfo(np.float32).max)
_STEP = 1e-3  # of central differences, relative to 1 + |x|
_SAME = 1e-5  # two evaluations of a function of one value differ by no more, relatively

# Layers that are an activation function themselves.
_OWN = tuple(
    getattr(keras.layers, name)
    for name in ("ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax")
    if hasattr(keras.layers, name)
)
# Functions of Keras that depend on several values; others are tested.
_OF_MANY = ("softmax", "log_softmax", "sparsemax", "glu")
MANY_VALUES = "it depends on more than one value at a time"
Function = Callable[..., Any]
Take = Callable[[str, dict[str, Any]], None]


@dataclasses.dataclass(frozen=True)
class Used:
    """An activation function of a layer.

    Attributes:
        layer: The layer.
        name: Its name.
        function: The function's name.
        attribute: Where it is on the layer: "activation", or "call" where the layer is the function.
    """

    layer: keras.layers.Layer
    name: str
    function: str
    attribute: str

    @property
    def key(self) -> tuple[Any, ...]:
        """Functions of the same key are interchangeable."""
        if self.attribute == "activation":
            return "curve", self.layer.__dict__.get("activation", self.layer)
        config = config_of(self.layer)
        own = {k: v for k, v in config.items() if k not in ("name", "dtype", "trainable")}
        return "curve", type(self.layer), repr(sorted(own.items()))


def used_in(layers: Iterable[tuple[keras.layers.Layer, str]]) -> list[Used]:
    """The activation functions of layers and their names; `linear` is left out."""
    found = []
    for layer, name in layers:
        if isinstance(layer, _OWN):
            found.append(Used(layer, name, activation_of(layer) or type(layer).__name__, "call"))
        elif _has_function(layer):
            found.append(Used(layer, name, activation_of(layer), "activation"))
    return found


def _has_function(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.RNN) or not hasattr(layer, "activation"):
        return False
    function = layer.activation
    plain = callable(function) and function is not keras.activations.linear
    # A layer given as the activation is called, and seen, as a layer. A property cannot be shadowed.
    is_layer = isinstance(function, keras.layers.Layer)
    return plain and not is_layer and not isinstance(_on_class(layer, "activation"), property)


def _on_class(layer: keras.layers.Layer, name: str) -> Any:
    return getattr(type(layer), name, None)


class ActivationInputs:
    """Sees what goes into activation functions, and hands what is kept of it to a function.

    Args:
        used: The functions.
        take: Called with the call's name and small tensors, for `record_of`.
        backend: The backend in use.
        token: The trace in which tensors can be recorded, as `Backend.trace_token` gives it.

    Attributes:
        functions: Name of a call to the name of its function.
        omissions: Name of a call to the reason why it is not shown.
        reasons: Name of a call to the reason why it has no curve.
    """

    def __init__(
        self,
        used: Iterable[Used],
        take: Take,
        backend: Backend,
        token: Any,
    ):
        self._used, self._take, self._backend, self._token = list(used), take, backend, token
        self._calls: dict[int, int] = {}
        self.functions: dict[str, str] = {}
        self.omissions: dict[str, str] = {}
        self.reasons: dict[str, str] = {}

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """A block in which the functions are observed on this thread."""
        with contextlib.ExitStack() as stack:
            for used in self._used:
                if getattr(used.layer, "_remat_mode", None) is not None:
                    self.omissions[used.name] = "made under `RematScope`: its values are not kept"
                    continue  # Keras would rematerialize another function than the layer's own
                wrapped = self._wrapped(used, getattr(used.layer, used.attribute))
                stack.enter_context(instance_patch(used.layer, used.attribute, wrapped))
            yield

    def _wrapped(self, used: Used, original: Function) -> Function:
        def function(x: Any, *args: Any, **kwargs: Any) -> Any:
            if is_observed():
                with self._backend.no_gradient():
                    self._saw(used, original, x)
            return original(x, *args, **kwargs)

        return function

    def _saw(self, used: Used, original: Function, x: Any) -> None:
        call = self._calls[id(used.layer)] = self._calls.get(id(used.layer), -1) + 1
        name = site_name(used.name, call, 0)
        reason = self._backend.unrecordable(x, self._token)
        if call >= MAX_CALLS:
            name, reason = used.name, f"only the first {MAX_CALLS} calls are recorded"
        if reason is not None:
            self.omissions[name] = reason
            return
        self.functions[name] = used.function
        flat = ops.cast(ops.reshape(self._backend.detach(x), (-1,)), "float32")
        keep = functools.partial(inputs_kept, self._backend)
        try:
            draw = functools.partial(curve_kept, _of_one_value(used, original))
            both = self._backend.reusable(lambda flat: _with_curve(keep(flat), draw), used.key)
            kept = both(flat)
        except Exception as error:  # of the function: it may want more than one value at a time
            lines = str(error).strip().splitlines() or [type(error).__name__]
            self.reasons[name] = lines[0]
            kept = self._backend.reusable(keep, ("no curve",))(flat)
        self._take(name, kept)


def _with_curve(
    kept: dict[str, Any], draw: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    return kept | draw(kept)


def _of_one_value(used: Used, function: Function) -> Function:
    """The function, unless it is known to have no curve.

    Raises:
        ValueError: if it has none.
    """
    if isinstance(used.layer, keras.layers.PReLU):
        raise ValueError("it has a slope of its own for each unit")
    if used.function in _OF_MANY:
        raise ValueError(MANY_VALUES)
    return function


def inputs_kept(backend: Backend, flat: Any) -> dict[str, Any]:
    """What is kept of pre-activations, float32[n]: small tensors, whatever their number."""
    finite = ops.isfinite(flat)
    return {
        "low": ops.min(ops.where(finite, flat, _LARGEST)),
        "high": ops.max(ops.where(finite, flat, -_LARGEST)),
        "nonfinite": ops.sum(ops.cast(ops.logical_not(finite), "float32")),
        "sample": backend.thin(flat, MAX_SAMPLE),
    }


def _widened(low: Any, high: Any, xp: ModuleType) -> Any:
    """The upper end of a range that is not a point, in float32."""
    return xp.minimum(xp.maximum(high, low + _STEP * (1.0 + xp.absolute(low))), _LARGEST)


def curve_kept(function: Function, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The function at the edges of the bins, twice, and its slopes where the sample is.

    Args:
        function: The function.
        kept: What `inputs_kept` gives.

    Raises:
        Exception: what the function raises.
    """
    low, high = kept["low"], _widened(kept["low"], kept["high"], ops)
    fraction = ops.convert_to_tensor(np.linspace(0.0, 1.0, BINS + 1, dtype=np.float32))
    points = low * (1.0 - fraction) + high * fraction
    steep = np.linspace(-_SLOPE_RANGE, _SLOPE_RANGE, _SLOPE_POINTS, dtype=np.float32)
    where = ops.concatenate([kept["sample"], points, ops.convert_to_tensor(steep)])
    step = _STEP * (1.0 + ops.absolute(where))
    everything = ops.concatenate([points, where + step, where - step])
    # One value a row, and all values in one row: only a function of one value gives both the same.
    apart = ops.reshape(ops.cast(function(everything[:, None]), "float32"), (-1,))
    together = ops.reshape(ops.cast(function(points[None, :]), "float32"), (-1,))
    above, below = ops.split(apart[BINS + 1 :], 2)
    slopes = ops.absolute(above - below) / (2.0 * step)
    return {"curve": apart[: BINS + 1], "together": together, "slopes": slopes}


@dataclasses.dataclass(frozen=True)
class FunctionRecord:
    """One activation function in use, on the host; see `records.encode_activation_function`."""

    low: float
    high: float
    counts: np.ndarray
    curve: np.ndarray | None
    nonfinite: int
    flat_fraction: float
    reason: str


def record_of(kept: Mapping[str, np.ndarray], reason: str = "") -> FunctionRecord:
    """Bins, curve and flat fraction, from what `inputs_kept` and `curve_kept` kept."""
    nonfinite, sample = int(kept["nonfinite"]), kept["sample"]
    if kept["low"] > kept["high"]:
        nothing, none = np.zeros(BINS, np.int64), "no pre-activation is finite"
        return FunctionRecord(0.0, 0.0, nothing, None, nonfinite, float("nan"), none)
    low, high = float(kept["low"]), float(_widened(kept["low"], kept["high"], np))
    finite = np.isfinite(sample)
    counts, _ = np.histogram(sample[finite].astype(np.float64), BINS, (low, high))
    curve, flat, reason = _curve_of(kept, finite, reason)
    return FunctionRecord(low, high, counts, curve, nonfinite, flat, reason)


def _curve_of(
    kept: Mapping[str, np.ndarray], finite: np.ndarray, reason: str
) -> tuple[np.ndarray | None, float, str]:
    if "curve" not in kept:
        return None, float("nan"), reason
    curve, together = kept["curve"], kept["together"]
    same = curve.shape == together.shape == (BINS + 1,) and np.allclose(
        curve, together, rtol=_SAME, atol=_SAME, equal_nan=True
    )
    if not same:
        return None, float("nan"), MANY_VALUES
    slopes = kept["slopes"]
    known = slopes[np.isfinite(slopes)]
    steepest = known.max(initial=0.0)
    mine = slopes[: len(finite)][finite]
    flat = float(np.mean(mine < FLAT_SLOPE * steepest)) if steepest > 0 and len(mine) else None
    return curve, float("nan") if flat is None else flat, ""
