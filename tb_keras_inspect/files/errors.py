"""Errors of files and directories."""


class StoreError(Exception):
    """A run cannot be read. The message says why."""
