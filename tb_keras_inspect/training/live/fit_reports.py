"""What other threads have found in a fit, reported on the training thread."""

from collections.abc import Callable
from typing import Any

import keras

from tb_keras_inspect.diagnosis import Finding
from tb_keras_inspect.training.live.alert_sender import AlertSender
from tb_keras_inspect.training.live.live_diagnosis import LiveDiagnosis
from tb_keras_inspect.training.options.options import Options


def live_diagnosis_of(
    options: Options, last: LiveDiagnosis | None, is_alone: bool
) -> LiveDiagnosis:
    """The diagnosis of a run that begins.

    Args:
        options: The callback's options.
        last: The one of the run before, or None.
        is_alone: Whether no other process trains the same model.
    """
    # Not after it has raised.
    on_finding = options.diagnosis.on_finding if last is None else last.on_finding
    thresholds = options.diagnosis.thresholds
    return LiveDiagnosis(
        options.console, on_finding, options.stop_on, thresholds, is_alone=is_alone
    )


class FitReports:
    """Reports the findings of a fit, and what went wrong with its alerts.

    Args:
        model: The model in `fit`.
        live_diagnosis: Where findings come from.
        alerts: Sends them to the user's webhooks.
        log_dir: The run's directory.
        warn: Shows the user a warning.
        can_stop: Whether training can end at a finding: all processes that train the model record it.
    """

    def __init__(
        self,
        model: keras.Model,
        live_diagnosis: LiveDiagnosis,
        alerts: AlertSender,
        log_dir: str,
        warn: Callable[[str], Any],
        can_stop: bool = True,
    ):
        self._model, self._live, self._alerts = model, live_diagnosis, alerts
        self._log_dir, self._warn, self._can_stop = log_dir, warn, can_stop
        live_diagnosis.listeners = [self._alert] if alerts.webhooks else []

    def _alert(self, finding: Finding) -> None:
        self._alerts.send(finding, self._log_dir, self._live.step)

    def findings(self) -> None:
        """Reports the findings that wait."""
        for problem in self._live.report(self._model):
            self._warn(problem)
        if self._live.wants_stop and not self._can_stop:
            self._live.wants_stop = False
            self._warn(
                "`stop_on` does not end training: it runs in several processes, and not all of them "
                "have the callback with the same `log_dir`. They would wait for this one"
            )
        self._problems()

    def last(self) -> None:
        """Does so at the end of the fit, and waits a while for what is being sent."""
        self.findings()
        self._alerts.flush()
        self._problems()

    def _problems(self) -> None:
        for problem in self._alerts.take_problems():
            self._warn(problem)
