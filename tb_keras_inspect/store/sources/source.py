"""The interface of a source: the keys of all records of a kind, and their bytes on demand."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from tb_keras_inspect.records import Kind, RecordError
from tb_keras_inspect.store.errors import UnreadableError
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.scalars import RawScalars

Stamp = tuple[Any, ...]  # hashable; changes when there is something new to read


class Records:
    """The records of one run and kind, oldest first.

    Args:
        steps: int64[n], in the order of writing; not sorted if the run was restarted.
        order: float64[n], increases with the order of writing, also from one kind to another.
        read: Takes an index and the number of a blob (0 if the value holds a single message) and
            returns the message. Raises `records.RecordError` if the value does not match its tag.
            A message that is not a blob may be read only once.
        parallel: How many concurrent reads are worthwhile.
        times: float64[n], when each was written, in seconds since the Unix epoch. Defaults to None:
            `order` says it.
    """

    def __init__(
        self,
        steps: np.ndarray,
        order: np.ndarray,
        read: Callable[[int, int], bytes],
        parallel: int = 1,
        times: np.ndarray | None = None,
    ):
        self.times = order if times is None else times
        self.steps = np.asarray(steps, np.int64)
        order = np.asarray(order, np.float64)
        # What is not finite carries no information; infinity is never before a restart.
        self.order = np.where(np.isfinite(order), order, np.inf)
        self.read = read
        self._parallel = parallel

    def read_all(self, indices: Sequence[int]) -> list[bytes | RecordError]:
        """The first message of each record, or the error that prevents reading it."""
        if self._parallel == 1 or len(indices) < 2:
            return [self._read_first(index) for index in indices]
        with ThreadPoolExecutor(self._parallel) as pool:
            return list(pool.map(self._read_first, indices))

    def spread(self, count: int) -> "Records":
        """At most `count` of them, evenly spread over all; the first and the last are among them."""
        if len(self) <= count:
            return self
        chosen = np.linspace(0, len(self) - 1, count).round().astype(np.int64)
        return Records(
            self.steps[chosen],
            self.order[chosen],
            lambda index, blob: self.read(int(chosen[index]), blob),
            self._parallel,
            self.times[chosen],
        )

    def _read_first(self, index: int) -> bytes | RecordError:
        try:
            return self.read(index, 0)
        except RecordError as error:
            return error

    def __len__(self) -> int:
        return len(self.steps)


NONE = Records(np.zeros(0), np.zeros(0), lambda index, blob: b"")


class Source(Protocol):
    """Where the records of one run come from."""

    def stamps(self) -> dict[Kind, Stamp]:
        """The recorded kinds, each with a stamp that changes when data is added."""

    def records(self, kind: Kind) -> Records:
        """All records of a kind so far.

        Raises:
            UnreadableError: if one damaged record makes all of them unreadable.
        """

    def scalars(self) -> list[RawScalars]:
        """Scalars that other callbacks logged into the run directory and its subdirectories."""

    def problems(self) -> Sequence[str]:
        """What the source itself could not read, one line each."""


def read_or_note(source: Source, kind: Kind, problems: Problems) -> Records | None:
    """All records of a kind; None, and a note in `problems`, if the source cannot read them."""
    try:
        return source.records(kind)
    except UnreadableError as error:
        problems.note(str(error))
        return None
