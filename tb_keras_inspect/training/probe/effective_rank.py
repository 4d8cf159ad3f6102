"""Effective rank: the number of directions in which a layer's output varies."""

from types import ModuleType
from typing import Any

import numpy as np

from tb_keras_inspect.training.probe.pictures.maps import View

MAX_OBSERVATIONS = 128  # an eigenvalue problem of this size takes about a millisecond
FRACTION = 0.99  # of the variance that the counted directions explain


def observations(x: Any, view: View, xp: ModuleType) -> Any:
    """[N, C]: feature vectors of a layer output, evenly spaced over samples and positions.

    Args:
        x: Of shape `view.full_shape`.
        view: How it is shown.
        xp: `numpy` or `keras.ops`.
    """
    if view.channels_first:
        x = xp.moveaxis(x, 1, -1)
    x = xp.reshape(x, (-1, x.shape[-1]))
    count = int(x.shape[0])
    if count <= MAX_OBSERVATIONS:
        return x
    chosen = np.linspace(0, count - 1, MAX_OBSERVATIONS).round().astype(np.int32)
    return xp.take(x, chosen, axis=0)


def row(x: np.ndarray) -> np.ndarray:
    """float[4]: effective rank, its fraction of the largest possible, features, and observations.

    Args:
        x: float[N, C] observations. A value that is not finite makes the first two NaN.
    """
    count, features = x.shape
    most = min(features, count - 1)
    rank = _effective_rank(x.astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array([rank, np.float64(rank) / most, features, count])


def _effective_rank(x: np.ndarray) -> float:
    if not np.isfinite(x).all():
        return float("nan")
    largest = np.abs(x).max(initial=0.0)
    x = x / largest if largest > 0 else x  # squares of large values overflow
    x = x - x.mean(axis=0)
    # The products of the observations have the same eigenvalues as the covariance of the features.
    gram = x @ x.T if len(x) <= x.shape[1] else x.T @ x
    variances = np.maximum(np.linalg.eigvalsh(gram)[::-1], 0.0)
    total = variances.sum()
    if total <= len(x) * x.shape[1] * np.finfo(np.float32).eps ** 2:  # rounding of one constant
        return 0.0
    return float(np.searchsorted(np.cumsum(variances), FRACTION * total) + 1)
