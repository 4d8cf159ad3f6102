"""InspectCallback: options and life cycle. `training` does the work."""

import copy
import os
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import keras

from tb_keras_inspect.training.failsafe import guarded
from tb_keras_inspect.training.fit_recording import FitRecording
from tb_keras_inspect.training.loop import TrainingLoop
from tb_keras_inspect.training.options import checks as check
from tb_keras_inspect.training.options.checks import options_of
from tb_keras_inspect.training.options.incident_options import IncidentOptions, incident_options_of
from tb_keras_inspect.training.options.moved_options import explains_moved
from tb_keras_inspect.training.options.options import (
    BudgetOptions,
    ControlOptions,
    DiagnosisOptions,
    Options,
    RecordOptions,
    control_options_of,
)
from tb_keras_inspect.training.options.picture_options import PictureOptions, picture_options_of
from tb_keras_inspect.training.options.recovery_options import RecoveryOptions
from tb_keras_inspect.training.options.webhooks import Webhook, webhooks_of
from tb_keras_inspect.training.recordings import Recordings
from tb_keras_inspect.training.runs.log_dir import FitNames, checked_log_dir


class InspectWarning(UserWarning):
    """Something is no longer recorded; the text says what, why, and what still is."""


# Attributes that are not copied: Keras's own, and those of a fit.
_NOT_COPIED = frozenset(
    ["_model", "params", "validation_data", "_inspected", "_recordings"],
)


class InspectCallback(keras.callbacks.Callback):
    """Records what happens inside the model while it trains, for TensorBoard.

    On a sampled step, an instrumented version of the model's own training step runs: in its place, or
    beside it where the step is compiled. It returns statistics of gradients, weights, updates and
    activations. This does not change training: no variable is added, and the trained weights are
    bit-identical. View the result in the "Keras Inspect" tab of TensorBoard, or read it with
    `load_run`.

    Args:
        log_dir: Directory of the run, as in `keras.callbacks.TensorBoard`. A fit of the same model
            goes on with its run. If another run is there, the new one is recorded beside it, in
            `run_002` and so on; a trial of KerasTuner or Optuna in `trial_<number>`. May also be a
            template, such as `"logs/{trial}"` or `"logs/{hyperparameters[units]}"`, or a function of
            an object with `trial`, `model` (its name) and `hyperparameters`.
        every: Sample one in n training steps: 0, n, 2 * n, ..., moved by a few steps in later epochs
            where the same batches of each epoch would be sampled otherwise. `"auto"` keeps the cost
            of sampling below `budget.overhead` but samples about 200 steps per fit or more, at
            irregular distances. Defaults to `"auto"`.
        tier: How much to record: `"economy"` (no histograms, no units, no `cosine` of gradients,
            nothing of the optimizer's state),
            `"standard"`, or `"full"` (all elements of all tensors, where `"standard"` uses a subset
            of large ones). Defaults to `"standard"`.
        layers: Which layers to record: a regular expression, or a list of layer names and layers.
            Defaults to None: all.
        probe: The probe samples: a number (that many of the first sampled batch, which may be the
            second batch if the model has no weights yet), an array, a dict or list of arrays, or a
            dataset; at most 16. Defaults to None: 4 of the first batch.
        maps_every: Record a snapshot of the probe samples at the end of every n-th epoch, at most 100
            times per fit; 0 for never. Defaults to 1.
        console: Severity from which a finding is printed when it first appears: `"note"`,
            `"warning"` or `"error"`; `None` to print nothing. Defaults to `"warning"`: rules are
            designed to stay silent on healthy runs, and an early report can save the rest of the run.
        stop_on: Problems (such as `"non_finite"`) or severities (`"error"`) that end training, with
            the evidence printed. Defaults to none.
        control: Whether the run takes commands (pause, step, inspect, change, resume) from the tab or
            from `tb_keras_inspect.connect`: `True`, `False`, or a `ControlOptions`. Defaults to False.
        alerts: Where findings are sent when they first appear: the URL of a webhook (Slack, Discord,
            Feishu or a program of your own), a `Webhook`, or a list of these. Defaults to None:
            nothing is sent.
        record: What to record of a sampled step: a `RecordOptions`.
        pictures: Which pictures of the probe samples to record: a `PictureOptions`, or just a list of
            its `kinds`.
        budget: What recording may cost: a `BudgetOptions`.
        diagnosis: How the diagnosis works during training: a `DiagnosisOptions`.
        incidents: Whether a sampled step that breaks (numbers that are not finite, a loss far above the
            usual, an exception) is kept in the run's directory, with its batch and the weights before
            it, to do it again: `True`, `False`, or an `IncidentOptions`. Defaults to None: as `True`,
            but without a warning where no step can be kept.
        recovery: What becomes of a step that breaks: a `RecoveryOptions`. By default nothing does.
        measure: What to measure with passes of its own: `"critical_rate"`, the largest learning rate
            that does not raise the batch's loss, at the first step of epochs; `"gradient_noise"`,
            how much of the gradient is noise, from the gradients of four parts of a batch, of which
            `useful_batch_size` makes a batch size. For at most 2 % of the training time. Defaults to
            `()`: nothing.
        overwrite: Remove what was recorded in `log_dir` before this callback was made, when the first
            fit begins there. Defaults to False: it is kept, and the new run gets a directory beside it.
        hyperparameters: Name to value, recorded with the run, to find and compare it by. Those of a
            tuner's trial are recorded anyway. Defaults to None.

    Attributes:
        log_dir: As given.

    Each group of options may also be a mapping, such as `record={"histograms": False}`.

    Raises:
        ValueError: if an option is invalid.
        RuntimeError: from `fit`, if the callback is recording another one in another thread.
        OSError: from `fit`, before the first step, if `log_dir` cannot be written.

    Example:

    ```python
    import keras
    import numpy as np
    from tb_keras_inspect import InspectCallback

    model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x, y = np.random.normal(size=(256, 4)), np.random.normal(size=(256, 1))
    model.fit(x, y, callbacks=[keras.callbacks.TensorBoard("logs/a"), InspectCallback("logs/a")])
    ```
    """

    @explains_moved
    def __init__(
        self,
        log_dir: str | os.PathLike[str] | Callable[[FitNames], str | os.PathLike[str]],
        every: int | str = "auto",
        *,
        tier: str = "standard",
        layers: Any = None,
        probe: Any = None,
        maps_every: int = 1,
        console: str | None = "warning",
        stop_on: str | Iterable[str] = (),
        control: bool | ControlOptions | Mapping[str, Any] = False,
        alerts: str | Webhook | Mapping[str, Any] | Iterable[Any] | None = None,
        record: RecordOptions | Mapping[str, Any] | None = None,
        pictures: PictureOptions | Mapping[str, Any] | Iterable[str] | None = None,
        budget: BudgetOptions | Mapping[str, Any] | None = None,
        diagnosis: DiagnosisOptions | Mapping[str, Any] | None = None,
        incidents: bool | IncidentOptions | Mapping[str, Any] | None = None,
        recovery: RecoveryOptions | Mapping[str, Any] | None = None,
        measure: str | Iterable[str] = (),
        overwrite: bool = False,
        hyperparameters: Mapping[str, Any] | None = None,
    ):
        super().__init__()
        self.log_dir = checked_log_dir(log_dir)
        self._hyperparameters = check.checked_names("hyperparameters", hyperparameters)
        check.checked_flag("overwrite", overwrite)
        self._oldest = time.time() if overwrite else None
        self._options = Options(
            every=check.checked_every(every),
            tier=tier,
            layers=layers,
            probe=probe,
            maps_every=check.checked_whole("maps_every", maps_every, least=0),
            console=check.checked_console(console),
            stop_on=check.checked_stop_on(stop_on),
            control=control_options_of(control),
            alerts=webhooks_of(alerts),
            record=options_of(RecordOptions, "record", record),
            pictures=picture_options_of(pictures),
            budget=options_of(BudgetOptions, "budget", budget),
            diagnosis=options_of(DiagnosisOptions, "diagnosis", diagnosis),
            incidents=incident_options_of(incidents),
            incidents_by_default=incidents is None,
            recovery=options_of(RecoveryOptions, "recovery", recovery),
            measure=check.checked_measures(measure),
        )
        self._set_up()

    def _set_up(self) -> None:
        self._inspected: keras.Model | None = None
        self._recordings = Recordings(self._options, self._oldest, _warn)

    # Tuners, cross-validation and remote workers copy callbacks, also in mid-fit. A copy has the
    # options and nothing of a fit; the layers and probe samples in them are those of the original.

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in _NOT_COPIED}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        keras.callbacks.Callback.__init__(self)
        self.__dict__.update(state)
        self._set_up()

    def __deepcopy__(self, memo: dict[int, Any]) -> "InspectCallback":
        memo[id(self._options)] = self._options
        copied = type(self).__new__(type(self))
        memo[id(self)] = copied
        copied.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return copied

    def loop(
        self, model: keras.Model, steps_per_epoch: int | None = None, epochs: int | None = None
    ) -> TrainingLoop:
        """Records a custom loop around `train_on_batch`, without `fit`.

        Args:
            model: A compiled model.
            steps_per_epoch: Number of batches per epoch, if known.
            epochs: Number of epochs, if known.

        Raises:
            ValueError: if the model is not compiled.

        Example:

        ```python
        with InspectCallback("logs/a", every=10).loop(model) as loop:
            for epoch in range(3):
                for x, y in batches:
                    loop.before_batch()
                    logs = model.train_on_batch(x, y, return_dict=True)
                loop.after_epoch(logs)
        ```
        """
        return TrainingLoop(self, model, steps_per_epoch, epochs)

    def set_model(self, model: keras.Model) -> None:
        """Keeps the model under a name of its own: reading `self.model` costs a sync on JAX."""
        super().set_model(model)
        self._inspected = model

    def on_train_begin(self, logs: Any = None) -> None:
        """Ends what an interrupted fit has left; the new one is recorded from its first epoch on."""
        self._recordings.announce()

    @property
    def run_dir(self) -> str | None:
        """Where the last fit is recorded; None before the first one."""
        return self._fit.log_dir if self._fit else None

    @property
    def _fit(self) -> FitRecording | None:
        return self._recordings.fit

    @property
    def _open_fit(self) -> FitRecording | None:
        return self._fit if self._fit is not None and self._fit.is_open else None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Notes where the epoch begins on the run's step axis."""
        if self._recordings.is_announced:
            # Not earlier: BackupAndRestore, in its own on_train_begin, may restore model and epoch.
            names = self.log_dir, self._hyperparameters
            self._recordings.begin(self._inspected, self.params, epoch, *names)
        self._epoch_begins(epoch)

    @guarded
    def _epoch_begins(self, epoch: int) -> None:
        if fit := self._open_fit:
            fit.epoch_begins(epoch)

    @guarded
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Decides whether the step that is about to run is sampled.

        There is no `on_train_batch_end`: overriding it makes JAX wait for each step.
        """
        if fit := self._open_fit:
            if fit.wants_first_snapshot:
                _ = self.model  # on JAX: brings the model's variables up to date, once
            fit.batch_begins(batch)

    @guarded
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Records Keras's logs of the epoch and, when it is due, a snapshot."""
        if fit := self._open_fit:
            fit.epoch_ends(epoch, logs or {})

    @guarded
    def on_test_begin(self, logs: Any = None) -> None:
        """Validation time is not training time."""
        if fit := self._open_fit:
            fit.pause()

    @guarded
    def on_train_end(self, logs: Any = None) -> None:
        """Writes what is waiting and closes the event file, at once or if no further fit follows."""
        if self._fit is not None:
            self._fit.ends()

    def _give_up(self, error: Exception) -> bool:
        """Goes on without recording, if possible. Called when a method has failed."""
        return self._fit is not None and self._fit.give_up(error)


def _warn(text: str) -> None:
    warnings.warn(f"InspectCallback: {text}.", InspectWarning, stacklevel=3)
