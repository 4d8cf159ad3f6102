"""The checksum of TensorFlow's record format."""

import google_crc32c


def masked_crc(data: bytes) -> int:
    """CRC-32C, rotated and offset as TensorFlow's record format requires."""
    crc = int(google_crc32c.value(data))
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
