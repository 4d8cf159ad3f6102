"""Which elements of a large tensor are sampled."""

import math

_PERIOD = 2 * 3 * 5
# For each remainder modulo the period: the distance to the next number that is coprime to it.
TO_COPRIME = tuple(
    next(more for more in range(_PERIOD) if math.gcd(rest + more, _PERIOD) == 1)
    for rest in range(_PERIOD)
)


def sampling_stride(size: int, limit: int) -> int:
    """Distance between sampled elements, such that at most `limit` of `size` are sampled.

    It has no factor 2, 3 or 5, because channel counts are products of these: in a tensor with 64
    channels last, a distance of 4 would sample only every fourth channel.
    """
    stride = max(-(-size // limit), 1)
    return stride + TO_COPRIME[stride % _PERIOD]
