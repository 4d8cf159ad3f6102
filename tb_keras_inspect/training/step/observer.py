"""Observes one training step from inside: layer outputs, applied gradients, the loss."""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import keras
from keras import ops

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.training.hooks import optimizers
from tb_keras_inspect.training.hooks.call_log import CallLog
from tb_keras_inspect.training.hooks.keras_hooks import TrainingObserver
from tb_keras_inspect.training.reduce import batch_norm, saturation, statistics
from tb_keras_inspect.training.reduce.checksums import checksum
from tb_keras_inspect.training.reduce.layout import SiteKey, may_be_batch
from tb_keras_inspect.training.step.example_losses import ExampleLosses
from tb_keras_inspect.training.step.moment_elements import MomentElements
from tb_keras_inspect.training.step.parts import RecordedParts
from tb_keras_inspect.training.step.settings import MAX_UNITS, Settings


@dataclasses.dataclass
class Activation:
    """One recorded layer output.

    Attributes:
        site: Its layer, call and position.
        sample: float32, flat: the elements that statistics are computed from.
        few: Some of these, evenly spaced, for the histogram and for counting zeros.
        saturated: Scalar, the fraction of them where the activation function is flat.
        units: float32[units], the largest magnitude of each unit; None where not recorded.
        checksum: float32[3], `checksums.checksum` of all elements; None where not recorded.
        moving: float32[2], `MOVING_STATISTICS` of a BatchNormalization; None for any other layer.
    """

    site: SiteKey
    sample: Any
    few: Any
    saturated: Any
    units: Any
    checksum: Any
    moving: Any = None


class StepObserver(TrainingObserver):
    """Collects what one training step, or one trace of it, shows.

    Nothing here may make the step fail: every hook runs under `guard`, which keeps the first error
    and turns the observer off.

    Attributes:
        activations: Recorded layer outputs, in the order of the calls.
        gradients: Variable index to gradient, unscaled and before clipping.
        accumulated: Variable index to the mean of the gradients since the last update.
        gradient_norms: Name of a global norm to the gradients it is of, and to the optimizer that
            clips them first, or None.
        scalars: Name to a number of the step as a whole, such as the loss.
        added_losses: Penalties, and what layers added to the loss.
        decay: Variable index to the part of itself by which weight decay shrinks it.
        omissions: (name, what) to the reason why it is not recorded.
        losses: The losses of the batch's examples.
        moments: Elements of what the optimizer remembers of each variable.
        batch_size: Number of samples in the batch; None where not known before the step runs.
        token: The trace in which tensors can be recorded; see `Backend.trace_token`.
        error: The first exception inside a hook.
    """

    def __init__(self, backend: Backend, settings: Settings, parts: RecordedParts):
        self.backend, self.settings, self.parts = backend, settings, parts
        self.activations: list[Activation] = []
        self.gradients: dict[int, Any] = {}
        self.accumulated: dict[int, Any] = {}
        self.gradient_norms: dict[str, tuple[Sequence[Any], Any]] = {}
        self.scalars: dict[str, Any] = {}
        self.added_losses: list[Any] = []
        self.decay: dict[int, Any] = {}
        self.omissions: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None
        self.batch_size: int | None = None
        self.token = backend.trace_token()
        self.apply_depth = self.loss_depth = 0
        self.losses = ExampleLosses(backend)
        limit = settings.moment_elements if settings.optimizer else 0
        self.moments = MomentElements(backend, limit, parts)
        self._applies = 0
        self._calls = CallLog(backend, parts.layers)
        self._variable_index = {id(v): i for i, v in enumerate(parts.variables)}
        self._moving: dict[int, Any] = {}

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """A block whose failure is kept instead of reaching the user's training."""
        try:
            yield
        except Exception as error:
            self.failed(error)

    def failed(self, error: Exception) -> None:
        """Records that a hook failed. Nothing more is collected."""
        self.error = self.error or error

    # What the hooks report.

    def will_call(self, layer: keras.layers.Layer, inputs: Any) -> None:
        """A BatchNormalization is called: its moving statistics are those before the step."""
        if not isinstance(layer, keras.layers.BatchNormalization) or not layer.built:
            return
        if not self.settings.activations or self.error or not inputs[0]:
            return
        x = inputs[0][0]
        if hasattr(x, "shape") and not self.backend.unrecordable(x, self.token):
            with self.backend.no_gradient():
                self._moving[id(layer)] = batch_norm.moving_statistics(
                    layer, self.backend.detach(x)
                )

    def saw_output(self, layer: keras.layers.Layer, outputs: Any) -> None:
        """A layer was called."""
        if not self.settings.activations or self.error:
            return
        for output in self._calls.outputs(layer, outputs, self.token):
            with self.backend.no_gradient():
                tensor = self.backend.detach(output.tensor)
                self._reduce_output(layer, output.layer, output.call, output.position, tensor)
        self.omissions |= {
            (name, "activation"): reason for name, reason in self._calls.omissions.items()
        }

    def _reduce_output(
        self, layer: keras.layers.Layer, name: str, call: int, position: int, tensor: Any
    ) -> None:
        lengths = [None if d is None else int(d) for d in tensor.shape]
        has_batch = may_be_batch(lengths[0], self.batch_size) if lengths else True
        # The batch axis is left open: the last batch of an epoch may be smaller.
        shape = (None if has_batch else lengths[0], *lengths[1:])
        activation = saturation.activation_of(layer)
        axis = unit_axis(layer, len(shape))
        count = (shape[axis] if axis >= 0 and self.settings.units else None) or 0
        if count > MAX_UNITS:
            self.omissions[name, "units"] = f"{count} units, at most {MAX_UNITS} are recorded"
        units = count if count <= MAX_UNITS else 0
        spread = bool(lengths) and lengths[0] != self.batch_size is not None
        sample = statistics.few_samples(tensor, self.settings.activation_limit, spread)
        flat = self.backend.compact(self.backend.flat(sample))
        self.activations.append(
            Activation(
                SiteKey(name, call, position, shape, axis, units, activation),
                flat,
                self.backend.thin(flat, self.settings.histogram_limit),
                saturation.saturated_fraction(sample, activation),
                statistics.unit_max_abs(sample, axis, self.backend) if units else None,
                checksum(tensor, self.backend) if self.settings.checksums else None,
                self._moving.pop(id(layer), None),
            )
        )

    def saw_apply(self, optimizer: Any, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        """An optimizer is about to apply gradients. Runs where its variables can be read."""
        scale = optimizers.loss_scale(optimizer)
        for part in optimizers.parts_of(optimizer, gradients, variables):
            self._saw_part(*part, scale)

    def _saw_part(
        self, optimizer: Any, gradients: Sequence[Any], variables: Sequence[Any], scale: Any
    ) -> None:
        suffix = f":{self._applies}" if self._applies else ""
        self._applies += 1
        if scale is not None:
            scale = ops.cast(scale, "float32")
            self.scalars["loss_scale" + suffix] = scale
        rate = getattr(optimizers.inner_of(optimizer), "learning_rate", None)
        if rate is not None:
            self.scalars["learning_rate" + suffix] = ops.cast(rate, "float32")
        if self.settings.gradients:
            own = self._dense(gradients, variables, scale)
            self._keep_decay(optimizer, [variable for variable, _ in own])
            applied = self._over_replicas(own)
            self._keep_gradients(applied, suffix)
            self._keep_effective(optimizer, applied, suffix)
            if own and optimizers.clips(optimizer) and self.backend.gradients_are_partial():
                # Each replica clips its own gradients before they are summed.
                inner = optimizers.inner_of(optimizer)
                limited = inner._clip_gradients([gradient for _, gradient in own])
                whole = self.backend.summed_over_replicas(limited)
                self.gradient_norms["gradient_norm_clipped" + suffix] = whole, None

    def _dense(
        self, gradients: Sequence[Any], variables: Sequence[Any], scale: Any
    ) -> list[tuple[Any, Any]]:
        """Variables with their dense, unscaled float32 gradients, of this replica."""
        kept: list[tuple[Any, Any]] = []
        for variable, gradient in zip(variables, gradients, strict=False):
            index = self._variable_index.get(id(variable))
            name = self.parts.variable_names[index] if index is not None else variable.path
            if optimizers.takes_new_value(variable):
                if index is not None:
                    self.omissions[name, "gradient"] = "gets a new value, not a gradient"
                continue
            if gradient is None:
                if index is not None:
                    why = "the loss does not depend on it: no gradient"
                    self.omissions[name, "gradient"] = why
                continue
            gradient = self.backend.dense(gradient, variable.shape)
            if reason := self.backend.unrecordable(gradient, self.token):
                self.omissions[name, "gradient"] = reason
            else:
                kept.append((variable, gradient))
        floats = [(variable, ops.cast(gradient, "float32")) for variable, gradient in kept]
        return floats if scale is None else [(v, gradient / scale) for v, gradient in floats]

    def _over_replicas(self, pairs: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        reduced = self.backend.summed_over_replicas([value for _, value in pairs])
        return [(variable, value) for (variable, _), value in zip(pairs, reduced, strict=True)]

    def _keep_gradients(self, applied: Sequence[tuple[Any, Any]], suffix: str) -> None:
        for variable, gradient in applied:
            index = self._variable_index.get(id(variable))
            if index in self.gradients:
                name = self.parts.variable_names[index]
                self.omissions[name, "gradient"] = (
                    "applied several times per step; the first is recorded"
                )
            elif index is not None:
                self.gradients[index] = gradient
        if applied:
            self.gradient_norms["gradient_norm" + suffix] = [value for _, value in applied], None

    def _keep_decay(self, optimizer: Any, variables: Sequence[Any]) -> None:
        for variable in variables:
            index = self._variable_index.get(id(variable))
            decay = optimizers.decay_of(optimizer, variable)
            if index is not None and decay is not None:
                self.decay.setdefault(index, decay)

    def _keep_effective(
        self, optimizer: Any, applied: Sequence[tuple[Any, Any]], suffix: str
    ) -> None:
        """Gradients after accumulation and clipping, as they enter the update."""
        values = [gradient for _, gradient in applied]
        accumulates = optimizers.accumulation_steps(optimizer) > 1
        if accumulates and values:
            values = optimizers.accumulated(optimizer, values, [v for v, _ in applied])
            self.scalars["applies_accumulated" + suffix] = optimizers.applies_now(optimizer)
            for (variable, _), value in zip(applied, values, strict=True):
                index = self._variable_index.get(id(variable))
                if index is not None:
                    self.accumulated.setdefault(index, value)
            self.gradient_norms["accumulated_gradient_norm" + suffix] = values, None
        self.moments.add(optimizer, [variable for variable, _ in applied], values)
        if optimizers.clips(optimizer) and values:
            self.gradient_norms["gradient_norm_clipped" + suffix] = values, optimizer

    def saw_metric(self, metric: Any, values: Any) -> None:
        """A `keras.metrics.Mean` is updated. The metric of the loss gets the loss of this batch."""
        if "loss" in self.scalars:
            return
        is_loss = metric is self.parts.loss_tracker or metric.name in ("loss", "total_loss")
        if is_loss and not self.backend.unrecordable(values, self.token):
            with self.backend.no_gradient():
                self.scalars["loss"] = ops.mean(ops.cast(self.backend.detach(values), "float32"))

    def saw_added_loss(self, loss: Any) -> None:
        """See `TrainingObserver`."""
        if not self.error and not self.backend.unrecordable(loss, self.token):
            with self.backend.no_gradient():
                self.added_losses.append(ops.cast(self.backend.detach(loss), "float32"))

    def saw_loss(self, values: Any, outputs: Any, weights: Any) -> None:
        """A loss was computed; see `TrainingObserver`."""
        if self.settings.samples and not self.error:
            with self.backend.no_gradient():
                self.losses.add(values, outputs, weights, self.batch_size, self.token)

    def saw_logs(self, logs: Any) -> None:
        """The step returned its logs, which give the loss where no metric did."""
        if "loss" in self.scalars or not isinstance(logs, dict):
            return
        names = [name for name in logs if name == "loss"] or [n for n in logs if "loss" in str(n)]
        if names:
            self.scalars["loss"] = ops.mean(ops.cast(logs[names[0]], "float32"))
            self.omissions[names[0], "loss"] = (
                "the loss of this batch is not known; the loss that the step returns is recorded, "
                "which Keras averages over the epoch"
            )


def unit_axis(layer: keras.layers.Layer, rank: int) -> int:
    """Axis of a layer output that holds its units (features, channels), -1 below rank 2."""
    if rank < 2:
        return -1
    if isinstance(layer, keras.layers.BatchNormalization) and isinstance(layer.axis, int):
        return layer.axis % rank
    data_format = getattr(layer, "data_format", None)
    if data_format is None and rank >= 4:  # an activation, say, behind a convolution
        data_format = keras.config.image_data_format()
    return 1 if rank >= 3 and data_format == "channels_first" else rank - 1
