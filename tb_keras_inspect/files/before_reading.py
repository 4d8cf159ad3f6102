"""What a reader in the same process asks for first: a recorder may not have written everything yet."""

import weakref
from typing import Protocol


class Writer(Protocol):
    """Writes to a directory, sometimes a little later."""

    def write_out(self, directory: str) -> None:
        """Writes what is to be read in this directory, if it is the writer's."""


_writers: "weakref.WeakSet[Writer]" = weakref.WeakSet()


def add(writer: Writer) -> None:
    """Has a writer asked from now on, as long as it exists."""
    _writers.add(writer)


def discard(writer: Writer) -> None:
    """The writer has written everything."""
    _writers.discard(writer)


def write_out(directory: str) -> None:
    """A directory is about to be read."""
    for writer in list(_writers):
        writer.write_out(directory)
