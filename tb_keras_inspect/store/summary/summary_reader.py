"""Summarises a run from a few of its records."""

import threading
from typing import Any, Protocol

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.records import Kind, RecordError
from tb_keras_inspect.store.finding_log import FindingLog
from tb_keras_inspect.store.model.model_history import ModelHistory
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import NONE, Source, Stamp, read_or_note
from tb_keras_inspect.store.summary.health import health_of
from tb_keras_inspect.store.summary.run_summary import RunSummary
from tb_keras_inspect.store.summary.settings import hyperparameters_of, settings_of
from tb_keras_inspect.store.tables.merge import survivors

POINTS = 32  # of the curve, and records that are decoded for it
ENOUGH_EPOCHS = 8  # from here on the curve is that of the epochs

Numbers = list[tuple[int, dict[str, float]]]  # step, and statistic to number


class Run(Protocol):
    """What is summarised: a `RunData`."""

    name: str

    @property
    def wall_time(self) -> float: ...

    @property
    def finding_log(self) -> FindingLog: ...

    def extent(self) -> tuple[int, int | None, int | None]: ...


class SummaryReader:
    """Summarises a run, once per change. Thread-safe."""

    def __init__(self, source: Source, models: ModelHistory, problems: Problems):
        self._source, self._models, self._problems = source, models, problems
        self._lock = threading.Lock()
        self._known: tuple[Any, RunSummary] | None = None

    def is_known(self, stamps: dict[Kind, Stamp]) -> bool:
        """Whether `read` would answer from memory."""
        known = self._known
        return known is not None and known[0] == (stamps, self._models.restarts)

    def read(self, run: Run, stamps: dict[Kind, Stamp]) -> RunSummary:
        """The summary at the state that `stamps` describes."""
        with self._lock:
            state, known = (dict(stamps), self._models.restarts), self._known
            if known is None or known[0] != state:
                known = self._known = (state, self._read(run, stamps))
            return known[1]

    def _read(self, run: Run, stamps: dict[Kind, Stamp]) -> RunSummary:
        samples, _, last_step = run.extent()
        log = run.finding_log
        health = health_of(log, last_step)
        steps, epochs = self._numbers(Kind.STEP, stamps), self._numbers(Kind.EPOCH, stamps)
        logs = {name: value for _, row in epochs for name, value in row.items()}
        ended = int(_finite(logs.pop("epoch", None), -1) + 1)
        curve = _curve(epochs, steps) if ended >= ENOUGH_EPOCHS else _curve(steps, [])
        seconds = run.wall_time - self._models.began
        batch_size = max(
            (n["batch_size"] for _, n in steps if n.get("batch_size", 0) > 0), default=None
        )
        return RunSummary(
            run.name,
            health=health.state,
            health_text=health.short,
            verdict=health.verdict,
            worst=health.worst,
            findings=len(log.state),
            samples=samples,
            last_step=last_step,
            epochs=ended,
            loss=next((loss for _, loss in reversed(_curve(epochs, steps))), None),
            logs=logs,
            learning_rate=_learning_rate(steps),
            seconds=max(seconds, 0.0) if np.isfinite(seconds) else None,
            updated=_finite(run.wall_time, 0.0),
            hyperparameters=hyperparameters_of(self._models.newest),
            settings=settings_of(self._models.newest, batch_size),
            curve_steps=np.array([step for step, _ in curve], np.int64),
            curve=np.array([loss for _, loss in curve], np.float32),
        )

    def _numbers(self, kind: Kind, stamps: dict[Kind, Stamp]) -> Numbers:
        """The numbers of some records of a kind with one row, in the order of steps."""
        if kind not in stamps:
            return []
        found = (read_or_note(self._source, kind, self._problems) or NONE).spread(POINTS)
        alive = survivors(found.steps, found.order, self._models.restarts)
        numbers: Numbers = []
        for index in np.flatnonzero(alive).tolist():
            try:
                table = records.decode_table(found.read(index, 0))
            except RecordError:
                continue  # counted when the whole table is read
            if len(table.values):
                row = dict(zip(table.statistics, table.values[0].tolist(), strict=True))
                numbers.append((int(found.steps[index]), row))
        return numbers


def _curve(numbers: Numbers, later: Numbers) -> list[tuple[int, float]]:
    """The loss by step, then the last loss in `later` if it comes later and is not finite.

    Where `numbers` has no loss, that of `later` by step.
    """
    curve = [(step, row["loss"]) for step, row in numbers if "loss" in row]
    more = [(step, row["loss"]) for step, row in later if "loss" in row]
    if not curve:
        return more
    return curve + [
        point for point in more[-1:] if point[0] > curve[-1][0] and not np.isfinite(point[1])
    ]


def _learning_rate(steps: Numbers) -> float | None:
    """That of the last sampled step; NaN stands for one that Keras does not know."""
    rate = steps[-1][1].get("learning_rate", np.nan) if steps else np.nan
    return None if np.isnan(rate) else rate


def _finite(value: float | None, otherwise: float) -> float:
    return value if value is not None and np.isfinite(value) else otherwise
