"""Diagnosis of a fit while it runs: what is reported to whom, and when training stops.

Rules run on the recorder's thread over the samples of the fit, as often as a budget of a millisecond
per sampled step allows. What has changed in their findings is recorded with the sample. New findings
are reported on the training thread at the next batch, where printing and the user's function belong.
"""

import collections
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Set
from typing import Any

from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.diagnosis import THRESHOLDS, Finding, Thresholds, Verdict, diagnose
from tb_keras_inspect.diagnosis.wording import printable
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.summary import to_event, to_value
from tb_keras_inspect.store import RunData
from tb_keras_inspect.training.failsafe import print_safely
from tb_keras_inspect.training.live.finding_changes import (
    CONFIRMED,
    Change,
    FindingChanges,
    to_record,
)
from tb_keras_inspect.training.live.live_source import LiveSource
from tb_keras_inspect.training.samples.sample import Sample

logger = logging.getLogger(__name__)

BUDGET = 1e-3  # seconds of rules for each sampled step, on average
FIRST = 10  # samples before the first evaluation


class LiveDiagnosis:
    """Diagnoses one running fit.

    Args:
        console: Severity from which a finding is printed when it first appears; None for never.
        on_finding: Called with each `Finding` when it first appears, of any severity.
        stop_on: Problems and severities that end training. A problem counts from "warning" on.
        thresholds: Name to value, for those that differ from their defaults.
        is_alone: Whether no other process trains the same model: they would wait for one that stops.
        budget: Seconds that rules may take per sampled step, on average.
        clock: Returns the time in seconds.

    Attributes:
        evaluations: How often rules have run.
        on_finding: The user's function; None if there is none, or after it has raised.
        listeners: Called with each finding when it first appears, as `on_finding` is; never raise.
        run: The fit as the store reads it.
        step: The newest sampled step.
        cost: Seconds that the last evaluation took.
        wants_stop: Whether a finding is one to stop on, where other processes have to stop too.
    """

    def __init__(
        self,
        console: str | None = "warning",
        on_finding: Callable[[Finding], Any] | None = None,
        stop_on: Set[str] = frozenset(),
        thresholds: Mapping[str, float] | None = None,
        is_alone: bool = True,
        budget: float = BUDGET,
        clock: Callable[[], float] = time.perf_counter,
    ):
        self._console, self.on_finding, self._stop_on = console, on_finding, stop_on
        self._thresholds = Thresholds(THRESHOLDS, thresholds)
        self._is_alone, self._budget, self._clock = is_alone, budget, clock
        self._lock = threading.Lock()
        self.listeners: list[Callable[[Finding], Any]] = []
        self._source = LiveSource()
        self.run = RunData("live", self._source)
        self._samples = 0
        self._evaluated = 0  # samples at the end of the fit before
        self._spent = self.cost = 0.0
        self.step = 0
        self.wants_stop = False
        self._changes = FindingChanges()
        self._recorded: tuple[int, list[Change]] = (0, [])  # a step, and what is recorded at it
        self._waiting: collections.deque[Finding] = collections.deque()
        self._verdict: Verdict | None = None  # of the newest evaluation
        self._has_ended = False
        self._said: tuple[str, str] | None = None  # state and words of the verdict printed last
        self._loss_was_nonfinite = False
        self._has_failed = False
        self.evaluations = 0

    @property
    def is_needed(self) -> bool:
        """Whether its findings are of use to anyone."""
        return bool(self._console or self.on_finding or self._stop_on or self.listeners)

    @property
    def seconds_per_sample(self) -> float:
        """Time that rules have taken so far, per sampled step."""
        return self._spent / max(self._samples, 1)

    @property
    def held_bytes(self) -> int:
        """Bytes of the records kept in memory."""
        return self._source.nbytes

    # On the recorder's thread.

    def on_sample(self, sample: Sample) -> list[event_pb2.Event]:
        """Handles what was recorded. Never raises.

        Returns:
            What is to be recorded of the findings.
        """
        if self._has_failed:
            return []
        begun = self._clock()
        events = []
        try:
            self._source.add(sample)
            if Kind.STEP in sample.records:
                self._samples += 1
                self.step = sample.step
                is_first_nan = self._is_first_nonfinite_loss(sample)
                if is_first_nan or self._is_due():
                    events = self._evaluate(1 if is_first_nan else CONFIRMED)
        except Exception:
            # Rules are an extra: neither training nor recording may suffer.
            logger.debug("live diagnosis stopped", exc_info=True)
            self._has_failed = True
        self._spent += self._clock() - begun
        return events

    def evaluate_last(self, step: int = 0, has_ended: bool = True) -> list[event_pb2.Event]:
        """Evaluates a last time, after the last sample of the fit. Never raises.

        Args:
            step: The last step of the fit, if later than the last sample.
            has_ended: Whether the fit has come to its end: else it was interrupted.

        Returns:
            What is to be recorded of the findings, and whether the fit has come to its end.
        """
        self.step = max(self.step, step)
        self._has_ended = has_ended
        can_look = self._samples and not self._has_failed
        if can_look and self._samples != self._evaluated:
            try:
                return self._evaluate(1, is_last=True)
            except Exception:
                logger.debug("the last evaluation failed", exc_info=True)
        return [self._event([], is_last=self._samples == self._evaluated > 0)]

    def _is_due(self) -> bool:
        if self._samples < FIRST:
            return False
        return self._spent + self.cost <= self._budget * self._samples

    def _is_first_nonfinite_loss(self, sample: Sample) -> bool:
        """Whether the loss is not finite for the first time: that cannot wait."""
        table = sample.tables[Kind.STEP]
        if self._loss_was_nonfinite or "loss" not in table.statistics:
            return False
        loss = float(table.values[0, table.statistics.index("loss")])
        self._loss_was_nonfinite = not math.isfinite(loss)
        return self._loss_was_nonfinite

    def _evaluate(self, confirmed: int, is_last: bool = False) -> list[event_pb2.Event]:
        begun = self._clock()
        self.evaluations += 1
        if is_last:
            self._evaluated = self._samples
        self.run.refresh()
        found = diagnose(self.run, self._thresholds)
        self.cost = self._clock() - begun
        stops = [item for item in found.flat() if _is_one_of(item, self._stop_on)]
        changes = self._changes.update(found, stops, confirmed, is_last)
        with self._lock:
            self._waiting += [change.finding for change in changes if change.is_news]
            self._verdict = found.verdict
        return [self._event(changes, is_last)] if changes or is_last else []

    def _event(self, changes: list[Change], is_last: bool) -> event_pb2.Event:
        # TensorBoard keeps one value of a tag at a step: a record repeats the earlier ones of its step.
        step, recorded = self._recorded
        if step == self.step:
            changes = recorded + changes
        self._recorded = (self.step, changes)
        record = to_record(changes, is_last, self._verdict)
        record.fit_ended = self._has_ended
        value = to_value(Kind.FINDING, record)
        return to_event(self.step, time.time(), [value])

    # On the training thread.

    def report(self, model: Any) -> list[str]:
        """Reports the findings that wait.

        Args:
            model: Its `stop_training` is set if a finding is one to stop on.

        Returns:
            What went wrong while reporting, as text for the user.
        """
        problems: list[str] = []
        while self._waiting:
            with self._lock:
                finding = self._waiting.popleft()
            stops = any(_is_one_of(item, self._stop_on) for item in finding.with_related())
            self._print(finding, stops)
            for listener in self.listeners:
                listener(finding)
            problems += self._call(finding)
            if stops and self._is_alone:
                model.stop_training = True
            elif stops:
                self.wants_stop = True
        self._print_verdict()
        return problems

    def _print_verdict(self) -> None:
        """Prints the verdict after the last evaluation, once; nothing if there is none to give."""
        with self._lock:
            has_ended, self._has_ended = self._has_ended, False
            verdict, said = self._verdict, self._said
        if not has_ended or not self._console or verdict is None or verdict.state == "unknown":
            return
        self._said = verdict.state, verdict.short
        if self._said != said:  # not after each of many short fits
            print_safely(f"InspectCallback: {printable(verdict.text)}.")

    def _print(self, finding: Finding, stops: bool) -> None:
        # A progress bar leaves its line open: begin and end on lines of our own.
        if stops:
            print_safely(f"\nInspectCallback ends the training run:\n{finding}\n")
        elif self._console and finding.rank >= SEVERITIES.index(self._console):
            print_safely(f"\n{message(finding)}\n")

    def _call(self, finding: Finding) -> list[str]:
        if self.on_finding is None:
            return []
        try:
            self.on_finding(finding)
        except Exception as error:
            self.on_finding = None
            return [
                f"`on_finding` is not called any more: it raised {type(error).__name__}: {error}. "
                "Training goes on"
            ]
        return []


def message(finding: Finding) -> str:
    """The two lines that the console shows of a finding."""
    lines = [f"InspectCallback {finding.severity}: {finding.problem}: {printable(finding.title)}."]
    if finding.advice:
        lines.append(f"  Try: {finding.advice[0].text}")
    return "\n".join(lines)


def _is_one_of(finding: Finding, wanted: Set[str]) -> bool:
    severities = [s for s in SEVERITIES if s in wanted]
    if severities and finding.rank >= SEVERITIES.index(severities[0]):
        return True
    return finding.rank > 0 and finding.problem in wanted
