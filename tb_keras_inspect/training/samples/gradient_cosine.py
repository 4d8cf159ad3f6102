"""How much a gradient points where it pointed at the sample before. Runs on the recorder's thread."""

from collections.abc import Sequence

import numpy as np


class GradientCosine:
    """Compares the elements of gradients with those of the sample before.

    Holds one sample: at most `Settings.gradient_elements` values of each variable.
    """

    def __init__(self) -> None:
        self._lengths: tuple[int, ...] = ()
        self._before = np.empty(0, np.float32)

    def next(self, elements: np.ndarray, lengths: Sequence[int]) -> np.ndarray:
        """The cosines at a new sample.

        Args:
            elements: float32[E], elements of N gradients, one gradient after the other.
            lengths: N numbers of elements, each at least 1.

        Returns:
            float64[N], NaN where there is no angle: at the first sample, after other variables, and
            where either gradient is zero or not finite.
        """
        before, self._before = self._before, elements.copy()  # not a view of the whole sample
        known, self._lengths = self._lengths, tuple(lengths)
        if known != self._lengths:
            return np.full(len(lengths), np.nan)
        starts = np.cumsum((0, *self._lengths[:-1]))

        def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            products = np.multiply(a, b, dtype=np.float64)
            return np.asarray(np.add.reduceat(products, starts))

        with np.errstate(invalid="ignore", divide="ignore"):
            norms = np.sqrt(dot(elements, elements)) * np.sqrt(dot(before, before))
            return np.asarray(np.clip(dot(elements, before) / norms, -1.0, 1.0))
