"""Pictures as codes of one byte."""

import numpy as np

CODE_MAX = 254  # finite codes are 0..254
CODE_NONFINITE = 255


def quantise(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quantises each map to codes 0..254 over its finite range, and 255 for non-finite values.

    The error is at most half a step: 1/508 of the map's range, or half of the smallest normal
    float32 if that is larger.

    Args:
        values: float[S, C, H, W].

    Returns:
        Codes uint8[S, C, H, W], scale float32[S, C] and offset float32[S, C]. The value is
        `offset + scale * code`.
    """
    values = np.asarray(values, np.float32)
    finite = np.isfinite(values)
    low = np.min(values, axis=(2, 3), initial=np.inf, where=finite)
    high = np.max(values, axis=(2, 3), initial=-np.inf, where=finite)
    empty = low > high
    low, high = np.where(empty, 0, low), np.where(empty, 0, high)
    # In float64: the range of extreme float32 values overflows float32.
    span = high.astype(np.float64) - low
    # Not subnormal: rounding such a step would give codes beyond the last one.
    step = np.maximum(span / CODE_MAX, np.finfo(np.float32).tiny).astype(np.float32)
    scale = np.where(span > 0, step, np.float32(0))
    step = step[:, :, None, None]
    with np.errstate(invalid="ignore", over="ignore"):
        codes = np.rint((values.astype(np.float64) - low[:, :, None, None]) / step)
    codes = np.where(finite, np.clip(codes, 0, CODE_MAX), CODE_NONFINITE)
    return codes.astype(np.uint8), scale, low.astype(np.float32)
