"""Numbers of the pictures that tests draw."""

import numpy as np


def maps_at(step: int):
    """float32[2, 3, 4, 4] that 8 bits hold exactly."""
    channel = np.linspace(0, 254, 16).reshape(4, 4)
    return np.broadcast_to(channel, (2, 3, 4, 4)) + step
