"""Data that comes with scikit-learn or is generated from a formula."""

import functools

import numpy as np
from sklearn import datasets


@functools.cache
def digits() -> tuple[np.ndarray, ...]:
    """Handwritten digits: x float32[n, 64] standardised overall, y int32[n]; train and
    validation."""
    data = datasets.load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    x = ((data.data[order] - data.data.mean()) / data.data.std()).astype("float32")
    y = data.target[order].astype("int32")
    return x[:1437], y[:1437], x[1437:], y[1437:]


def pictures() -> tuple[np.ndarray, ...]:
    """The digits as images: float32[n, 8, 8, 1]."""
    x, y, xv, yv = digits()
    return x.reshape(-1, 8, 8, 1), y, xv.reshape(-1, 8, 8, 1), yv


def rows() -> tuple[np.ndarray, ...]:
    """The digits as sequences of 8 rows: float32[n, 8, 8]."""
    x, y, xv, yv = digits()
    return x.reshape(-1, 8, 8), y, xv.reshape(-1, 8, 8), yv


def raw_bytes() -> tuple[np.ndarray, ...]:
    """Digits with the byte values of an image file, 0 to 255."""
    data = datasets.load_digits()
    x = (data.data * (255 / 16)).astype("float32")
    return x[:1437], data.target[:1437], x[1437:], data.target[1437:]


def table(name: str, scaled: bool = True) -> tuple[np.ndarray, ...]:
    """A scikit-learn table (`breast_cancer`, `wine`, `diabetes`, `iris`), features scaled or raw."""
    data = getattr(datasets, f"load_{name}")()
    order = np.random.default_rng(0).permutation(len(data.target))
    x, y = data.data[order], data.target[order]
    if scaled:
        x = (x - x.mean(0)) / x.std(0)
    cut = int(len(x) * 0.8)
    x = x.astype("float32")
    return x[:cut], y[:cut], x[cut:], y[cut:]


def sine(samples: int = 1200, length: int = 24, noise: float = 0.05) -> tuple[np.ndarray, ...]:
    """Sine waves with noise and their next value: x float32[n, length, 1], y float32[n, 1]."""
    rng = np.random.default_rng(0)
    phase = rng.uniform(0, 2 * np.pi, (samples, 1))
    speed = rng.uniform(0.2, 0.6, (samples, 1))
    wave = np.sin(phase + speed * np.arange(length + 1))
    wave = (wave + noise * rng.normal(size=wave.shape)).astype("float32")
    cut = int(samples * 0.8)
    x, y = wave[:, :-1, None], wave[:, -1:]
    return x[:cut], y[:cut], x[cut:], y[cut:]


def curve(samples: int = 800) -> tuple[np.ndarray, ...]:
    """A smooth function of four inputs: x float32[n, 4], y float32[n, 1] of about unit variance."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(samples, 4)).astype("float32")
    y = np.sin(x[:, :1]) + 0.5 * x[:, 1:2] * x[:, 2:3] + 0.1 * rng.normal(size=(samples, 1))
    cut = int(samples * 0.8)
    y = y.astype("float32")
    return x[:cut], y[:cut], x[cut:], y[cut:]


def tokens(samples: int = 1000, length: int = 16, vocabulary: int = 60) -> tuple[np.ndarray, ...]:
    """Sequences of words; the class says whether low words outnumber high ones."""
    rng = np.random.default_rng(0)
    x = rng.integers(1, vocabulary, (samples, length)).astype("int32")
    y = (np.sum(x < vocabulary // 2, axis=1) > length // 2).astype("int32")
    cut = int(samples * 0.8)
    return x[:cut], y[:cut], x[cut:], y[cut:]


def first_counts(length: int = 40) -> tuple[np.ndarray, ...]:
    """The first value of a sequence decides and zeros follow, so only a long memory can learn it."""
    rng = np.random.default_rng(0)
    x = np.zeros((1000, length, 1), "float32")
    x[:, 0, 0] = rng.choice([-1.0, 1.0], 1000)
    y = (x[:, 0, 0] > 0).astype("int32")
    return x[:800], y[:800], x[800:], y[800:]
