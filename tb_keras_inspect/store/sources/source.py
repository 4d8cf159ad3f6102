"""What a source hands over: the keys of all records of one kind, and their bytes on demand."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from tb_keras_inspect.records import Kind, RecordError
from tb_keras_inspect.store.errors import UnreadableError
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.scalars import RawScalars

Stamp = tuple[Any, ...]  # hashable; differs when there is something new to read


class Records:
    """The records of one run and kind, oldest first.

    Args:
        steps: int64[n], in the order of writing: not sorted where a run was restarted.
        wall_times: float64[n].
        read: Called with an index and the number of a blob (0 where there is but one message);
            returns the message. Raises `records.RecordError` where the value is not what its tag
            says. A message that is no blob may be read but once.
        parallel: How many reads at once pay off.
    """

    def __init__(
        self,
        steps: np.ndarray,
        wall_times: np.ndarray,
        read: Callable[[int, int], bytes],
        parallel: int = 1,
    ):
        self.steps = np.asarray(steps, np.int64)
        wall_times = np.asarray(wall_times, np.float64)
        # An absurd time says nothing: infinity is not before any restart.
        self.wall_times = np.where(np.isfinite(wall_times), wall_times, np.inf)
        self.read = read
        self._parallel = parallel

    def read_all(self, indices: Sequence[int]) -> list[bytes | RecordError]:
        """The first message of each, or why there is none."""
        if self._parallel == 1 or len(indices) < 2:
            return [self._read_first(index) for index in indices]
        with ThreadPoolExecutor(self._parallel) as pool:
            return list(pool.map(self._read_first, indices))

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
        """The kinds that are there, each with a stamp that changes when data is added."""

    def records(self, kind: Kind) -> Records:
        """All records of a kind, as of now.

        Raises:
            UnreadableError: when one of them keeps the source from handing over any.
        """

    def scalars(self) -> list[RawScalars]:
        """What other callbacks logged for the run and right below it."""

    def problems(self) -> Sequence[str]:
        """What the source itself could not read."""


def read_or_note(source: Source, kind: Kind, problems: Problems) -> Records | None:
    """All records of a kind, or None where the source cannot hand them over, which is noted."""
    try:
        return source.records(kind)
    except UnreadableError as error:
        problems.note(str(error))
        return None
