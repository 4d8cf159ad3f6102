"""Processes under `tf.distribute.MultiWorkerMirroredStrategy`."""

import contextlib
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tb_keras_inspect.frameworks.transport import Transport


def transport_of(model: keras.Model) -> Transport | None:
    """See `Backend.transport`."""
    strategy = model.distribute_strategy
    resolver = getattr(strategy, "cluster_resolver", None)
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy) or resolver is None:
        return None
    jobs = resolver.cluster_spec().as_dict()
    # A chief, where there is one, counts before the workers.
    tasks = [(job, i) for job in ("chief", "worker") for i in range(len(jobs.get(job, ())))]
    me = (resolver.task_type, resolver.task_id)
    if len(tasks) < 2 or me not in tasks:
        return None
    return TensorFlowTransport(strategy, len(tasks), tasks.index(me))


class TensorFlowTransport(Transport):
    """See `transport.Transport`. Every step's outputs are averaged over all workers."""

    separable = False

    def __init__(self, strategy: tf.distribute.Strategy, count: int, index: int):
        self.count, self.index = count, index
        self._strategy = strategy

    def set_once(self, key: str, value: str) -> None:
        with contextlib.suppress(tf.errors.AlreadyExistsError):
            _context().set_config_key_value(key, value)

    def get(self, key: str, seconds: float) -> str | None:
        try:
            return str(_context().get_config_key_value(key, max(int(seconds * 1000), 1)))
        except tf.errors.DeadlineExceededError:
            return None

    def total(self, numbers: Sequence[int]) -> list[int]:
        strategy = self._strategy
        local = len(strategy.extended.worker_devices)

        def value(context: tf.distribute.ReplicaContext) -> tf.Tensor:
            first = context.replica_id_in_sync_group % local == 0
            return tf.constant(numbers if first else [0] * len(numbers), tf.int64)

        values = strategy.experimental_distribute_values_from_function(value)
        total = strategy.reduce(tf.distribute.ReduceOp.SUM, values, axis=None)
        return [int(number) for number in total.numpy()]


def _context() -> Any:
    # The coordination service has no public interface.
    from tensorflow.python.eager import context

    return context.context()
