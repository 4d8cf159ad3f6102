"""Which elements of a large tensor are looked at."""


def spread_stride(size: int, limit: int) -> int:
    """Distance between the elements looked at, so that at most `limit` of `size` are.

    It shares no factor with 2, 3 or 5, which channel counts are made of: a distance of 4 in a tensor
    with 64 channels last would only ever meet every fourth channel.
    """
    stride = -(-size // limit)
    while stride > 1 and (stride % 2 == 0 or stride % 3 == 0 or stride % 5 == 0):
        stride += 1
    return max(stride, 1)
