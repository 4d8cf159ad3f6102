"""Combines many small pictures into one."""

from __future__ import annotations

import math

import numpy as np

GAP = 1  # pixels between pictures


def mosaic(pictures: np.ndarray, columns: int | None = None) -> np.ma.MaskedArray:
    """Arranges pictures in rows, from left to right.

    Args:
        pictures: float[N, H, W].
        columns: Pictures per row. Defaults to None: about as wide as high.

    Returns:
        float[rows * (H + GAP) - GAP, columns * (W + GAP) - GAP]; gaps and empty cells are masked.
    """
    count, height, width = pictures.shape
    if columns is None:
        columns = max(1, min(count, math.ceil(math.sqrt(count * height / max(width, 1)))))
    rows = math.ceil(count / columns)
    shape = rows * (height + GAP) - GAP, columns * (width + GAP) - GAP
    result = np.ma.MaskedArray(np.zeros(shape), mask=True)
    for number, picture in enumerate(pictures):
        top = number // columns * (height + GAP)
        left = number % columns * (width + GAP)
        result[top : top + height, left : left + width] = picture
    return result
