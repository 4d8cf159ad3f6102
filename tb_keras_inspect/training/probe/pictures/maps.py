"""A layer's output as pictures: which axes are drawn, which channels, how finely.

The functions that take a namespace work on NumPy arrays (`numpy`) and on tensors (`keras.ops`), so
that a large tensor is reduced on its device exactly as a small one is on the host.
"""

import dataclasses
from types import ModuleType
from typing import Any

import numpy as np

DEAD_SHARE = 4  # where not all channels fit, at most one in this many is given to dead ones


@dataclasses.dataclass(frozen=True)
class View:
    """How a tensor is shown.

    Attributes:
        layout: "image" (height x width by channel), "sequence" (time x feature, one channel) or
            "vector" (one row, one channel); "attention" (query x key by head), "kernel" (height x
            width by unit) and "matrix" (one channel) have four axes too.
        channels_first: Whether axis 1, not the last, is the channel (of a sequence: the feature).
        full_shape: The tensor's shape, batch axis included.
    """

    layout: str
    channels_first: bool
    full_shape: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Samples, height, width and channels of `picture`."""
        samples, *inner = self.full_shape
        if self.layout == "vector":
            return samples, 1, inner[0], 1
        if self.channels_first:
            inner = [*inner[1:], inner[0]]
        if self.layout == "sequence":
            return samples, inner[0], inner[1], 1
        height, width, channels = inner[-3:]
        return samples, height, width, channels

    @property
    def channel_axis(self) -> int | None:
        """The tensor's axis of channels; None where the whole tensor is one channel."""
        if self.layout in ("vector", "sequence"):
            return None
        return 1 if self.channels_first else len(self.full_shape) - 1


def view_of(shape: tuple[int | None, ...], channels_first: bool = False) -> View:
    """Decides how a tensor of this shape is shown.

    Rank 2 is a row of features; rank 3 a sequence, time x feature; rank 4 images; rank 5 volumes,
    of which the middle slice of the first spatial axis is shown.

    Args:
        shape: Batch axis first.
        channels_first: Whether channels or features are axis 1.

    Raises:
        ValueError: saying why the tensor cannot be shown.
    """
    if not 2 <= len(shape) <= 5:
        raise ValueError(
            f"has rank {len(shape)}; only ranks 2 to 5, including the batch axis, are shown"
        )
    known = tuple(int(length) for length in shape if length)
    if len(known) < len(shape):
        raise ValueError(f"has shape {_text(shape)}, not known before it runs or empty")
    layout = {2: "vector", 3: "sequence"}.get(len(shape), "image")
    return View(layout, channels_first and len(shape) > 2, known)


def picture(x: Any, view: View, xp: ModuleType, channels: np.ndarray | None = None) -> Any:
    """The tensor as pictures, channels last.

    Args:
        x: Of shape `view.full_shape`.
        view: How it is shown.
        xp: `numpy` or `keras.ops`.
        channels: int[c], which channels to take; None for all.

    Returns:
        [samples, height, width, c].
    """
    if channels is not None and view.channel_axis is not None:
        x = xp.take(x, channels, axis=view.channel_axis)
    if view.channels_first:
        x = xp.moveaxis(x, 1, -1)
    if view.layout == "vector":
        return x[:, None, :, None]
    if view.layout == "sequence":
        return x[..., None]
    return x[:, x.shape[1] // 2] if len(view.full_shape) == 5 else x


def dead_channels(x: Any, view: View, xp: ModuleType) -> Any:
    """bool[C]: channels that are zero everywhere, for all samples; a NaN is not zero."""
    return xp.logical_not(xp.any(xp.not_equal(_by_channel(x, view, xp), 0), axis=0))


def channel_variance(x: Any, view: View, xp: ModuleType) -> Any:
    """float[C]: variance of each channel over samples and space."""
    return xp.var(_by_channel(x, view, xp), axis=0)


def select_channels(variance: np.ndarray, dead: np.ndarray, count: int) -> np.ndarray:
    """Which channels to show: those of highest variance, and some of the dead.

    Args:
        variance: float[C]; a non-finite one ranks first.
        dead: bool[C].
        count: Most channels to take; at most one in `DEAD_SHARE` of them is kept for dead ones.

    Returns:
        int32[min(C, count)], increasing.
    """
    if count >= len(variance):
        return np.arange(len(variance), dtype=np.int32)
    shown_dead = np.flatnonzero(dead)[: count // DEAD_SHARE]
    rank = np.argsort(-np.where(np.isfinite(variance), variance, np.inf), kind="stable")
    rest = rank[~np.isin(rank, shown_dead)][: count - len(shown_dead)]
    return np.sort(np.concatenate([shown_dead, rest])).astype(np.int32)


def average(x: Any, factors: tuple[int, int], xp: ModuleType) -> Any:
    """Means over cells of `factors` pixels; the cells at the far edges are smaller where they must.

    A cell with a non-finite value is not finite.

    Args:
        x: [samples, height, width, channels].
        factors: Height and width of a cell.
        xp: `numpy` or `keras.ops`.

    Returns:
        [samples, ceil(height / factors[0]), ceil(width / factors[1]), channels].
    """
    if factors == (1, 1):
        return x
    samples, height, width, channels = x.shape
    rows, row_weights = _cells(height, factors[0])
    columns, column_weights = _cells(width, factors[1])
    # Divided before the sum, which could overflow. Padding adds zeros; weights make up for them.
    x = x / (factors[0] * factors[1])
    padding = ((0, 0), (0, rows * factors[0] - height), (0, columns * factors[1] - width), (0, 0))
    x = xp.reshape(xp.pad(x, padding), (samples, rows, factors[0], columns, factors[1], channels))
    weights = (row_weights[:, None] * column_weights)[None, :, :, None]
    return xp.multiply(xp.sum(x, axis=(2, 4)), weights.astype(np.float32))


def _cells(length: int, factor: int) -> tuple[int, np.ndarray]:
    """Number of cells, and by how much the sum over each is too small for its padding."""
    cells = -(-length // factor)
    filled = np.minimum(factor, length - factor * np.arange(cells))
    return cells, factor / filled


def _by_channel(x: Any, view: View, xp: ModuleType) -> Any:
    """[n, C]: all values of each channel."""
    if view.channel_axis is None:
        return xp.reshape(x, (-1, 1))
    if view.channels_first:
        x = xp.moveaxis(x, 1, -1)
    return xp.reshape(x, (-1, view.shape[-1]))


def _text(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("?" if d is None else str(d) for d in shape) + ")"
