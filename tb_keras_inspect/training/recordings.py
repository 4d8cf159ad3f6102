"""The fits that one callback records, one after the other."""

import dataclasses
import threading
from collections.abc import Callable, Mapping
from typing import Any

import keras

from tb_keras_inspect.training.hooks.fit_call import callbacks_of_fit
from tb_keras_inspect.training.hooks.hooks_check import missing_hooks, warning_about
from tb_keras_inspect.training.live.alert_sender import AlertSender
from tb_keras_inspect.training.model.layer_filter import check_matches, layer_filter
from tb_keras_inspect.training.options.options import Options
from tb_keras_inspect.training.probe.options import layer_name
from tb_keras_inspect.training.probe.pictures.example_inputs import encode_example_inputs
from tb_keras_inspect.training.probe.probe_pass import ProbeSamples
from tb_keras_inspect.training.recording import Session
from tb_keras_inspect.training.runs import fits
from tb_keras_inspect.training.runs.log_dir import LogDir, resolved
from tb_keras_inspect.training.runs.trial import trial_of
from tb_keras_inspect.training.samples.example_inputs import FRACTION, ExampleInputs
from tb_keras_inspect.training.steering.controller import Controller
from tb_keras_inspect.training.step.settings import settings_for
from tb_keras_inspect.training.successive_fits import SuccessiveFits


class Recordings:
    """Begins the recording of each fit, with what is kept of the one before.

    Args:
        options: The callback's options.
        oldest: See `FitRecording`.
        warn: Shows the user a warning.

    Attributes:
        fit: The recording that runs, or the last one; None before the first one.
        is_announced: Whether a fit is about to begin.
        kept: What a further fit of the same model goes on with.
        controller: Takes commands; None before the first fit of a run that takes some.

    Raises:
        ValueError: If an option is invalid.
    """

    def __init__(self, options: Options, oldest: float | None, warn: Callable[[str], Any]):
        self._options, self._oldest, self._warn = options, oldest, warn
        self._settings = settings_for(options.tier, **dataclasses.asdict(options.record))
        self._wanted = layer_filter(options.layers)
        self.fit: SuccessiveFits | None = None
        self.is_announced = False
        self.kept: Session | None = None
        self.controller: Controller | None = None
        self._alerts = AlertSender(options.alerts)
        self._models = 0  # that were trained

    def announce(self) -> None:
        """A fit will begin. Ends the recording of one that was interrupted.

        Raises:
            RuntimeError: If a fit in another thread is being recorded.
        """
        last = self.fit
        if last is not None:
            elsewhere = last.is_open and last.thread != threading.get_ident()
            if elsewhere and fits.is_under_way(last.model, last.thread):
                raise RuntimeError(
                    "This InspectCallback is recording a fit in another thread, and can record one at "
                    "a time. Give each fit its own: copy.deepcopy(callback) has the same options"
                )
            last.close()
        self.is_announced = True

    def begin(
        self,
        model: keras.Model,
        params: Mapping[str, Any],
        epoch: int,
        log_dir: LogDir,
        hyperparameters: Mapping[str, Any],
    ) -> None:
        """The first epoch of a fit begins.

        Args:
            model: The model in `fit`.
            params: What Keras says of the fit.
            epoch: The epoch.
            log_dir: As the user gave it.
            hyperparameters: Likewise.

        Raises:
            OSError: If the directory cannot be written.
            ValueError: If an option does not fit the model.
        """
        self.is_announced = False
        kept, self.kept = self.kept, None
        fit, callbacks = self.fit, callbacks_of_fit()
        is_new = fit is None or fit.model is not model
        number, trial = self._models + is_new, trial_of(callbacks)
        known = {**trial.hyperparameters, **hyperparameters}
        root = None
        if (
            fit is not None
            and kept is not None
            and fit.session is kept
            and not is_new
            and callbacks
        ):
            root = resolved(log_dir, trial, number, model.name, known)
            if fit.resume(root, params, epoch):
                self.kept = kept
                return
        session = kept if kept is not None and kept.serves(model) else None
        if session is None and (missing := missing_hooks(model)):
            self._warn(warning_about(missing))
            return
        self._models = number
        if root is None:
            root = resolved(log_dir, trial, number, model.name, known)
        session = session or self._new_session(model, known)
        if self._options.control and self.controller is None:
            self.controller = Controller(self._options.control.timeout)
        self.fit = SuccessiveFits(
            model,
            root,
            self._options,
            session,
            params,
            self.fit,
            self.controller,
            self._alerts,
            self._warn,
            self._oldest,
        )
        self.kept = session
        self.fit.begins(epoch)

    def _new_session(self, model: keras.Model, hyperparameters: Mapping[str, Any]) -> Session:
        options = self._options
        check_matches(options.layers, self._wanted, model)
        wants_pictures = options.maps_every and options.record.keep_data
        samples = ProbeSamples.from_user(options.probe, model) if wants_pictures else None
        pictures = {
            "kinds": options.pictures.kinds_in(options.tier),
            "max_channels": options.pictures.max_channels,
            "max_pixels": options.pictures.max_pixels,
            "grad_cam_layer": layer_name(options.pictures.grad_cam_layer, model),
        }
        inputs = ExampleInputs(encode_example_inputs, FRACTION * options.max_bytes)
        return Session(
            model,
            self._settings,
            self._wanted,
            samples,
            options.for_model_record(),
            pictures,
            hyperparameters,
            inputs if wants_pictures else None,
        )
