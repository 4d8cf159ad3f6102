"""What can go wrong with files and directories."""


class StoreError(Exception):
    """A run cannot be read; the text says why."""
