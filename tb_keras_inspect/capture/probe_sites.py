"""What a snapshot keeps of each site, and what of it is computed where."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import ops

from tb_keras_inspect.capture import maps
from tb_keras_inspect.capture.maps_plan import Caps, Size, plan
from tb_keras_inspect.capture.maps_record import LayerMap, reduce_output

# Layer outputs up to this many bytes together are copied whole to the host, the smallest first; the
# others are reduced on their device to what is shown of them.
MAX_WHOLE_BYTES = 64 * 2**20


@dataclasses.dataclass
class Site:
    """One layer output of the snapshot.

    Attributes:
        name: Site name.
        view: How it is looked at.
        size: How much of it is kept.
        on_device: Whether it is reduced there.
        channels: int32[c], those shown; None until they are chosen.
    """

    name: str
    view: maps.View
    size: Size
    on_device: bool
    channels: np.ndarray | None = None

    def on_device_output(self, x: Any) -> tuple[Any, Any]:
        """What leaves the device of a large tensor.

        Returns:
            Once the channels are chosen the reduced pictures, float32[S, h, w, c]; until then the
            channels' variances, float32[C]. Then the channels' death, bool[c] or bool[C].
        """
        x = ops.cast(x, "float32")
        dead = maps.dead_channels(x, self.view, ops)
        if self.channels is None:
            return maps.channel_variance(x, self.view, ops), dead
        values = maps.average(
            maps.picture(x, self.view, ops, self.channels), self.size.factors, ops
        )
        return values, ops.take(dead, self.channels)

    def choose(self, variance: np.ndarray, dead: np.ndarray) -> None:
        """Chooses the channels by what `on_device_output` returned first."""
        self.channels = maps.select_channels(variance, dead.astype(bool), self.size.channels)

    def layer_map(self, output: Any) -> LayerMap:
        """What is shown, of an output on the host: the whole, or what `on_device_output` made."""
        if self.on_device:
            values, dead = output
            return LayerMap(self.name, self.view, values, self.channels, dead.astype(bool))
        item = reduce_output(self.name, output, self.view, self.size, self.channels)
        self.channels = item.channels
        return item


def sites_of(
    views: Mapping[str, maps.View], caps: Caps, max_whole_bytes: int = MAX_WHOLE_BYTES
) -> tuple[list[Site], dict[str, str]]:
    """Plans a snapshot.

    Args:
        views: Site name to view, in the order in which the model computes them.
        caps: The snapshot's limits.
        max_whole_bytes: See `MAX_WHOLE_BYTES`.

    Returns:
        The sites, and the omissions (name to reason).
    """
    whole = _copied_whole(views, max_whole_bytes)
    sites, omissions = [], {}
    for (name, view), size in zip(views.items(), plan(list(views.values()), caps), strict=True):
        if size is None:
            omissions[name] = f"the maps of one snapshot are limited to {caps.max_bytes} bytes"
        else:
            sites.append(Site(name, view, size, on_device=name not in whole))
    return sites, omissions


def _copied_whole(views: Mapping[str, maps.View], limit: int) -> set[str]:
    whole, total = set(), 0
    for name in sorted(views, key=lambda name: _bytes(views[name])):
        total += _bytes(views[name])
        if total > limit:
            break
        whole.add(name)
    return whole


def _bytes(view: maps.View) -> int:
    return 4 * int(np.prod(view.full_shape, dtype=np.int64))
