"""Revives dead units (ReDo, arXiv:2302.12902): new weights into them, and none out of them yet.

The output of a dead unit is 0, so the model computes the same right after it: the weights that lead out
of a unit begin at 0, and learn as soon as the unit is active.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.training.hooks.optimizers import inner_of, is_several

Edges = Sequence[tuple[str, str]]  # from a layer to the next
# Between a layer and the next one with weights: the units stay in their order along the last axis.
_PASSED = tuple(
    [
        "Activation",
        "ReLU",
        "LeakyReLU",
        "ELU",
        "PReLU",
        "Dropout",
        "SpatialDropout",
        "Gaussian",
        "BatchNormalization",
        "MaxPooling",
        "AveragePooling",
        "GlobalMax",
        "GlobalAverage",
        "Flatten",
    ]
)
_NORMALISED = {"gamma": 1.0, "beta": 0.0, "moving_mean": 0.0, "moving_variance": 1.0}


@dataclasses.dataclass(frozen=True)
class Revived:
    """What a revival has changed.

    Attributes:
        count: How many units.
        following: Paths of layers whose weights from these units are 0 now.
        left: Paths of following layers that it cannot do that for.
    """

    count: int
    following: tuple[str, ...]
    left: tuple[str, ...]


def can_be_revived(layer: Any) -> bool:
    """Whether it is a layer whose units have a column of a kernel each."""
    kinds = (keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
    return isinstance(layer, kinds) and getattr(layer, "kernel", None) is not None


def after(layers: Mapping[str, Any], edges: Edges, path: str) -> list[str]:
    """The layers behind one, as far as its units keep their place.

    Args:
        layers: All layers by path.
        edges: Pairs of paths.
        path: Of the layer.

    Returns:
        Paths: layers that units pass, and those behind them.
    """
    found: list[str] = []
    waiting = [path]
    while waiting:
        here = waiting.pop(0)
        for source, target in edges:
            if source == here and target not in found and target in layers:
                found.append(target)
                if is_passed(layers[target]):
                    waiting.append(target)
    return found


def is_passed(layer: Any) -> bool:
    """Whether a layer leaves each unit where it is."""
    name = type(layer).__name__
    last = getattr(layer, "data_format", None) in (None, "channels_last")
    return name.startswith(_PASSED) and last


def revive(
    model: keras.Model,
    layers: Mapping[str, Any],
    edges: Edges,
    path: str,
    dead: np.ndarray,
    seed: int,
) -> Revived:
    """Gives dead units new incoming weights; to be called where variables can be assigned.

    Args:
        model: The model.
        layers: Its layers by path.
        edges: Pairs of paths.
        path: Of the layer, one that `can_be_revived`.
        dead: bool[U].
        seed: Of the new weights; no random state is touched.

    Returns:
        What was changed. The optimizer's moments of all these weights are 0 then.
    """
    layer = layers[path]
    slots = _Slots(model)
    _redraw(layer.kernel, layer.kernel_initializer, (..., dead), seed, slots)
    if layer.bias is not None:
        _redraw(layer.bias, layer.bias_initializer, (dead,), seed, slots)
    following: list[str] = []
    left: list[str] = []
    for name in after(layers, edges, path):
        target = layers[name]
        if is_passed(target):
            for weight, value in _NORMALISED.items():
                variable = getattr(target, weight, None)
                if variable is not None and tuple(variable.shape) == dead.shape:
                    slots.assign(variable, (dead,), value)
            continue
        done = _cut_off(target, dead, slots)
        (following if done else left).append(name)
    return Revived(int(dead.sum()), tuple(following), tuple(left))


def _redraw(variable: Any, initializer: Any, where: Any, seed: int, slots: "_Slots") -> None:
    config = initializer.get_config()
    if "seed" in config:  # its own would draw the very weights that have died
        initializer = type(initializer).from_config({**config, "seed": seed})
    drawn = initializer(tuple(variable.shape), dtype=variable.dtype)
    slots.assign(variable, where, _host(drawn)[where])


def _cut_off(layer: Any, dead: np.ndarray, slots: "_Slots") -> bool:
    """Sets the weights from dead units to 0; False where it is not known which those are."""
    if not can_be_revived(layer) or getattr(layer, "groups", 1) != 1:
        return False
    inputs = int(layer.kernel.shape[-2])
    if inputs % len(dead):
        return False
    # After Flatten, each position has all units.
    slots.assign(layer.kernel, (..., np.tile(dead, inputs // len(dead)), slice(None)), 0.0)
    return True


class _Slots:
    """Assigns parts of variables, and 0 to the same parts of the optimizer's moments."""

    def __init__(self, model: keras.Model):
        optimizer = inner_of(getattr(model, "optimizer", None))
        parts = optimizer.optimizers if is_several(optimizer) else [optimizer]
        self._optimizers = [part for part in parts if getattr(part, "built", False)]

    def assign(self, variable: Any, where: Any, value: Any) -> None:
        _assign(variable, where, value)
        for optimizer in self._optimizers:
            for slot in _slots_of(optimizer, variable):
                _assign(slot, where, 0.0)


def _slots_of(optimizer: Any, variable: Any) -> Iterator[Any]:
    trained = list(optimizer._trainable_variables)
    index = next((i for i, item in enumerate(trained) if item is variable), None)
    for slots in vars(optimizer).values():
        if index is None or not isinstance(slots, list) or len(slots) != len(trained):
            continue
        slot = slots[index]
        is_slot = isinstance(slot, keras.Variable) and slot is not variable
        if is_slot and tuple(slot.shape) == tuple(variable.shape):
            yield slot


def _assign(variable: Any, where: Any, value: Any) -> None:
    array = _host(variable.value)
    array[where] = value
    variable.assign(array)


def _host(tensor: Any) -> np.ndarray:
    return np.array(keras.ops.convert_to_numpy(tensor))
