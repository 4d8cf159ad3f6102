"""What a coordinate check found."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclasses.dataclass(frozen=True, eq=False)
class CoordinateCheck:
    """How large the outputs of layers are at several widths, and how much training changes them.

    All of it is for one batch of inputs, as root mean square over all elements, and the geometric mean
    over the seeds.

    Attributes:
        widths: int64[W], rising.
        layers: Names of L layer outputs, of the narrowest model.
        sizes: float64[W, T + 1, L], before training and after each of T steps.
        changes: float64[W, T, L], of the difference from before training, after each step.
        tolerance: Largest exponent that counts as none.

    Example:

    ```python
    from tb_keras_inspect import coordinate_check


    def make_model(width):
        model = keras.Sequential([keras.layers.Dense(width), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        return model


    check = coordinate_check(make_model, [16, 64], (x, y), steps=2, seeds=1)
    check.is_stable, check.exponents
    check.plot().figure.savefig("widths.png")
    ```
    """

    widths: np.ndarray
    layers: tuple[str, ...]
    sizes: np.ndarray
    changes: np.ndarray
    tolerance: float

    @functools.cached_property
    def exponents(self) -> Mapping[str, float]:
        """For each layer output: the power of the width with which what all steps changed grows.

        The slope of a straight line through log(change) over log(width); NaN where nothing changes.
        """
        return dict(zip(self.layers, self._slopes(self.changes[:, -1]), strict=True))

    @functools.cached_property
    def initial_exponents(self) -> Mapping[str, float]:
        """The same of the size before training."""
        return dict(zip(self.layers, self._slopes(self.sizes[:, 0]), strict=True))

    @property
    def is_stable(self) -> bool:
        """Whether the model learns alike at each width."""
        return not self._troubles()

    @property
    def verdict(self) -> str:
        """What was found, in words."""
        if troubles := self._troubles():
            return "; ".join(troubles)
        known = [abs(x) for x in self.exponents.values() if np.isfinite(x)]
        return (
            "what training changes stays the same from width "
            f"{self.widths[0]} to {self.widths[-1]} (exponents up to {max(known):.2f}): a learning "
            "rate that is good at one of them is good at the others"
            if known
            else "training changes no output"
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draws the change of each layer's output over the width. Needs the extra `plot`.

        Args:
            ax: Axes to draw into. Defaults to None: a new figure.

        Returns:
            The axes.
        """
        from tb_keras_inspect.plots.coordinates import coordinates

        return coordinates(self, ax)

    def __str__(self) -> str:
        return f"{'Stable' if self.is_stable else 'Not stable'}: {self.verdict}."

    def _troubles(self) -> list[str]:
        broken = [
            int(width)
            for width, size in zip(self.widths, self.sizes, strict=True)
            if not np.isfinite(size).all()
        ]
        if broken:
            return [f"outputs are not finite at width {broken[0]}"]
        found = []
        grows = _beyond(self.initial_exponents, self.tolerance)
        if grows:
            found.append(
                f"before training the output of {_worst(grows)}: its initial weights are too large for "
                "wide models"
            )
        # What the layer before it changes, a layer passes on: the first one is where it begins.
        grows = _beyond(self.exponents, self.tolerance)
        if grows:
            found.append(
                f"what training changes in the output of {_worst(grows)}: a wider model needs a "
                "smaller learning rate there"
            )
        shrinks = _beyond({k: -x for k, x in self.exponents.items()}, self.tolerance)
        if shrinks and not grows:
            name, x = max(shrinks.items(), key=lambda item: item[1])
            found.append(
                f"what training changes in the output of {name} shrinks with the width to the power "
                f"{-x:.2f}: a wider model learns less there"
            )
        return found

    def _slopes(self, values: np.ndarray) -> list[float]:
        """Of float64[W, L]; NaN where fewer than two are above 0."""
        logs = np.log(self.widths.astype(np.float64))
        slopes = []
        for column in values.T:
            usable = np.isfinite(column) & (column > 0)
            if usable.sum() < 2:
                slopes.append(np.nan)
                continue
            x, y = logs[usable], np.log(column[usable])
            slopes.append(float(np.polyfit(x, y, 1)[0]))
        return slopes


def _beyond(exponents: Mapping[str, float], tolerance: float) -> dict[str, float]:
    return {name: x for name, x in exponents.items() if x > tolerance}


def _worst(exponents: Mapping[str, float]) -> str:
    name, x = max(exponents.items(), key=lambda item: item[1])
    others = f" (and {len(exponents) - 1} more)" if len(exponents) > 1 else ""
    return f"{name}{others} grows with the width to the power {x:.2f}"
