"""How the processes of one training run reach each other."""

from collections.abc import Sequence


class Transport:
    """The connection of this process to the others. By default there are no others.

    Attributes:
        count: How many processes there are.
        index: Which one this is; 0 is the chief.
        separable: Whether a process can run an instrumented step that the others do not run.
    """

    count = 1
    index = 0
    separable = True

    def set_once(self, key: str, value: str) -> None:
        """Sets a key for all processes; leaves it alone where it has been set."""
        raise NotImplementedError

    def get(self, key: str, seconds: float) -> str | None:
        """The value of a key; None where it is not set within the given time."""
        raise NotImplementedError

    def total(self, numbers: Sequence[int]) -> list[int]:
        """Sums of some 64-bit integers over all processes, each of which must call this."""
        return list(numbers)
