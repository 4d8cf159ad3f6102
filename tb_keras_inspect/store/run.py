"""One run: everything that was recorded in one directory."""

import functools
import itertools
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import HISTOGRAM_KINDS
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.controls import Steered
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.finding_log import FindingBuffer, FindingLog
from tb_keras_inspect.store.model.model import ModelInfo
from tb_keras_inspect.store.model.model_history import ModelHistory
from tb_keras_inspect.store.pictures.pictures import Pictures
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.run_display import run_html
from tb_keras_inspect.store.sources.scalars import Scalars, on_step_axis
from tb_keras_inspect.store.sources.source import NONE, Source, Stamp, read_or_note
from tb_keras_inspect.store.summary.run_summary import RunSummary
from tb_keras_inspect.store.summary.summary_reader import SummaryReader
from tb_keras_inspect.store.tables.extent import ExtentReader
from tb_keras_inspect.store.tables.histogram import Histogram, HistogramBuffer, HistogramTable
from tb_keras_inspect.store.tables.loss import Loss, column, loss_of
from tb_keras_inspect.store.tables.sample_losses import SampleLossBuffer, Samples, with_epochs
from tb_keras_inspect.store.tables.series import Series
from tb_keras_inspect.store.tables.table import StatTable, TableBuffer
from tb_keras_inspect.store.tables.unit_activity import UnitActivity
from tb_keras_inspect.store.tables.units import UnitsBuffer, UnitsTable
from tb_keras_inspect.store.tables.window import window_starts

_numbers = itertools.count()  # tells runs apart in a shared cache


class RunData(Pictures, UnitActivity, Steered):
    """A run. Data is decoded on first access and only once. Thread-safe.

    Arrays that were returned never change; call `refresh` to see what was recorded since.

    Args:
        name: Name of the run.
        source: Where its records come from.
        cache: Holds decoded data; runs may share one. Defaults to None: a cache of its own.
        stamps: The recorded kinds, if the caller already knows them. Defaults to None: ask `source`.

    Attributes:
        name: Name of the run.
        key: A number that no other run in this process has.
    """

    def __init__(
        self,
        name: str,
        source: Source,
        cache: MemoryCache | None = None,
        stamps: dict[Kind, Stamp] | None = None,
    ):
        self.name = name
        self._source = source
        self._cache = MemoryCache() if cache is None else cache  # an empty one is false
        self._problems = Problems()
        self._models = ModelHistory(source, self._problems)
        self._read_pictures(source, self._models, self._problems)
        self._read_controls(source, self._problems)
        self._extent = ExtentReader(source, self._models, self._problems)
        self._summary = SummaryReader(source, self._models, self._problems)
        self._refresh_lock = threading.Lock()
        self.key = next(_numbers)
        self.refresh(stamps)

    def refresh(self, stamps: dict[Kind, Stamp] | None = None) -> bool:
        """Checks for new records.

        Args:
            stamps: The recorded kinds, if the caller already knows them.

        Returns:
            Whether there are new records.

        Example:

        ```python
        if run.refresh():
            print(run.extent())  # number of sampled steps, first step, last step
        ```
        """
        with self._refresh_lock:
            found = self._source.stamps() if stamps is None else stamps
            changed = found != self._stamps
            if changed:  # models first: a restart supersedes steps of all other kinds
                self._models.refresh(found.get(Kind.MODEL))
            self._stamps = dict(found)
            return changed

    def __repr__(self) -> str:
        verdict = self.finding_log.verdict
        said = f"; {verdict.text}" if verdict else ""
        return f"<RunData {self.name!r}: {len(self.kinds)} kinds of records{said}>"

    def _repr_html_(self) -> str:
        return run_html(self)

    @property
    def kinds(self) -> set[str]:
        """The recorded kinds, e.g. {"model", "gradient", "step"}."""
        return {kind.value for kind in self._stamps}

    @property
    def problems(self) -> list[str]:
        """What could not be read so far, and why, one line each."""
        return [*self._source.problems(), *self._problems.texts()]

    @property
    def stamp(self) -> tuple[tuple[str, Stamp], ...]:
        """A value that changes when data is added."""
        return tuple(sorted((kind.value, stamp) for kind, stamp in self._stamps.items()))

    @property
    def wall_time(self) -> float:
        """When the newest record was written, in seconds since the Unix epoch."""
        return max((stamp[1] for stamp in self._stamps.values()), default=0.0)

    @property
    def model(self) -> ModelInfo:
        """The newest model record.

        Raises:
            NotRecordedError: if there is no readable model record.
        """
        self._models.refresh(self._stamps.get(Kind.MODEL))
        if self._models.newest is None:
            raise self._not_recorded("model")
        return self._models.newest

    def table(self, kind: str) -> StatTable:
        """The statistics of all rows at all sampled steps.

        Args:
            kind: "gradient", "weight", "update", "activation", "step", "epoch", "input",
                "target", "prediction" or "representation".

        Raises:
            NotRecordedError: if the run does not have this kind.

        Example:

        ```python
        run.table("gradient").select("l2")  # float32[S, N]
        ```
        """
        kind = self._kind(kind)
        if not kind.is_table:
            raise self._not_recorded(kind.value)
        table: StatTable = self._series(kind, functools.partial(TableBuffer, kind, self._models))
        return table

    def histogram(self, kind: str, name: str) -> Histogram:
        """The histograms of one tensor over time.

        Args:
            kind: "gradient", "weight", "update" or "activation".
            name: Path of a variable, or name of a layer output.

        Raises:
            NotRecordedError: if there are none.

        Example:

        ```python
        run.histogram("gradient", "hidden_1/kernel").counts  # uint32[S, B]
        ```
        """
        return self._histograms(kind).select(name)

    @property
    def loss(self) -> Loss:
        """The loss of sampled steps and epochs; empty arrays if no loss was recorded."""
        return loss_of(self._table_or_none(Kind.STEP), self._table_or_none(Kind.EPOCH))

    def wall_times(self) -> np.ndarray:
        """float64[S]: when each step of `loss` was written, in seconds since 1970; NaN: not known."""
        found = read_or_note(self._source, Kind.STEP, self._problems) or NONE
        times = dict(zip(found.steps.tolist(), found.times.tolist(), strict=True))
        return np.array([times.get(step, np.nan) for step in self.loss.steps.tolist()])

    def samples(self, step: int | None = None) -> Samples:
        """The loss of each example of the sampled batches.

        Args:
            step: One sampled step. Defaults to None: all of them.

        Raises:
            NotRecordedError: if losses of examples were not recorded, or not at that step.

        Example:

        ```python
        samples = run.samples()
        samples.loss, samples.fingerprints  # float32[R], uint64[R]: one row per example seen
        ```
        """
        samples: Samples = self._series(Kind.SAMPLE_LOSS, SampleLossBuffer)
        return with_epochs(samples, self._table_or_none(Kind.STEP), step)

    @property
    def scalars(self) -> list[Scalars]:
        """Scalars that Keras and others logged for this run, on the step axis of the run."""
        epochs, table = None, self._table_or_none(Kind.EPOCH)
        if table is not None and "epoch" in table.statistics:
            epochs = (column(table, "epoch"), table.steps)
        return on_step_axis(self._source.scalars(), epochs, self._steps_per_epoch())

    @property
    def finding_log(self) -> FindingLog:
        """What the diagnosis reported while the run trained; empty if nothing was recorded of it."""
        if Kind.FINDING not in self._stamps:
            return FindingLog()
        log: FindingLog = self._series(Kind.FINDING, FindingBuffer)
        return log

    def extent(self) -> tuple[int, int | None, int | None]:
        """Number of sampled steps, first step, last step."""
        return self._extent.read(self._stamps)

    def summary(self) -> RunSummary:
        """What a list of runs shows of it. Only a few of its records are decoded, once.

        Example:

        ```python
        run.summary().health_text  # "dead ReLU units since step 155"
        ```
        """
        return self._summary.read(self, self._stamps)

    def is_as_of(self, stamps: dict[Kind, Stamp]) -> bool:
        """Whether `refresh` with these stamps, and `extent`, would answer from memory."""
        return self._stamps == stamps and self._extent.is_known(stamps)

    def _kind(self, name: str) -> Kind:
        try:
            kind = Kind(name)
        except ValueError:
            raise self._not_recorded(str(name)) from None
        self._stamp(kind)
        return kind

    def _stamp(self, kind: Kind) -> Stamp:
        if kind not in self._stamps:
            raise self._not_recorded(kind.value)
        return self._stamps[kind]

    def _not_recorded(self, kind: str) -> NotRecordedError:
        return NotRecordedError("kind", kind, sorted(self.kinds))

    def _series(self, kind: Kind, make_buffer: Callable[[], Any]) -> Any:
        stamp = self._stamp(kind)
        key = (self.key, kind)
        series = self._cache.get(
            key, lambda: Series(kind, self._source, make_buffer(), self._models, self._problems)
        )
        snapshot = series.read(stamp)
        self._cache.put(key, series)
        return snapshot

    def _units(self) -> UnitsTable:
        table: UnitsTable = self._series(Kind.UNITS, functools.partial(UnitsBuffer, self._models))
        return table

    def _histograms(self, kind: str) -> HistogramTable:
        try:
            histogram_kind = Kind(kind).histogram
        except ValueError:
            known = [k.value.removesuffix("_histogram") for k in HISTOGRAM_KINDS]
            raise NotRecordedError("kind of histogram", kind, known) from None
        make_buffer = functools.partial(HistogramBuffer, histogram_kind, self._models)
        table: HistogramTable = self._series(histogram_kind, make_buffer)
        return table

    def _steps_per_epoch(self) -> int:
        newest = self._models.newest
        return newest.steps_per_epoch if newest else 0

    def _window(self, steps: np.ndarray) -> tuple[np.ndarray, str]:
        table = self._table_or_none(Kind.STEP)
        epochs = None if table is None else (table.steps, column(table, "epoch"))
        return window_starts(steps, self._steps_per_epoch(), epochs)

    def _table_or_none(self, kind: Kind) -> StatTable | None:
        return self.table(kind.value) if kind in self._stamps else None
