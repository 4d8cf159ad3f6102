"""Layer outputs and probe samples to messages."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.frameworks.foreign import is_composite
from tb_keras_inspect.records import encode_map, encode_map_index, encode_probe
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.probe.pictures import maps
from tb_keras_inspect.training.probe.pictures.map_sizes import Caps, Size, fit_sizes

# Inputs are recorded once, so they get more pixels than maps.
FEW = 64  # features
INPUT_CAPS = Caps(max_pixels=256 * 256, max_bytes=4_000_000)


@dataclasses.dataclass(frozen=True)
class LayerMap:
    """What is shown of one layer output.

    Attributes:
        name: Site name.
        view: How the output is shown.
        values: float32[samples, height, width, c].
        channels: int32[c], which channels of the layer these are.
        dead: bool[c].
        full_shape: Of the array, where it is not that of `view`.
        rows, norms, targets, layer: See `records.encode_map`.
        observations: float32[N, C] feature vectors; not recorded.
    """

    name: str
    view: maps.View
    values: np.ndarray
    channels: np.ndarray
    dead: np.ndarray
    full_shape: tuple[int, ...] | None = None
    rows: np.ndarray | None = None
    norms: np.ndarray | None = None
    targets: np.ndarray | None = None
    layer: str = ""
    observations: np.ndarray | None = None


def reduce_output(
    name: str, x: np.ndarray, view: maps.View, size: Size, channels: np.ndarray | None = None
) -> LayerMap:
    """Selects channels and averages pixels on the host.

    Args:
        name: Site name.
        x: float32, of shape `view.full_shape`.
        view: How it is shown.
        size: How much to keep.
        channels: int32[c], those to show; None to select `size.channels` of them.
    """
    # Infinities make NaNs in variances and means, as they should.
    with np.errstate(invalid="ignore", over="ignore"):
        dead = maps.dead_channels(x, view, np)
        if channels is None:
            fits = len(dead) <= size.channels
            variance = dead if fits else maps.channel_variance(x, view, np)
            channels = maps.select_channels(variance, dead, size.channels)
        values = maps.average(maps.picture(x, view, np, channels), size.factors, np)
    return LayerMap(name, view, values, channels, dead[channels])


def encode_maps(
    model: int, layer_maps: Sequence[LayerMap], omissions: Sequence[pb.Omission]
) -> list[Any]:
    """The messages of one snapshot: a `MapIndex`, then one `MapRecord` a map."""
    index = encode_map_index(model, [item.name for item in layer_maps], omissions)
    return [index, *(_encode(model, item, item.view.layout) for item in layer_maps)]


def encode_inputs(
    model: int, inputs: Sequence[tuple[str, Any]], labels: np.ndarray | None = None
) -> pb.ProbeRecord:
    """The probe samples as maps.

    Four-dimensional inputs with one or three channels are pictures ("rgb"), two-dimensional ones of
    whole numbers ids. Inputs that are not numbers (strings, ragged and sparse tensors) are left out.

    Args:
        model: Fingerprint of the model record.
        inputs: Names and arrays.
        labels: float32[S, L] or None.
    """
    return encode_probe(input_maps(model, inputs, INPUT_CAPS), labels)


def input_maps(
    model: int, inputs: Sequence[tuple[str, np.ndarray]], caps: Caps, exact: bool = False
) -> list[pb.MapRecord]:
    """Inputs as maps, those that can be shown.

    Args:
        model: Fingerprint of the model record.
        inputs: Names and arrays.
        caps: Limits of all of them together.
        exact: Whether the exact values of few features are kept. Defaults to False.
    """
    shown = []
    for name, x in inputs:
        if not is_composite(x) and x.dtype.kind in "biuf" and 2 <= x.ndim <= 5 and x.size:
            shown.append((name, x, maps.view_of(x.shape, is_channels_first(x.shape))))
    sizes = fit_sizes([view for _, _, view in shown], caps)
    return [
        _encode(
            model,
            reduce_output(name, x.astype(np.float32), view, size),
            _layout(view, x.dtype),
            exact and view.layout == "vector" and view.shape[2] <= FEW,
        )
        for (name, x, view), size in zip(shown, sizes, strict=True)
        if size is not None
    ]


def _encode(model: int, item: LayerMap, layout: str, exact: bool = False) -> pb.MapRecord:
    return encode_map(
        model,
        item.name,
        np.moveaxis(item.values, -1, 1),
        item.channels,
        item.full_shape or item.view.full_shape,
        item.dead,
        layout,
        rows=item.rows,
        norms=item.norms,
        targets=item.targets,
        layer=item.layer,
        exact=exact,
    )


def _layout(view: maps.View, dtype: np.dtype) -> str:
    if view.layout == "vector" and dtype.kind in "iu":
        return "ids"
    is_picture = len(view.full_shape) == 4 and view.shape[-1] in (1, 3)
    return "rgb" if is_picture else view.layout


def is_channels_first(shape: tuple[int, ...]) -> bool:
    """Whether axis 1 holds the channels, not the last axis.

    If exactly one of the two has length 1 or 3, it is that one; otherwise Keras's image data format
    decides.
    """
    if len(shape) < 4:
        return False
    first, last = shape[1] in (1, 3), shape[-1] in (1, 3)
    return first if first != last else keras.config.image_data_format() == "channels_first"
