"""Keeps the sampled steps of a fit that break, and tells the user."""

import collections
import dataclasses
import logging
import math
import os
import shlex
import threading
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.diagnosis.wording import printable
from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.execution import Execution
from tb_keras_inspect.records import DecodedSampleLoss
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.failsafe import print_safely, words
from tb_keras_inspect.training.incidents.before import Before, copied, nothing_of
from tb_keras_inspect.training.incidents.contents import Contents, config_of, contents_of
from tb_keras_inspect.training.incidents.detection import Detector, Found
from tb_keras_inspect.training.incidents.writing import write
from tb_keras_inspect.training.options.incident_options import IncidentOptions
from tb_keras_inspect.training.runs.place import INCIDENTS
from tb_keras_inspect.training.samples.sample import Sample

logger = logging.getLogger(__name__)

NAMED = 20  # examples in an incident
MOST_TEXT = 10_000  # characters of an exception: the last ones, where TensorFlow says what it is


class Incidents:
    """Keeps the steps of one fit that break. A `StepListener`.

    Args:
        model: The model in `fit`.
        backend: The backend in use.
        options: How many, and how large.
        keep_data: Whether an incident may hold the batch and the state.
        log_dir: The run's directory.
        is_quiet: Whether nothing is to be printed.
    """

    def __init__(
        self,
        model: keras.Model,
        backend: Backend,
        options: IncidentOptions,
        keep_data: bool,
        log_dir: str,
        is_quiet: bool,
    ):
        self._model, self._backend, self._options = model, backend, options
        self._keep_data, self._log_dir, self._is_quiet = keep_data, log_dir, is_quiet
        self._lock = threading.Lock()
        # Appended to on the recorder's thread, told on the training thread.
        self._kept: collections.deque[str] = collections.deque()
        self._problems: collections.deque[str] = collections.deque()

    def begin_fit(self, record: pb.ModelRecord | None, reached_in: Callable[[Sample], str]) -> None:
        """A fit begins.

        Args:
            record: Names what its steps consist of, until another one comes.
            reached_in: The breakpoints that a sample has reached, as text.
        """
        self._record, self._detector, self._reached_in = record, Detector(), reached_in
        self._left, self._step = self._options.count, -1
        self._waiting: dict[int, Before] = {}  # by step; it is examined on the recorder's thread
        # Now: while JAX trains, the model's variables are empty.
        self._config = config_of(self._model) if self._backend.is_stateless else None

    # On the training thread.

    def armed(self, step: int) -> None:
        """The step that is about to run is sampled, if it can be."""
        self._step = step

    def before_step(self, execution: Execution) -> None:
        """See `StepListener`: copies what the step begins with."""
        if self._left <= 0 or execution.batch() is None:
            return
        self._waiting[self._step] = self._copied(execution, list(self._waiting.values()))

    def _copied(
        self, execution: Execution, waiting: Sequence[Before], why_no_state: str = ""
    ) -> Before:
        if not self._keep_data:
            return nothing_of("the run was recorded with keep_data=False")
        limit = self._options.max_megabytes * 1e6
        try:
            return copied(execution, self._model, self._backend, waiting, limit, why_no_state)
        except Exception as error:  # no memory for it
            logger.debug("what a step begins with was not copied", exc_info=error)
            return nothing_of(f"copying failed with {words(error)}")

    def step_raised(self, error: Exception) -> None:
        """See `StepListener`: keeps the step, and says so at once."""
        before = self._waiting.pop(self._step, None)
        if before is not None:
            self.raised(self._step, error, before)

    def raised(self, step: int, error: Exception, before: Before) -> None:
        """Keeps a step that has raised, and says so at once. Raises nothing."""
        if isinstance(error, StopIteration):
            return
        try:
            name = type(error).__name__
            # What an exception says may quote the batch.
            said, text = (words(error), str(error)[-MOST_TEXT:]) if self._keep_data else (name, "")
            found = Found("exception", f"the step raised {said}")
            about = {"exception": {"class": name, "text": text}}
            self._keep(step, found, before, about)
            self.tell(lambda text: self._print(f"{text}."))
        except Exception:  # the step's own exception matters more
            logger.debug("the user was not told of an incident", exc_info=True)

    # Of steps that are not sampled: see `FlightRecorder`.

    @property
    def is_open(self) -> bool:
        """Whether further steps can be kept."""
        return self._left > 0

    @property
    def has_news(self) -> bool:
        """Whether `tell` has something to say."""
        return bool(self._kept or self._problems)

    def held(
        self,
        execution: Execution,
        earlier: Sequence[tuple[int, Before]],
        why_no_state: str,
    ) -> Before:
        """What a step begins with.

        Args:
            execution: The step.
            earlier: Steps before it with what they began with, oldest first.
            why_no_state: As for `copied`.
        """
        others = [*self._waiting.values(), *(before for _, before in earlier)]
        before = self._copied(execution, others, why_no_state)
        batches = tuple((step, other.batch) for step, other in earlier if other.batch)
        return dataclasses.replace(before, earlier=batches)

    def examined(self, step: int, is_finite: bool, losses: list[float], before: Before) -> None:
        """A step has ended; keeps it if its numbers are not finite and those before were.

        Args:
            step: The step.
            is_finite: Whether its new weights are.
            losses: Its loss: the mean of the epoch so far. Empty where it is not known.
            before: What it began with.
        """
        has_loss = all(map(math.isfinite, losses))
        if is_finite and has_loss:
            self._detector.finite()
            return
        with self._lock:
            what, first = ("a new weight", "weight") if has_loss else ("the loss", "loss")
            found = self._detector.not_finite(what, first)
        if found is not None and self._left > 0:
            self._keep(step, found, before, {"numbers": {"loss": None} if not has_loss else {}})

    def tell(self, warn: Callable[[str], Any]) -> None:
        """Prints which steps were kept since the last call, and warns of those that could not be."""
        while self._kept:
            self._print(self._kept.popleft())
        while self._problems:
            warn(self._problems.popleft())

    def _print(self, text: str) -> None:
        if not self._is_quiet:
            print_safely(f"\nInspectCallback: {text}\n")

    # On the recorder's thread.

    def on_sample(self, sample: Sample) -> None:
        """Keeps a step if it breaks. Never raises."""
        if sample.model is not None:
            self._record = sample.model
        if Kind.STEP not in sample.records:
            return
        before = nothing_of("it was not available")
        for step in [step for step in list(self._waiting) if step <= sample.step]:
            waited = self._waiting.pop(step, None)
            before = waited if waited is not None and step == sample.step else before
        if self._left <= 0:
            return
        try:
            found = self._detector.examine(sample, self._record)
            if found is None and (reached := self._reached_in(sample)):
                found = Found("breakpoint", f"a breakpoint was reached: {reached}")
        except Exception as error:
            self._failed(sample.step, error)
            return
        if found is not None:
            self._keep(sample.step, found, before, _numbers(sample))

    # On either.

    def _keep(self, step: int, found: Found, before: Before, about: dict[str, Any]) -> None:
        with self._lock:
            if self._left <= 0:
                return
            self._left -= 1
        try:
            self._write(step, found, before, about)
        except Exception as error:
            self._failed(step, error)

    def _write(self, step: int, found: Found, before: Before, about: dict[str, Any]) -> None:
        known = {
            "kind": found.kind,
            "what": found.what,
            "step": step,
            "first_not_finite": found.first_not_finite,
            "numbers": {},
            "examples": [],
        }
        config = self._config or config_of(self._model)
        contents: Contents = contents_of(self._model, config, self._backend, before)
        folder = os.path.join(self._log_dir, INCIDENTS)
        everything = known | about | contents.about
        path = write(folder, f"step_{step:06d}", everything, contents.arrays)
        lacks = "; ".join(contents.about["missing"])
        further = (
            f"Missing: {lacks}" if lacks else f"Try: tb-keras-inspect replay {shlex.quote(path)}"
        )
        what = printable(f"step {step}: {found.what}. It is kept in {path}.")
        self._kept.append(f"{what}\n  {printable(further)}")

    def _failed(self, step: int, error: Exception) -> None:
        logger.debug("an incident was not kept", exc_info=error)
        self._left = 0
        self._problems.append(
            f"what broke at step {step} is not kept: {words(error)}. Nothing more of this kind will "
            "be; everything else is recorded, and training goes on"
        )


def _numbers(sample: Sample) -> dict[str, Any]:
    """The numbers of a step, and its examples with the largest losses."""
    table, losses = sample.tables.get(Kind.STEP), sample.records.get(Kind.SAMPLE_LOSS)
    names, values = (table.statistics, table.values[0]) if table is not None else ((), ())
    return {
        "numbers": _by_name(names, values),
        "examples": _examples(losses) if isinstance(losses, DecodedSampleLoss) else [],
    }


def _by_name(names: Any, values: Any) -> dict[str, float | None]:
    return {
        name: float(value) if np.isfinite(value) else None
        for name, value in zip(names, values, strict=True)
    }


def _examples(losses: DecodedSampleLoss) -> list[dict[str, Any]]:
    """The examples with the largest losses, those that are not finite first."""
    loss = losses.values[:, losses.columns.index("loss")]
    order = np.argsort(np.where(np.isfinite(loss), -loss, -np.inf), kind="stable")[:NAMED]
    marks = losses.fingerprints
    return [
        {
            "position": row,
            "fingerprint": f"{int(marks[row]):016x}" if len(marks) else "",
            **_by_name(losses.columns, losses.values[row]),
        }
        for row in order.tolist()
    ]
