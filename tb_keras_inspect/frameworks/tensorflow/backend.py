"""TensorFlow: graph or eager, XLA or not, one replica or several."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from tb_keras_inspect.frameworks import base
from tb_keras_inspect.frameworks.base import Forward, ScalarAndMore
from tb_keras_inspect.frameworks.execution import MakeExecution, Run
from tb_keras_inspect.frameworks.instrumentation import (
    FunctionBeside,
    InstrumentedFunction,
    MakeFunction,
    Observe,
)
from tb_keras_inspect.frameworks.sampling import TO_COPRIME
from tb_keras_inspect.frameworks.stateful import stateful_step
from tb_keras_inspect.frameworks.tensorflow import beside, execution, functions, processes, trace
from tb_keras_inspect.frameworks.tensorflow.optimizer import build_optimizer
from tb_keras_inspect.frameworks.tracing import Parents, TracedCall, TraceRecorder
from tb_keras_inspect.frameworks.transport import Transport


class TensorFlowBackend(base.Backend):
    """See `base.Backend`."""

    name = "tensorflow"
    distributions = ("tensorflow", "tensorflow-cpu")

    def __init__(self) -> None:
        self._reusable: dict[tuple[Any, ...], Any] = {}
        self._sample_specs: Any = None  # types of the samples that replicas return

    def trace_token(self) -> Any:
        return None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()

    def unrecordable(self, tensor: Any, token: Any) -> str | None:
        if isinstance(tensor, tf.RaggedTensor):
            return "a ragged tensor"
        if not isinstance(tensor, tf.Tensor):
            return f"a {type(tensor).__name__}, not a tensor"
        if not tensor.dtype.is_floating:
            return f"of type {tensor.dtype.name}, not floating point"
        if token is not None and getattr(tensor, "graph", token) is not token:
            return "inside a loop or a function of its own"
        return None

    def is_dense(self, value: Any) -> bool:
        ranked = isinstance(value, tf.Tensor) and value.shape.rank not in (None, 0)
        return ranked and (_replicas() == 1 or self.is_numeric(value))

    def reusable(
        self, function: Callable[[Any], Any], key: tuple[Any, ...]
    ) -> Callable[[Any], Any]:
        # One traced function called for each tensor, and not taken apart: building the operations
        # anew for each of 471 tensors took 8.1 s a trace, this takes 1.6 s.
        if key not in self._reusable:
            signature = [tf.TensorSpec([None], tf.float32)]
            self._reusable[key] = functions.traced(
                function, input_signature=signature, experimental_attributes={"_noinline": True}
            )
        found: Callable[[Any], Any] = self._reusable[key]
        return found

    def sum_of_squares(self, x: Any) -> Any:
        return 2.0 * tf.nn.l2_loss(x)  # one pass, no temporary

    def row_products(self, matrix: Any, weights: np.ndarray, shift: int = 0) -> Any:
        if tf.config.list_logical_devices("GPU"):  # there it rounds coarsely, and has no int32
            return super().row_products(matrix, weights, shift)
        matrix = tf.bitwise.right_shift(matrix, shift) if shift else matrix
        return tf.linalg.matvec(matrix, weights)  # one pass, no temporary

    def thin(self, x: Any, limit: int | None) -> Any:
        if not limit or (x.shape[0] is not None and x.shape[0] <= limit):
            return x
        # A step that is a tensor leaves even the rank open.
        return tf.reshape(x[:: _sampling_stride(tf.size(x), limit)], (-1,))

    def is_numeric(self, value: Any) -> bool:
        real = isinstance(value, tf.Tensor) and (value.dtype.is_floating or value.dtype.is_integer)
        return bool(real and value.shape.rank is not None)

    def bits(self, x: Any) -> Any:
        return tf.bitcast(x if x.dtype == tf.float64 else tf.cast(x, tf.float32), tf.int32)

    def count_by_index(self, index: Any, size: int) -> Any:
        # The raw operation, because tf.math.bincount's size is not a compile-time constant to XLA.
        return tf.raw_ops.DenseBincount(
            input=index, size=size, weights=tf.zeros((0,), tf.float32), binary_output=False
        )

    def dense(self, gradient: Any, shape: Sequence[int]) -> Any:
        # Where the length of sequences is not known, the shape of a kernel's gradient is not either.
        return tf.ensure_shape(tf.convert_to_tensor(gradient), shape)

    def replicas(self) -> int:
        return _replicas()

    def vector_as_output(self, vector: Any) -> Any:
        replicas = _replicas()
        if replicas == 1:
            return vector
        # Each replica fills a row of its own.
        mine = tf.equal(tf.range(replicas), _replica())[:, None]
        return _surviving_mean(mine, vector[None, :])[None]

    def samples_as_output(self, samples: Any, limit: int) -> Any:
        if _replicas() == 1:
            return samples
        self._sample_specs = tree.map_structure(lambda x: tf.TensorSpec(x.shape, x.dtype), samples)
        rows = tf.shape(tree.flatten(samples)[0])[0]

        def send(x: Any) -> Any:
            # In a type that holds all numbers that samples are made of, as many on every replica.
            padding = [[0, limit - rows]] + [[0, 0]] * (x.shape.rank - 1)
            padded = tf.pad(tf.cast(x, tf.float64), padding)
            return _surviving_mean(tf.equal(_replica(), 0), padded)[None]

        return tree.map_structure(send, samples), send(tf.fill([rows], 1.0))

    def samples_from_output(self, samples: Any) -> Any:
        if self._sample_specs is None:
            return samples
        samples, there = samples
        rows = int(np.sum(there))

        def restore(x: Any, spec: tf.TensorSpec) -> Any:
            x = np.asarray(x)
            # With several workers Keras averages over the first axis too.
            x = x.reshape(x.shape[x.ndim - spec.shape.rank :])[:rows]
            return tf.cast(np.round(x) if spec.dtype.is_integer else x, spec.dtype)

        return tree.map_structure(restore, samples, self._sample_specs)

    def gradients_are_partial(self) -> bool:
        return _replicas() > 1 and not tf.distribute.in_cross_replica_context()

    def summed_over_replicas(self, gradients: Sequence[Any]) -> Sequence[Any]:
        if not gradients or not self.gradients_are_partial():
            return gradients
        context = tf.distribute.get_replica_context()
        summed: list[Any] = context.all_reduce(tf.distribute.ReduceOp.SUM, list(gradients))
        return summed

    def transport(self, model: keras.Model) -> Transport | None:
        return processes.transport_of(model)

    def values_of(self, variables: Sequence[Any]) -> list[Any]:
        return [tf.identity(variable.value) for variable in variables]

    def traces_steps(self, model: keras.Model) -> bool:
        return not model.run_eagerly

    def build_optimizer(self, model: keras.Model) -> None:
        # Made inside its first trace, the variables would have the instrumented step traced twice.
        build_optimizer(model)

    def compiles_steps(self, model: keras.Model) -> bool:
        return self.traces_steps(model) and bool(model.jit_compile)

    def instrumented_function(
        self, model: keras.Model, observe: Observe, make_function: MakeFunction
    ) -> InstrumentedFunction:
        step = stateful_step(self, model.train_step, observe)
        if _replicas() == 1:  # others may not have been differentiated yet when one has
            step = functions.forgetting_gradients(step)
        function = make_function(step)
        functions.count_no_traces_of(function)
        return function

    def function_beside(
        self, model: keras.Model, observe: Observe, function: InstrumentedFunction
    ) -> FunctionBeside:
        if not self.traces_steps(model):
            return super().function_beside(model, observe, function)
        return beside.Beside(function)

    def vectors_to_host(self, vector: Any) -> np.ndarray:
        array = np.asarray(vector)
        return array.reshape(-1, array.shape[-1])

    def executions(self, model: keras.Model, run: Run) -> MakeExecution:
        return execution.Executions(model, run)

    def eager(self, forward: Forward, model: keras.Model) -> Forward:
        def run(inputs: Any) -> Any:
            with keras.StatelessScope():
                return forward(inputs)

        return run

    def compiled(self, forward: Forward, model: keras.Model) -> Forward:
        # The graph captures the variables by reference.
        function: Callable[[Any], Any] = functions.traced(self.eager(forward, model))
        return function

    def pure(self, function: Forward, model: keras.Model) -> Forward:
        return functions.traced(function) if self.traces_steps(model) else function

    def gradients(
        self, function: ScalarAndMore, tensors: dict[str, Any]
    ) -> tuple[dict[str, Any], Any]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(tensors)
            scalar, other = function(tensors)
        zero = tf.UnconnectedGradients.ZERO
        return tape.gradient(scalar, tensors, unconnected_gradients=zero), other

    def trace_calls(
        self, run: TracedCall, recorder: TraceRecorder, model: keras.Model, inputs: Any
    ) -> tuple[list[Any], Parents]:
        return trace.trace_calls(run, recorder, inputs)


def create() -> base.Backend:
    """See `frameworks`."""
    return TensorFlowBackend()


def _sampling_stride(size: Any, limit: int) -> Any:
    """`sampling.sampling_stride` of a size that is not known yet; a constant where XLA compiles."""
    stride = tf.maximum((size + limit - 1) // limit, 1)
    return stride + tf.gather(TO_COPRIME, stride % len(TO_COPRIME))


def _replicas() -> int:
    if not tf.distribute.has_strategy():
        return 1
    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def _replica() -> Any:
    number = tf.distribute.get_replica_context().replica_id_in_sync_group
    return tf.cast(number, tf.int32)


def _surviving_mean(mine: Any, value: Any) -> Any:
    """What becomes, averaged over replicas as Keras averages a step's outputs, the value of the one
    replica for which `mine` is true."""
    # `where`, not a product: zero times NaN is NaN.
    return tf.where(mine, value * tf.cast(_replicas(), value.dtype), tf.zeros_like(value))
