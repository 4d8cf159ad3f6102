"""The instrumented step of the backends whose variables change in place."""

from collections.abc import Callable
from typing import Any

import keras

from tb_keras_inspect.training.hooks.keras_hooks import observing
from tb_keras_inspect.training.step import batch as batches
from tb_keras_inspect.training.step import pack
from tb_keras_inspect.training.step.observer import Collector


def stateful_step(
    model: keras.Model,
    original: Callable[[Any], Any],
    make_collector: Callable[[], Collector],
) -> Callable[[Any], tuple[Any, Any]]:
    """Wraps `model.train_step`.

    Args:
        model: The model.
        original: Its bound `train_step`.
        make_collector: Called at each trace, or at each step where steps are not traced.

    Returns:
        A function of the batch that returns (what `original` returns, (the packed vector, the first
        samples of the batch)).
    """

    def train_step(data: Any) -> tuple[Any, Any]:
        collector = make_collector()
        backend, plan = collector.backend, collector.plan
        needs_values = collector.settings.weights or collector.settings.updates
        before: list[Any] = []
        batch: pack.Packed = ((), None)
        head: Any = ()
        with collector.guard(), backend.no_gradient():
            before = backend.snapshot(plan.variables) if needs_values else []
            batch = pack.pack_batch(collector, data)
            head = batches.head_of(data, collector.head, collector.backend)
        with observing(collector):
            logs = original(data)
        vector = None
        with collector.guard(), backend.no_gradient():
            after = [backend.detach(variable.value) for variable in plan.variables]
            collector.saw_logs(logs)
            vector = collector.finish(
                [
                    batch,
                    pack.pack_parameters(collector, before, after),
                    pack.pack_scalars(collector),
                    pack.pack_activations(collector) or ((), None),
                ]
            )
        with backend.no_gradient():
            return logs, (backend.as_output(pack.empty() if vector is None else vector), head)

    return train_step
