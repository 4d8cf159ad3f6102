"""What a snapshot keeps of each array that it shows, and where that is computed."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from keras import ops

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.training.probe.pictures import maps
from tb_keras_inspect.training.probe.pictures.map_encoding import LayerMap, reduce_output
from tb_keras_inspect.training.probe.pictures.map_sizes import Caps, Size, fit_sizes

# Arrays up to this many bytes together are copied whole to the host, the smallest first; the others
# are reduced on their device to what is shown of them.
MAX_WHOLE_BYTES = 64 * 2**20

Key = tuple[str, str]  # kind of picture, name
Beside = Callable[[Any, maps.View, Any], Any]  # array, view, namespace


@dataclasses.dataclass
class Site:
    """One array of the snapshot.

    Attributes:
        kind: Kind of picture.
        name: Its name.
        view: How it is shown.
        size: How much of it is kept.
        on_device: Whether it is reduced on its device.
        channels: int32[c], the channels shown; None until they are chosen.
        beside: Computes something else from it; None for nothing.
    """

    kind: Kind
    name: str
    view: maps.View
    size: Size
    on_device: bool
    channels: np.ndarray | None = None
    beside: Beside | None = None

    def on_device_output(self, x: Any) -> tuple[Any, ...]:
        """What leaves the device of a large tensor.

        Returns:
            Once the channels are chosen the reduced pictures, float32[S, h, w, c]; until then the
            channels' variances, float32[C]. Then the dead channels, bool[c] or bool[C]; then the
            result of `beside`, if there is one.
        """
        x = ops.cast(x, "float32")
        dead = maps.dead_channels(x, self.view, ops)
        if self.channels is None:
            return maps.channel_variance(x, self.view, ops), dead
        values = maps.average(
            maps.picture(x, self.view, ops, self.channels), self.size.factors, ops
        )
        beside = () if self.beside is None else (self.beside(x, self.view, ops),)
        return values, ops.take(dead, self.channels), *beside

    def choose(self, variance: np.ndarray, dead: np.ndarray) -> None:
        """Chooses the channels by what `on_device_output` returned first."""
        self.channels = maps.select_channels(variance, dead.astype(bool), self.size.channels)

    def layer_map(self, output: Any) -> tuple[LayerMap, np.ndarray | None]:
        """What is shown, of an output on the host: the whole, or what `on_device_output` made.

        Returns:
            The picture, and what is `beside` it.
        """
        if self.on_device:
            values, dead, *beside = output
            assert self.channels is not None  # chosen before anything is reduced
            item = LayerMap(self.name, self.view, values, self.channels, dead.astype(bool))
            return item, beside[0] if beside else None
        item = reduce_output(self.name, output, self.view, self.size, self.channels)
        self.channels = item.channels
        with np.errstate(invalid="ignore", over="ignore"):
            beside = None if self.beside is None else self.beside(output, self.view, np)
        return item, beside


def sites_of(
    views: Mapping[Key, maps.View], caps: Caps, max_whole_bytes: int = MAX_WHOLE_BYTES
) -> tuple[dict[Key, Site], dict[Key, str]]:
    """Plans a snapshot.

    Args:
        views: How each array is shown, in the order in which the model computes them.
        caps: The snapshot's limits.
        max_whole_bytes: See `MAX_WHOLE_BYTES`.

    Returns:
        The sites, and the omissions (key to reason).
    """
    # Weights apart: which outputs are copied is not to depend on them.
    weights = {key: view for key, view in views.items() if key[0] == Kind.KERNELS.value}
    others = {key: view for key, view in views.items() if key not in weights}
    whole = _copied_whole(others, max_whole_bytes) | _copied_whole(weights, max_whole_bytes)
    sites, omissions = {}, {}
    for (key, view), size in zip(views.items(), fit_sizes(list(views.values()), caps), strict=True):
        if size is None:
            reason = f"the pictures of one snapshot are limited to {caps.max_bytes} bytes"
            omissions[key] = reason
        else:
            count = view.shape[-1]
            channels = None if size.channels < count else np.arange(count, dtype=np.int32)
            on_device = key not in whole
            sites[key] = Site(Kind(key[0]), key[1], view, size, on_device, channels)
    return sites, omissions


def _copied_whole(views: Mapping[Key, maps.View], limit: int) -> set[Key]:
    whole, total = set(), 0
    for key in sorted(views, key=lambda key: _bytes(views[key])):
        total += _bytes(views[key])
        if total > limit:
            break
        whole.add(key)
    return whole


def _bytes(view: maps.View) -> int:
    return 4 * int(np.prod(view.full_shape, dtype=np.int64))
