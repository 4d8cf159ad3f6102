"""One training step as it is recorded: from its batch to the packed vector."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.instrumentation import ValuesOf
from tb_keras_inspect.training.hooks.keras_hooks import observing
from tb_keras_inspect.training.reduce.layout import LayoutTable
from tb_keras_inspect.training.step import batch, pack
from tb_keras_inspect.training.step.observer import StepObserver
from tb_keras_inspect.training.step.parts import RecordedParts
from tb_keras_inspect.training.step.settings import Settings


class RecordedStep(StepObserver):
    """Sees one step, or one trace of it, and packs what it saw. A `StepObservation`.

    Args:
        backend: The backend in use.
        settings: What to record.
        parts: The layers and variables that are recorded.
        samples: How many of the batch's first samples to return.
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
        layouts: LayoutTable,
        omissions: dict[tuple[str, str], str],
        on_failure: Callable[[Exception], None],
    ):
        super().__init__(backend, settings, parts)
        self._samples, self._layouts, self._all_omissions = samples, layouts, omissions
        self._on_failure = on_failure
        self._before: list[Any] = []
        self._batch: pack.Packed = ((), None)
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

    def pack_outputs(self) -> pack.Packed | None:
        """See `StepObservation`."""
        packed = None
        with self.guard():
            packed = pack.pack_activations(self)
        return packed

    def end(
        self, logs: Any, values_of: ValuesOf, outputs: pack.Packed | None = None
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
                outputs or pack.pack_activations(self) or ((), None),
            ]
            self._all_omissions.update(self.omissions)
            if not self.error:
                vector = pack.finish(self._layouts, packed)
        return pack.empty() if vector is None else vector, self._first_samples
