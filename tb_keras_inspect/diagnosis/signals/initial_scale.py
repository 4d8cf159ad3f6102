"""The standard deviation of a variable's first values, against what an initializer should give it."""

import math

import numpy as np

from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.store.model.model import VariableInfo

PLAIN = (
    "Dense",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "SimpleRNN",
    "SimpleRNNCell",
    "LSTM",
    "LSTMCell",
    "GRU",
    "GRUCell",
)
BIAS = 3.0  # Keras starts biases at 0, and that of a forget gate at 1
EMBEDDING = 1.0  # standard deviation; Keras draws 0.03, others up to 1


def expected_std(facts: Facts, variable: VariableInfo) -> tuple[float, float]:
    """The smallest and the largest usual standard deviation of a variable's initial values.

    Those of Glorot (2010), LeCun (1998) and He (2015): variances of 2 / (in + out), 1 / in and 2 / in.

    Returns:
        NaN twice for a variable of a kind with other rules.
    """
    layer = facts.structure.layers[variable.layer] if variable.layer >= 0 else None
    if layer is None:
        return math.nan, math.nan
    if variable.path.endswith("bias") and layer.class_name in PLAIN:
        return 0.0, BIAS
    if len(variable.shape) < 2:
        return math.nan, math.nan
    if layer.class_name == "Embedding":
        return 0.0, EMBEDDING
    if layer.class_name not in PLAIN:
        return math.nan, math.nan
    receptive = math.prod(variable.shape[:-2])
    fan_in, fan_out = receptive * variable.shape[-2], receptive * variable.shape[-1]
    if fan_in < 1 or fan_out < 1:
        return math.nan, math.nan
    glorot = math.sqrt(2 / (fan_in + fan_out))
    return min(glorot, math.sqrt(1 / fan_in)), max(glorot, math.sqrt(2 / fan_in))


def initial_excess(facts: Facts) -> dict[str, tuple[float, float, float]]:
    """Path of each such variable to its first standard deviation, relative to the usual ones.

    Returns:
        The standard deviation, divided by the smallest usual one, and by the largest; in forward order.
        Nothing if the weights of the first step were not recorded: later ones are no initial weights.
    """
    weights = facts.track("weight")
    if weights is None or facts.first_step > 0 or not len(weights.at) or weights.at[0] > 0:
        return {}
    found = {}
    for variable in facts.structure.variables:
        row = weights.row(variable.path)
        low, high = expected_std(facts, variable)
        if row is None or math.isnan(high):
            continue
        size = float(np.hypot(weights.thin("std")[0, row], weights.thin("mean")[0, row]))
        found[variable.path] = (size, size / low if low else math.nan, size / high)
    return found


def first_size(facts: Facts, site: str) -> float:
    """Root mean square of a layer's output at the first sample; NaN if it was not recorded."""
    track = facts.track("activation")
    row = track.row(site) if track is not None else None
    if track is None or row is None:
        return math.nan
    return float(np.hypot(track.thin("mean")[0, row], track.thin("std")[0, row]))
