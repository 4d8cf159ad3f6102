"""What a backend is given to trace the calls of layers."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Protocol

TracedCall = Callable[[Any], None]  # calls a model with inputs
Parents = Callable[[Hashable], Iterable[Hashable]]  # the tensors that a tensor was computed from


class TraceRecorder(Protocol):
    """Records the calls of layers with their tensors.

    Attributes:
        is_of_trace: Whether a tensor is of the trace that is recorded; set by the backend.
    """

    is_of_trace: Callable[[Any], bool]

    def tensors(self) -> list[Any]:
        """All tensors of all events, in order."""

    def events_by(self, key: Callable[[Any], Hashable]) -> list[Any]:
        """The events, with a key for each tensor."""
