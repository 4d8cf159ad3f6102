"""Saturation: which outputs of an activation function lie where its slope is nearly zero.

A smooth function counts as saturated where its slope is under 1/40 of its steepest: for a sigmoid
that is beyond |x| = 5.06 (outputs within 0.0063 of 0 and 1), for tanh beyond |x| = 2.53 (within
0.0126 of -1 and 1); DeepDiagnosis (Wardat et al., 2022) uses |x| = 5. Piecewise linear
ones count where they are exactly flat.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

FLAT_SLOPE = 1.0 / 40.0  # of the steepest slope
# 4 s (1 - s) < FLAT_SLOPE, solved for s, the output.
_SIGMOID_LOW = (1.0 - (1.0 - FLAT_SLOPE) ** 0.5) / 2.0
# 1 - t**2 < FLAT_SLOPE, solved for |t|.
_TANH_HIGH = (1.0 - FLAT_SLOPE) ** 0.5
# (1 - |y|)**2 < FLAT_SLOPE, solved for |y|.
_SOFTSIGN_HIGH = 1.0 - FLAT_SLOPE**0.5


def _both_ends(low: float, high: float) -> Callable[[Any], Any]:
    return lambda y: ops.logical_or(y <= low, y >= high)


_MASKS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": _both_ends(_SIGMOID_LOW, 1.0 - _SIGMOID_LOW),
    "hard_sigmoid": _both_ends(0.0, 1.0),
    "tanh": _both_ends(-_TANH_HIGH, _TANH_HIGH),
    "hard_tanh": _both_ends(-1.0, 1.0),
    "softsign": _both_ends(-_SOFTSIGN_HIGH, _SOFTSIGN_HIGH),
    "relu6": lambda y: y >= 6.0,
    # One class has all the probability: every slope p (1 - p) of the sample is then flat.
    "softmax": lambda y: ops.max(y, axis=-1) >= 1.0 - _SIGMOID_LOW,
}
# Their `activation` is applied inside the cell, not to the output.
_INNER = (keras.layers.RNN,)


def activation_of(layer: keras.layers.Layer) -> str:
    """Keras name of the activation function of a layer; "" where there is none."""
    if isinstance(layer, _INNER):
        return ""
    if isinstance(layer, keras.layers.ReLU):
        return "relu6" if layer.max_value == 6 else "relu"
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    function = getattr(layer, "activation", None)
    if function is None:
        return ""
    return getattr(function, "__name__", None) or type(function).__name__


def saturated_fraction(outputs: Any, activation: str) -> Any:
    """Fraction of outputs (for softmax: of samples) where the activation function is flat.

    Args:
        outputs: Tensor of any shape, the function's output.
        activation: Keras name of the function.

    Returns:
        Scalar tensor, NaN where the function never saturates or is not known. A NaN in the outputs
        counts as not saturated: it is counted elsewhere.
    """
    mask = _MASKS.get(activation)
    if mask is None:
        return ops.convert_to_tensor(float("nan"), "float32")
    return ops.mean(ops.cast(mask(outputs), "float32"))
