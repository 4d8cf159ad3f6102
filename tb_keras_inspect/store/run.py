"""One run: everything that was recorded in one directory."""

import dataclasses
import functools
import itertools
import threading

import numpy as np

from tb_keras_inspect.records import DecodedProbe, Kind
from tb_keras_inspect.records.schema import HISTOGRAM_KINDS
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.errors import NotRecordedError, StoreError
from tb_keras_inspect.store.histogram import Histogram, HistogramArena, HistogramTable
from tb_keras_inspect.store.maps import Maps, MapsReader, Snapshot
from tb_keras_inspect.store.model import ModelInfo
from tb_keras_inspect.store.model_book import ModelBook
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.records import Source, Stamp
from tb_keras_inspect.store.series import Series
from tb_keras_inspect.store.table import StatTable, TableArena
from tb_keras_inspect.store.units import Units, UnitsArena, UnitsTable, dead_units
from tb_keras_inspect.store.window import window_starts

_numbers = itertools.count()  # tells runs apart in a shared cache


@dataclasses.dataclass(frozen=True)
class Loss:
    """The batch loss of each sampled step, and the logs of each epoch.

    Attributes:
        steps: int64[S].
        values: float32[S].
        learning_rate: float32[S], NaN where it was not recorded.
        epochs: Name of each of Keras's epoch logs ("loss", "val_loss", ...) to steps int64[E] (of
            the last batch of each epoch) and values float32[E].
    """

    steps: np.ndarray
    values: np.ndarray
    learning_rate: np.ndarray
    epochs: dict[str, tuple[np.ndarray, np.ndarray]]


class RunData:
    """Reads a run: lazily, only what is new, and from several threads at once.

    What was read stays as it was; `refresh` lets later calls see what was written since.

    Args:
        name: The run's name.
        source: Where its records come from.
        cache: Holds decoded data; runs may share one.
        stamps: What there is, if the caller knows it already.
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
        self._cache = cache or MemoryCache()
        self._problems = Problems()
        self._models = ModelBook(source, self._problems)
        self._maps = MapsReader(source, self._models, self._problems)
        self._stamps: dict[Kind, Stamp] = {}
        self._refresh_lock = threading.Lock()
        self._number = next(_numbers)
        self.refresh(stamps)

    def refresh(self, stamps: dict[Kind, Stamp] | None = None) -> bool:
        """Looks for new records.

        Args:
            stamps: What there is, if the caller knows it already.

        Returns:
            Whether there are any.
        """
        with self._refresh_lock:
            found = self._source.stamps() if stamps is None else stamps
            changed = found != self._stamps
            self._stamps = dict(found)
            if changed:
                self._models.refresh(found.get(Kind.MODEL))
            return changed

    @property
    def kinds(self) -> set[str]:
        """What was recorded, e.g. {"model", "gradient", "step"}."""
        return {kind.value for kind in self._stamps}

    @property
    def problems(self) -> list[str]:
        """What was skipped so far, and why."""
        return [*self._source.problems(), *self._problems.texts()]

    @property
    def stamp(self) -> tuple:
        """Changes when data is added."""
        return tuple(sorted((kind.value, stamp) for kind, stamp in self._stamps.items()))

    @property
    def wall_time(self) -> float:
        """When the newest record was written, in seconds since 1970."""
        return max((stamp[1] for stamp in self._stamps.values()), default=0.0)

    @property
    def model(self) -> ModelInfo:
        """The newest model record.

        Raises:
            NotRecordedError: when there is none that can be read.
        """
        self._models.refresh(self._stamps.get(Kind.MODEL))
        if self._models.newest is None:
            raise self._not_recorded("model")
        return self._models.newest

    def table(self, kind: str) -> StatTable:
        """Statistics of all rows at all sampled steps.

        Args:
            kind: "gradient", "weight", "update", "activation", "step", "epoch" or "input".

        Raises:
            NotRecordedError: when the run holds no such kind.
        """
        kind = self._kind(kind)
        if not kind.is_table:
            raise self._not_recorded(kind.value)
        return self._series(kind, functools.partial(TableArena, kind, self._models))

    def units(self, site: str) -> Units:
        """Activity of each unit of one layer output.

        A unit is dead at a step when it was zero in every sampled batch of the window that ends
        there. The window holds the sampled steps within the last `model.steps_per_epoch` steps;
        where that is not known, those since the current epoch began; where that is not known
        either, the last 20 samples.

        Args:
            site: Name of a site of the model record.

        Raises:
            NotRecordedError: when no units were recorded for it.
        """
        table = self._units()
        max_abs = table.select(site)
        starts, words = window_starts(table.steps, self._steps_per_epoch(), self._epoch_numbers())
        dead = dead_units(table.steps, max_abs, starts)
        samples = np.arange(len(starts)) - starts + 1
        return Units(table.steps, max_abs, dead, samples, words)

    def histogram(self, kind: str, name: str) -> Histogram:
        """Histograms of one tensor.

        Args:
            kind: "gradient", "weight", "update" or "activation".
            name: Path of a variable or name of a site.

        Raises:
            NotRecordedError: when there are none.
        """
        return self._histograms(kind).select(name)

    def maps(self, site: str) -> Maps:
        """Maps of the probe samples of one layer.

        Raises:
            NotRecordedError: when there are none.
        """
        return self._maps.maps(self._stamp(Kind.MAPS), site)

    def map_snapshots(self) -> list[Snapshot]:
        """At which steps maps were recorded, and of what.

        Raises:
            NotRecordedError: when there are none.
        """
        return self._maps.snapshots(self._stamp(Kind.MAPS))

    @property
    def probe(self) -> DecodedProbe:
        """The samples that maps are made of.

        Raises:
            NotRecordedError: when there are none.
        """
        probe = self._maps.probe(self._stamp(Kind.PROBE))
        if probe is None:
            raise self._not_recorded("probe")
        return probe

    @property
    def loss(self) -> Loss:
        """The loss; empty arrays where no loss was recorded."""
        epochs = {}
        if Kind.EPOCH in self._stamps:
            table = self.table("epoch")
            epochs = {
                name: (table.steps, table.select(name)[:, 0])
                for name in table.statistics
                if name != "epoch" and table.names
            }
        if Kind.STEP not in self._stamps:
            return Loss(np.zeros(0, np.int64), *np.zeros((2, 0), np.float32), epochs)
        table = self.table("step")
        return Loss(table.steps, _column(table, "loss"), _column(table, "learning_rate"), epochs)

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

    def _series(self, kind: Kind, make_arena):
        stamp = self._stamp(kind)
        series = self._cache.get(
            (self._number, kind),
            lambda: Series(kind, self._source, make_arena(), self._models, self._problems),
        )
        snapshot = series.read(stamp)
        self._cache.trim()
        return snapshot

    def _units(self) -> UnitsTable:
        return self._series(Kind.UNITS, functools.partial(UnitsArena, self._models))

    def _histograms(self, kind: str) -> HistogramTable:
        try:
            histogram_kind = Kind(kind).histogram
        except ValueError:
            known = [k.value.removesuffix("_histogram") for k in HISTOGRAM_KINDS]
            raise NotRecordedError("kind of histogram", kind, known) from None
        make_arena = functools.partial(HistogramArena, histogram_kind, self._models)
        return self._series(histogram_kind, make_arena)

    def _steps_per_epoch(self) -> int:
        newest = self._models.newest
        return newest.steps_per_epoch if newest else 0

    def _epoch_numbers(self) -> tuple[np.ndarray, np.ndarray] | None:
        if Kind.STEP not in self._stamps:
            return None
        table = self.table("step")
        return (table.steps, _column(table, "epoch"))


def load_run(path: str) -> RunData:
    """Reads the event files of one run.

    Args:
        path: A directory that holds one run's event files.

    Returns:
        The run, named after the directory. Nothing is decoded before it is asked for.

    Raises:
        StoreError: when the directory cannot be read or holds no event file.
    """
    from tb_keras_inspect.store.files import FileSource

    source = FileSource(path)
    if not source.paths:
        raise StoreError(f"Expected a directory that holds event files. Received: {path!r}")
    return RunData(source.name, source)


def _column(table: StatTable, statistic: str) -> np.ndarray:
    if statistic not in table.statistics or not table.names:
        return np.full(len(table.steps), np.nan, np.float32)
    return table.select(statistic)[:, 0]
