"""How much a gradient points where it pointed at the sample before. Runs on the recorder's thread."""

from collections.abc import Sequence
from typing import Any

import numpy as np


class GradientCosine:
    """Compares the elements of gradients with those of the sample before.

    Holds one sample: at most `Settings.gradient_elements` values of each variable.
    """

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._before = np.empty(0, np.float32)

    def next(
        self, elements: np.ndarray, names: Sequence[Any], lengths: Sequence[int]
    ) -> np.ndarray:
        """The cosines at a new sample.

        Args:
            elements: float32[E], elements of N gradients, one gradient after the other.
            names: N names of the variables.
            lengths: N numbers of elements.

        Returns:
            float64[N], NaN where there is no angle: at the first sample, after other variables, and
            where either gradient is zero, empty or not finite.
        """
        before, self._before = self._before, elements.copy()  # not a view of the whole sample
        known, self._key = self._key, (tuple(names), tuple(lengths))
        cosines = np.full(len(lengths), np.nan)
        ends = np.cumsum(lengths, dtype=np.int64)
        filled = np.flatnonzero(lengths)
        if known != self._key or not len(filled):
            return cosines
        starts = (ends - lengths)[filled]

        def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            products = np.multiply(a, b, dtype=np.float64)
            return np.asarray(np.add.reduceat(products, starts))

        with np.errstate(invalid="ignore", divide="ignore"):
            norms = np.sqrt(dot(elements, elements)) * np.sqrt(dot(before, before))
            cosines[filled] = np.clip(dot(elements, before) / norms, -1.0, 1.0)
        return cosines
