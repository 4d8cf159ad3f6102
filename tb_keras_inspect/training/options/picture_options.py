"""Which pictures of the probe samples are recorded. Importing this module does not load Keras."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.pictures import ALL, GRADIENTS, MAX_CHANNELS, MAX_PIXELS, PICTURES
from tb_keras_inspect.training.options import checks as check
from tb_keras_inspect.training.options.checks import names_of, options_of


@dataclasses.dataclass(frozen=True)
class PictureOptions:
    """Which pictures of the probe samples are recorded, and how large.

    Args:
        kinds: A list of some of `"activations"`, `"attention"`, `"saliency"`, `"grad_cam"`,
            `"kernels"`, `"activation_functions"` and `"representation"`. The model's outputs are
            always recorded. Defaults to None: all, but in the tier `"economy"` neither saliency nor
            Grad-CAM, which take a backward pass.
        max_channels: Maximum number of channels (units, heads) per array. Defaults to 64.
        max_pixels: Maximum number of pixels per picture; larger ones are averaged down. Defaults to
            4096: a matrix of weights may have 16 times as many elements.
        grad_cam_layer: The layer whose Grad-CAM is recorded, or its name. Defaults to None: the last
            convolution.

    Raises:
        ValueError: if a value is not accepted.

    Example:

    ```python
    from tb_keras_inspect import InspectCallback, PictureOptions

    InspectCallback("logs/a", pictures=PictureOptions(kinds=["activations", "kernels"]))
    ```
    """

    kinds: Iterable[str] | None = None
    max_channels: int = MAX_CHANNELS
    max_pixels: int = MAX_PIXELS
    grad_cam_layer: Any = None

    def __post_init__(self) -> None:
        if self.kinds is not None:
            names = check.items_of(self.kinds)
            unknown = [name for name in names or () if not check.is_one_of(name, PICTURES)]
            if names is None or unknown:
                received = self.kinds if names is None else names
                hint = "".join(check.closest(name, PICTURES) for name in unknown)
                raise ValueError(
                    f"`kinds` of pictures must be None for all, or a list of some of "
                    f"{sorted(PICTURES)}.{hint} Received: kinds={received!r}"
                )
            object.__setattr__(self, "kinds", tuple(names))
        check.checked_whole("max_channels", self.max_channels, least=1)
        check.checked_whole("max_pixels", self.max_pixels, least=1)

    def kinds_in(self, tier: str) -> frozenset[Kind]:
        """The kinds to record in a tier."""
        if self.kinds is None:
            return ALL - GRADIENTS if tier == "economy" else ALL
        return frozenset(PICTURES[name].kind for name in self.kinds)


def picture_options_of(pictures: Any) -> PictureOptions:
    """As `options_of`; an iterable of names is short for its `kinds`."""
    if isinstance(pictures, Iterable) and not isinstance(pictures, Mapping):
        return PictureOptions(kinds=pictures)
    if pictures is not None and not isinstance(pictures, (PictureOptions, Mapping)):
        raise ValueError(
            f"`pictures` must be a list of some of {sorted(PICTURES)}, a PictureOptions or a mapping "
            f"with keys from {', '.join(names_of(PictureOptions))}. Received: pictures={pictures!r}"
        )
    return options_of(PictureOptions, "pictures", pictures)
