"""How large each layer's maps may be, so that a snapshot stays under its limit."""

import bisect
import dataclasses
from collections.abc import Sequence

from tb_keras_inspect.catalog.pictures import MAX_CHANNELS, MAX_PIXELS
from tb_keras_inspect.training.probe.pictures.maps import View

# 50 epochs and the start of training stay under 100 MB.
MAX_BYTES = 1_700_000
# What is given up where a snapshot would be too large: channels and pixels, from the finest down.
# Down to 32 x 32 resolution goes first, from there on the two take turns.
LADDER = (
    (64, 4096),
    (64, 1024),
    (32, 1024),
    (32, 576),
    (16, 576),
    (16, 256),
    (8, 256),
    (8, 144),
    (4, 144),
    (4, 64),
    (2, 64),
    (1, 64),
    (1, 16),
)


# Times as many elements of a matrix of weights as pixels of a picture: each weight is to be read.
MATRIX = 16


@dataclasses.dataclass(frozen=True)
class Caps:
    """Limits of one snapshot.

    Attributes:
        max_channels: Most channels of a layer.
        max_pixels: Most pixels of one map; beyond, cells of pixels are averaged. A matrix of weights
            may have `MATRIX` times as many.
        max_bytes: Most bytes of all maps together.
    """

    max_channels: int = MAX_CHANNELS
    max_pixels: int = MAX_PIXELS
    max_bytes: int = MAX_BYTES

    @property
    def ladder(self) -> list[tuple[int, int]]:
        """Steps of (channels, pixels), from these limits down."""
        steps = [(self.max_channels, self.max_pixels)]
        steps += [(min(c, self.max_channels), min(p, self.max_pixels)) for c, p in LADDER]
        return list(dict.fromkeys(steps))


@dataclasses.dataclass(frozen=True)
class Size:
    """What is kept of one layer: how many channels, and the cells its pixels are averaged over."""

    channels: int
    factors: tuple[int, int]


def fit_sizes(views: Sequence[View], caps: Caps) -> list[Size | None]:
    """Sizes of all layers' maps.

    Every layer gets the same allowance of bytes, the largest with which all fit; what one does not
    need goes to the others.

    Args:
        views: The layers' outputs.
        caps: The limits.

    Returns:
        A size for each; None where not even the smallest fits behind those before it.
    """
    ladders = [_sizes(view, caps) for view in views]
    allowances = sorted({cost for steps in ladders for cost, _ in steps})
    # The largest allowance whose total fits, by bisection: the total never falls as it grows.
    index = bisect.bisect_right(allowances, caps.max_bytes, key=lambda a: _total(ladders, a)) - 1
    allowance = allowances[index] if index >= 0 else 0
    left, sizes = caps.max_bytes, []
    for steps in ladders:
        cost, size = _pick(steps, allowance)
        fits = cost <= left
        left -= cost if fits else 0
        sizes.append(size if fits else None)
    return sizes


def cell_factors(view: View, max_pixels: int) -> tuple[int, int]:
    """Height and width of the cells to average over so that at most `max_pixels` remain.

    Cells of images are square; of sequences and vectors the longer side is shortened first.
    """
    _, height, width, _ = view.shape
    factors = [1, 1]
    while (cells := [-(-height // factors[0]), -(-width // factors[1])])[0] * cells[1] > max_pixels:
        if view.layout == "image":
            factors = [factors[0] + 1] * 2
        else:
            factors[int(cells[1] >= cells[0])] += 1
    return factors[0], factors[1]


def _sizes(view: View, caps: Caps) -> list[tuple[int, Size]]:
    """Bytes and size at each step of the ladder."""
    samples, height, width, all_channels = view.shape
    steps = []
    ladder = caps.ladder
    if view.layout == "matrix":
        ladder = [(caps.max_channels, MATRIX * caps.max_pixels), *ladder]
    for max_channels, max_pixels in ladder:
        channels, factors = min(all_channels, max_channels), cell_factors(view, max_pixels)
        pixels = -(-height // factors[0]) * -(-width // factors[1])
        # Codes; scale and offset; channel index and death; name and framing.
        cost = channels * (samples * (pixels + 8) + 5) + 128
        steps.append((cost, Size(channels, factors)))
    return steps


def _pick(steps: list[tuple[int, Size]], allowance: int) -> tuple[int, Size]:
    return next((step for step in steps if step[0] <= allowance), steps[-1])


def _total(ladders: list[list[tuple[int, Size]]], allowance: int) -> int:
    return sum(_pick(steps, allowance)[0] for steps in ladders)
