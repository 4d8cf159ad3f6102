"""The bins of all histograms: signed binary orders of magnitude, the same at every step.

Fixed bins can be added over steps, layers and devices without loss. Powers of two are exact edges for
float32.
"""

import numpy as np

FIRST_EXPONENT = -48  # smaller magnitudes share the middle bin with zero: 2**-48 is 3.6e-15
EXPONENTS = 64  # the last one, 2**15 and above, is open
BINS = 2 * EXPONENTS + 1


def edges(first_exponent: int = FIRST_EXPONENT, exponents: int = EXPONENTS) -> np.ndarray:
    """Edges of the bins.

    Bin `i` holds values from edge `i` to edge `i + 1`, including the edge nearer to zero. The middle
    bin holds magnitudes below `2**first_exponent`, including zero. The outermost bins are open.

    Args:
        first_exponent: Binary exponent of the smallest magnitude with a bin of its own.
        exponents: Number `E` of binary orders of magnitude.

    Returns:
        float64[2 * E + 2], increasing, from `-inf` to `inf`.
    """
    powers = np.exp2(np.arange(first_exponent, first_exponent + exponents, dtype=np.float64))
    positive = np.append(powers, np.inf)
    return np.concatenate([-positive[::-1], positive])


def count(values: np.ndarray) -> np.ndarray:
    """Counts finite values by bin, on the host.

    Args:
        values: Any shape and real dtype. Non-finite values are ignored; they are counted elsewhere.

    Returns:
        int64[BINS].
    """
    values = np.asarray(values, np.float64).ravel()
    values = values[np.isfinite(values)]
    magnitude = np.abs(values)
    exponent = np.frexp(magnitude)[1] - 1  # floor(log2), exact also at powers of two
    order = np.clip(exponent - FIRST_EXPONENT, 0, EXPONENTS - 1) + 1
    order[magnitude < 2.0**FIRST_EXPONENT] = 0
    return np.bincount(EXPONENTS + np.where(values < 0, -order, order), minlength=BINS)
