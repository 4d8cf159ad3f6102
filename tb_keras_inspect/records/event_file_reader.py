"""Reads event files, continuing where the last read ended."""

import struct
from collections.abc import Iterator

from tb_keras_inspect.files.file_layer import FileLayer
from tb_keras_inspect.records.checksum import masked_crc

CHUNK = 1 << 24  # bytes read at a time
LARGEST = 1 << 30
_HEADER, _FOOTER = 12, 4


class EventFile:
    """Yields the records of one event file, each once.

    Args:
        layer: The file system.
        path: The file.
        largest: Bytes of a record; a greater length counts as corruption. Defaults to 1 GiB.

    Attributes:
        offset: Bytes read so far.
        problem: Why reading stopped for good, or None.
    """

    def __init__(self, layer: FileLayer, path: str, largest: int = LARGEST):
        self._layer, self.path, self._largest = layer, path, largest
        self.offset = 0
        self.problem: str | None = None
        self.skipped = 0
        self.rest = 0

    def records(self) -> Iterator[tuple[int, bytes]]:
        """What was appended since the last call: offset and bytes of each serialized event."""
        end = self._size()
        buffer, start = b"", self.offset
        while self.problem is None and start + len(buffer) < end:
            position = start + len(buffer)
            wanted = min(end, position + max(CHUNK, self._missing(buffer)))
            more = self._read(position, wanted)
            if not more:
                break
            buffer += more
            used = 0
            for at, data in self._frames(buffer):
                used = at + len(data) + _FOOTER
                self.offset = start + used
                if masked_crc(data) != _uint32(buffer, at + len(data)):
                    self.skipped += 1
                else:
                    yield start + at, data
            buffer, start = buffer[used:], start + used
        self.rest = max(end - self.offset, 0)

    def _read(self, start: int, stop: int) -> bytes:
        try:
            return self._layer.read(self.path, start, stop)
        except OSError as error:
            self.problem = f"cannot be read: {error.strerror or error}"
            return b""

    def _size(self) -> int:
        try:
            size = self._layer.size(self.path)
        except OSError as error:
            self.problem = f"can no longer be read: {error.strerror or error}"
            return self.offset
        if size < self.offset:
            self.problem = "shorter than what was read of it before"
        return size

    def _frames(self, buffer: bytes) -> Iterator[tuple[int, bytes]]:
        at = 0
        while at + _HEADER <= len(buffer):
            (length,) = struct.unpack_from("<Q", buffer, at)
            if masked_crc(buffer[at : at + 8]) != _uint32(buffer, at + 8) or length > self._largest:
                self.problem = f"corrupt at byte {self.offset}; what follows cannot be read"
                return
            if at + _HEADER + length + _FOOTER > len(buffer):
                return
            yield at + _HEADER, buffer[at + _HEADER : at + _HEADER + length]
            at += _HEADER + length + _FOOTER

    @staticmethod
    def _missing(buffer: bytes) -> int:
        """Bytes still to come of the record that `buffer` begins with."""
        if len(buffer) < _HEADER:
            return 0
        return int(struct.unpack_from("<Q", buffer)[0]) + _HEADER + _FOOTER - len(buffer)


def _uint32(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])
