"""One training step as it is recorded: from its batch to the packed vector."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from keras import ops

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.instrumentation import ValuesOf
from tb_keras_inspect.training.hooks.keras_hooks import observing
from tb_keras_inspect.training.reduce.layout import LayoutTable
from tb_keras_inspect.training.step import batch, pack
from tb_keras_inspect.training.step.example_losses import PER_LOSS, targets_of_losses
from tb_keras_inspect.training.step.observer import StepObserver
from tb_keras_inspect.training.step.parts import RecordedParts
from tb_keras_inspect.training.step.settings import Settings
from tb_keras_inspect.training.step.step_checksums import StepChecksums


class RecordedStep(StepObserver):
    """Sees one step, or one trace of it, and packs what it saw. A `StepObservation`.

    Args:
        backend: The backend in use.
        settings: What to record.
        parts: The layers and variables that are recorded.
        samples: How many of the batch's first samples to return.
        keeps_batch: Whether to return the whole batch and the losses of its examples.
        layouts: Gets the layout of the vector.
        omissions: Gets (name, what) to the reason why it is not recorded.
        on_failure: Called with an error of its own.
    """

    def __init__(
        self,
        backend: Backend,
        settings: Settings,
        parts: RecordedParts,
        samples: int,
        keeps_batch: bool,
        layouts: LayoutTable,
        omissions: dict[tuple[str, str], str],
        on_failure: Callable[[Exception], None],
    ):
        super().__init__(backend, settings, parts)
        self._samples, self._layouts, self._all_omissions = samples, layouts, omissions
        self._keeps_batch, self._on_failure = keeps_batch, on_failure
        self._before: list[Any] = []
        self._checksums = StepChecksums(backend, parts)
        self._batch: pack.Packed = ((), None)
        self._data: Any = ()
        self._first_samples: Any = ()

    def failed(self, error: Exception) -> None:
        """See `StepObserver`."""
        super().failed(error)
        self._on_failure(error)

    def begin(self, data: Any, values_of: ValuesOf) -> None:
        """See `StepObservation`."""
        with self.guard():
            if self.settings.weights or self.settings.updates:
                self._before = values_of(self.parts.variables)
            self._batch = pack.pack_batch(self, data)
            if self.settings.checksums and self.parts.model is not None:
                self._checksums.begin(data, values_of)
            self._data = data
            self._first_samples = batch.first_samples(data, self._samples, self.backend)

    def observing(self) -> contextlib.AbstractContextManager[None]:
        """See `StepObservation`."""
        return observing(self)

    @contextlib.contextmanager
    def in_forward_pass(self) -> Iterator[None]:
        """See `StepObservation`."""
        outside, self.token = self.token, self.backend.trace_token()
        try:
            yield
        finally:
            self.token = outside

    def saw_added_losses(self, losses: Sequence[Any]) -> None:
        """See `StepObservation`."""
        with self.guard():
            for loss in losses:
                self.saw_added_loss(ops.sum(loss))

    def pack_outputs(self) -> pack.Packed | None:
        """See `StepObservation`."""
        packed = None
        with self.guard():
            packed = pack.pack_activations(self)
        return packed

    def pack_losses(self) -> Any:
        """See `StepObservation`."""
        packed = None
        with self.guard():
            packed = self.losses.pack()
        return packed

    def end(
        self,
        logs: Any,
        values_of: ValuesOf,
        outputs: pack.Packed | None = None,
        losses: Any = None,
    ) -> tuple[Any, Any]:
        """See `StepObservation`."""
        vector = None
        with self.guard():
            self.saw_logs(logs)
            after = values_of(self.parts.variables) if self._before else []
            packed = [
                self._batch,
                pack.pack_parameters(self, self._before, after),
                pack.pack_scalars(self),
                self.moments.pack(),
                outputs or pack.pack_activations(self) or ((), None),
            ]
            if self.settings.checksums and self.parts.model is not None:
                self._checksums.end(self.scalars.get("loss"), self.gradients, values_of)
                packed.append(self._checksums.pack())
            examples = self._examples(losses)
            self._all_omissions.update(self.omissions)
            if not self.error:
                vector = pack.finish(self._layouts, packed)
        if vector is None:
            return pack.empty(), batch.kept(self._first_samples)
        return vector, batch.kept(self._first_samples, *examples)

    def _examples(self, losses: Any) -> tuple[Any, ...]:
        """The losses of the examples, their inputs and targets; empty where they are not wanted."""
        if not self.settings.samples:
            return ()
        losses = self.losses.pack() if losses is None else losses
        if not self._keeps_batch:
            reason = "each replica or process has a part of the batch"
        else:
            reason = self.losses.omission or "the step computes no loss that Keras knows"
        if losses is None or not self._keeps_batch:
            self.omissions["loss of each example", "sample_loss"] = reason
            return ()
        targets: list[Any] = []
        if self.settings.keep_data:
            count, known = losses.shape[1] // PER_LOSS, self.parts.compiled_loss
            targets = targets_of_losses(self._data, known, count)
        return losses, self._held(batch.inputs_of(self._data)), self._held(targets)

    def _held(self, parts: Sequence[Any]) -> tuple[Any, ...]:
        """Parts of the batch; none of them where one has no batch axis."""
        dense = all(map(self.backend.is_dense, parts))
        return tuple(map(self.backend.held, parts)) if dense else ()
