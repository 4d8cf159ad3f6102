"""Diagnosis of a fit while it runs: who is told what, and when it stops.

Rules run on the recorder's thread, over what the recorder has just written, so often that they take at
most a millisecond a sampled step on average. What they find is told on the training's own thread, at
the next batch, where printing and the user's function belong.
"""

import collections
import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tb_keras_inspect import records
from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.diagnosis import PROBLEMS, THRESHOLDS, Finding, Findings, Thresholds, diagnose
from tb_keras_inspect.diagnosis.wording import printable
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store import RunData
from tb_keras_inspect.training.live.live_source import LiveSource

logger = logging.getLogger(__name__)

BUDGET = 1e-3  # seconds of rules for each sampled step, on average
FIRST = 10  # samples before the first look
CONFIRMED = 2  # looks in a row that must agree before anything is said


class Watch:
    """Diagnoses a running fit.

    Args:
        console: Severity from which a finding is printed when it first appears; None: never.
        on_finding: Called with each `Finding` when it first appears, of any severity.
        stop_on: Problems, or severities, that end the training. A problem counts from "warning" on.
        thresholds: Name to value, for those that differ from their defaults.
        budget: Seconds that rules may take for each sampled step, on average.
        clock: Gives the time in seconds.

    Attributes:
        looks: How often rules have run in this fit.
        listener: Called with each finding when it first appears, as `on_finding` is, for one fit.

    Raises:
        ValueError: for an option that cannot be right.
    """

    def __init__(
        self,
        console: str | None = "warning",
        on_finding: Callable[[Finding], Any] | None = None,
        stop_on: str | Iterable[str] = (),
        thresholds: Mapping[str, float] | None = None,
        budget: float = BUDGET,
        clock: Callable[[], float] = time.perf_counter,
    ):
        if console is not None and console not in SEVERITIES:
            raise ValueError(
                f"`console` must be None or one of {', '.join(SEVERITIES)}. "
                f"Received: console={console!r}"
            )
        if on_finding is not None and not callable(on_finding):
            raise ValueError(
                f"`on_finding` must be a function of one finding. Received: {on_finding!r}"
            )
        self._console, self._on_finding = console, on_finding
        self._stop_on = _checked_stop_on(stop_on)
        self._thresholds = Thresholds(THRESHOLDS, thresholds)
        self._budget, self._clock = budget, clock
        self._lock = threading.Lock()
        self.listener: Callable[[Finding], Any] | None = None
        self.begin()

    @property
    def is_needed(self) -> bool:
        """Whether anyone wants to know."""
        return bool(self._console or self._on_finding or self._stop_on)

    def begin(self, alone: bool = True) -> None:
        """A fit begins: nothing has been found, and nothing is known of earlier ones.

        Args:
            alone: Whether no other process trains along: one that stops would leave them waiting.
        """
        self._alone = alone
        self._source = LiveSource()
        self._run = RunData("live", self._source)
        self._samples = 0
        self._spent = self._cost = 0.0
        self._seen: collections.Counter[tuple[str, int]] = collections.Counter()
        self._told: dict[str, int] = {}
        self._waiting: collections.deque[Finding] = collections.deque()
        self._has_broken = False
        self._failed = False
        self.looks = 0

    @property
    def seconds_per_sample(self) -> float:
        """What rules have taken so far, for each sampled step."""
        return self._spent / max(self._samples, 1)

    @property
    def held_bytes(self) -> int:
        """Bytes of the records kept in memory."""
        return self._source.nbytes

    # On the recorder's thread.

    def saw(self, events: Iterable) -> None:
        """Events have been written. Never raises."""
        if self._failed:
            return
        begun = self._clock()
        try:
            taken = self._source.add(events)
            if Kind.STEP in taken:
                self._samples += 1
                broke = self._breaks(taken[Kind.STEP])
                if broke or self._is_due():
                    self._look(1 if broke else CONFIRMED)
        except Exception:
            # Rules are an extra: neither training nor recording may suffer.
            logger.debug("live diagnosis stopped", exc_info=True)
            self._failed = True
        self._spent += self._clock() - begun

    def _is_due(self) -> bool:
        if self._samples < FIRST:
            return False
        return self._spent + self._cost <= self._budget * self._samples

    def _breaks(self, message: bytes) -> bool:
        """Whether this is the first step whose loss is not finite: that cannot wait."""
        if self._has_broken:
            return False
        table = records.decode_table(message)
        if "loss" not in table.statistics:
            return False
        loss = float(table.values[0, table.statistics.index("loss")])
        self._has_broken = not math.isfinite(loss)
        return self._has_broken

    def _look(self, confirmed: int) -> None:
        begun = self._clock()
        self.looks += 1
        self._run.refresh()
        found = diagnose(self._run, self._thresholds)
        self._cost = self._clock() - begun
        self._note(found, confirmed)

    def _note(self, found: Findings, confirmed: int) -> None:
        """Queues what is new, or worse than what was told, once it is confirmed."""
        found = [*found, *(item for item in found.flat() if _is_one_of(item, self._stop_on))]
        found = list({finding.problem: finding for finding in reversed(found)}.values())[::-1]
        now = {(finding.problem, finding.rank) for finding in found}
        for key in [key for key in self._seen if key not in now]:
            del self._seen[key]
        for finding in found:
            key = (finding.problem, finding.rank)
            self._seen[key] += 1
            at_once = finding.problem == "non_finite"
            is_news = self._told.get(finding.problem, -1) < finding.rank
            if is_news and (at_once or self._seen[key] >= confirmed):
                self._told[finding.problem] = finding.rank
                with self._lock:
                    self._waiting.append(finding)

    # On the training's thread.

    def tell(self, model: Any) -> list[str]:
        """Tells what is waiting to be told.

        Args:
            model: Its `stop_training` is set where a finding is one to stop on.

        Returns:
            What went wrong in telling, in words for the user.
        """
        problems: list[str] = []
        while self._waiting:
            with self._lock:
                finding = self._waiting.popleft()
            stops = any(_is_one_of(item, self._stop_on) for item in finding.with_related())
            self._print(finding, stops)
            if self.listener is not None:
                self.listener(finding)
            if self._on_finding is not None:
                problems += self._call(finding)
            if stops and self._alone:
                model.stop_training = True
            elif stops:
                problems.append("`stop_on` does not end a training of several processes")
        return problems

    def finish(self, model: Any) -> list[str]:
        """The fit has ended, and the recorder with it: a last look, at everything."""
        if self._samples and not self._failed:
            with contextlib.suppress(Exception):
                self._look(1)
        return self.tell(model)

    def _print(self, finding: Finding, stops: bool) -> None:
        # A progress bar leaves its line open: begin and end on lines of our own.
        if stops:
            print(f"\nInspectCallback ends the training run:\n{finding}\n", flush=True)
        elif self._console and finding.rank >= SEVERITIES.index(self._console):
            print(f"\n{message(finding)}\n", flush=True)

    def _call(self, finding: Finding) -> list[str]:
        try:
            self._on_finding(finding)
        except Exception as error:
            self._on_finding = None
            return [
                f"`on_finding` is not called any more: it raised {type(error).__name__}: {error}. "
                "Training goes on"
            ]
        return []


def message(finding: Finding) -> str:
    """What the console says of a finding: two lines."""
    lines = [f"InspectCallback {finding.severity}: {finding.problem}: {printable(finding.title)}."]
    if finding.advice:
        lines.append(f"  Try: {finding.advice[0].text}")
    return "\n".join(lines)


def _is_one_of(finding: Finding, wanted: frozenset[str]) -> bool:
    severities = [s for s in SEVERITIES if s in wanted]
    if severities and finding.rank >= SEVERITIES.index(severities[0]):
        return True
    return finding.rank > 0 and finding.problem in wanted


def _checked_stop_on(stop_on: Any) -> frozenset[str]:
    names = (stop_on,) if isinstance(stop_on, str) else stop_on
    accepted = (*PROBLEMS, *SEVERITIES)
    try:
        names = frozenset(names)
    except TypeError:
        names = frozenset([repr(stop_on)])
    if unknown := sorted(str(name) for name in names - set(accepted)):
        raise ValueError(f"`stop_on` takes {', '.join(accepted)}. Received: {', '.join(unknown)}")
    return names
