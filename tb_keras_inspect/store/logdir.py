"""All runs of a logdir, kept up to date within one memory limit."""

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from tb_keras_inspect.records import Kind
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.source import Source, Stamp
from tb_keras_inspect.store.summary.run_table import RunTable

FRESH_SECONDS = 1.0  # TensorBoard itself looks for new data every 5 seconds at most
PARALLEL = 16  # runs refreshed at once: each waits about 45 ms for the fast loader


class LogdirSource(Protocol):
    """Where runs come from: TensorBoard's data provider, or their event files."""

    def location(self) -> str:
        """The location that is read from."""

    def stamps(self) -> dict[str, dict[Kind, Stamp]]:
        """What there is: run to kind to a stamp that changes when data is added."""

    def run(self, name: str) -> Source:
        """The source of one run."""


class Logdir:
    """The runs of a logdir by name. Thread-safe.

    Args:
        source: Where the runs come from.
        cache: Holds decoded data.
        fresh_seconds: How long a listing of the runs stays valid, in seconds. Defaults to
            `FRESH_SECONDS`.
    """

    def __init__(
        self, source: LogdirSource, cache: MemoryCache, fresh_seconds: float | None = None
    ):
        self._source, self._cache = source, cache
        self._fresh_seconds = FRESH_SECONDS if fresh_seconds is None else fresh_seconds
        self._lock = threading.Lock()
        self._listed_at = -math.inf
        self._listing: dict[str, dict[Kind, Stamp]] = {}
        self._runs: dict[str, RunData] = {}

    @property
    def has_data(self) -> bool:
        """Whether the last listing found a recorded run; answers from memory."""
        return bool(self._listing)

    def location(self) -> str:
        """The location that is read from."""
        return self._source.location()

    def runs(self) -> dict[str, RunData]:
        """All recorded runs, at most `fresh_seconds` old, with their extents known."""
        with self._lock:
            found = {name: self._known(name) for name in sorted(self._list())}
        outdated = [(run, stamps) for run, stamps in found.values() if not run.is_as_of(stamps)]
        if outdated:
            with ThreadPoolExecutor(PARALLEL) as pool:
                list(pool.map(_bring_up_to_date, outdated))
        return {name: run for name, (run, _) in found.items()}

    def summary(self) -> RunTable:
        """What a list of runs shows of each, at most `fresh_seconds` old."""
        runs = list(self.runs().values())
        with ThreadPoolExecutor(PARALLEL) as pool:
            return RunTable(pool.map(RunData.summary, runs))

    def run(self, name: str) -> RunData:
        """One run, at most `fresh_seconds` old.

        Raises:
            NotRecordedError: if there is no such run.
        """
        with self._lock:
            if name not in self._list():
                raise NotRecordedError("run", name, sorted(self._listing))
            run, stamps = self._known(name)
        run.refresh(stamps)
        return run

    def _list(self) -> dict[str, dict[Kind, Stamp]]:
        if time.monotonic() - self._listed_at >= self._fresh_seconds:
            self._listing = self._source.stamps()
            self._listed_at = time.monotonic()
            self._runs = {name: run for name, run in self._runs.items() if name in self._listing}
        return self._listing

    def _known(self, name: str) -> tuple[RunData, dict[Kind, Stamp]]:
        """The run, which may be out of date, and the stamps to refresh it with."""
        if name not in self._runs:
            self._runs[name] = RunData(name, self._source.run(name), self._cache, {})
        return self._runs[name], self._listing[name]


def _bring_up_to_date(known: tuple[RunData, dict[Kind, Stamp]]) -> None:
    run, stamps = known
    run.refresh(stamps)
    run.extent()
