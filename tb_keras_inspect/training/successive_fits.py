"""Fits of one model in quick succession: what stays open from one to the next."""

import contextlib
import functools
import math
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

from tb_keras_inspect.files.locations import is_remote
from tb_keras_inspect.training.fit_recording import FitRecording
from tb_keras_inspect.training.hooks.optimizers import iterations_of
from tb_keras_inspect.training.recorder import SNAPSHOT
from tb_keras_inspect.training.recording import PATIENCE
from tb_keras_inspect.training.runs import fits
from tb_keras_inspect.training.writing import rest

RARITY = 100  # times that a diagnosis takes, between two of them


class SuccessiveFits(FitRecording):
    """Records a fit and, if others of the same model follow at once, those too.

    The second fit in quick succession leaves file, lock and thread open when it ends, for
    `rest.REST_SECONDS`. A fit that goes on with them and in which nothing is to be sampled does no more
    than write what Keras reports of its epoch.

    Args:
        *arguments: Those of `FitRecording`.
    """

    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self._place = os.path.abspath(self.root)
        is_local = self._processes.is_alone and not is_remote(self.root)
        is_quick = self.break_seconds < rest.REST_SECONDS
        is_watched = self._controller is not None or self._chain.guard.is_on
        self._may_rest = is_quick and is_local and not is_watched
        self._sleeps = False  # whether nothing is to be sampled
        self._is_undiagnosed = True  # whether something was sampled since the last diagnosis
        self._diagnosed = -math.inf

    def resume(self, root: str, params: Mapping[str, Any], epoch: int) -> bool:
        """Goes on with a further fit of the same model, if everything is still open.

        Args:
            root: The directory asked for.
            params: What Keras says of the fit.
            epoch: Its first epoch, from 0.

        Returns:
            False if the fit has to be opened as any other.
        """
        is_open = self._may_rest and self.recorder.is_resting
        if not is_open or os.path.abspath(root) != self._place:
            return False
        self._params = params
        self.next_step = max(self.next_step, iterations_of(self.model))
        self._begin_schedules(epoch)
        sleeps = self._has_nothing_to_do(epoch)
        if not sleeps and not self.session.serves(self.model):
            return False
        if not self.recorder.resume():
            return False
        self.is_open, self._sleeps = True, sleeps
        if self.thread != threading.get_ident():
            self.thread = threading.get_ident()
            fits.opened(self.recorder, root, self.model)
        if not sleeps:
            self.session.open(self.recorder, params.get("steps"), goes_on=True)
            self._subscribe()
            self.begins(epoch)
        return True

    def _has_nothing_to_do(self, epoch: int) -> bool:
        steps, epochs = self._params.get("steps"), self._params.get("epochs")
        if not steps or epochs != epoch + 1 or self.session.wants_first_snapshot:
            return False
        is_due = self._snapshots.is_due(epoch, *self.recorder.expected(SNAPSHOT))
        return not is_due and self.schedule.wants_none_to(self.next_step + steps - 1)

    @property
    def wants_first_snapshot(self) -> bool:
        """Whether the next batch begins with the first snapshot of the fit."""
        return not self._sleeps and super().wants_first_snapshot

    def batch_begins(self, batch: int) -> None:
        """Decides whether the step that is about to run is sampled."""
        if not self._sleeps:
            super().batch_begins(batch)
            return
        self._last_batch = batch
        self._reports.findings()
        self.schedule.timed(time.perf_counter(), self._epoch_step + batch)

    def _sample(self, step: int, last_step: int) -> None:
        self._is_undiagnosed = True
        super()._sample(step, last_step)

    def epoch_ends(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Records Keras's logs of an epoch and, when it is due, a snapshot."""
        if not self._sleeps:
            super().epoch_ends(epoch, logs)
            return
        self._end_epoch(epoch, logs, may_wait=True)

    def ends(self) -> None:
        """The fit has come to its end. Writes what is waiting, and closes the file or lets it rest."""
        if not (self.is_open and self._may_rest and self._rests()):
            super().ends()
            return
        self.is_open, self._ended = False, time.monotonic()
        if not self._sleeps:
            self._report_end()

    def _rests(self) -> bool:
        if not self._sleeps:
            self.session.disarm()
        evaluate_last = functools.partial(self.live_diagnosis.evaluate_last, self.next_step - 1)
        if self._is_diagnosis_due() and self.recorder.put(evaluate_last, PATIENCE):
            return bool(self.recorder.rest(None))

        def last() -> Any:
            yield from evaluate_last()
            with contextlib.suppress(Exception):  # a warning that the user has made an error
                self._reports.findings()

        return bool(self.recorder.rest(last))

    def _is_diagnosis_due(self) -> bool:
        """Whether to diagnose now and not when the rest is over: it takes longer than a short fit."""
        if not self._is_undiagnosed:
            return False
        now, live = time.monotonic(), self.live_diagnosis
        may_wait = (
            live.on_finding is None and not self._options.stop_on
        )  # those are for this thread
        if may_wait and now - self._diagnosed < RARITY * live.cost:
            return False
        self._diagnosed, self._is_undiagnosed = now, False
        return True
