"""What the collector and the twin need of a backend."""

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from tb_keras_inspect.frameworks.strides import spread_stride

if TYPE_CHECKING:
    from tb_keras_inspect.training.step.observer import Collector


class Backend:
    """The seam between capture and a framework.

    Attributes:
        processes: How many processes record together, each its part of the batch.
        is_stateless: Whether a step leaves the model's variables alone, and returns new values.
    """

    name: str
    is_stateless: bool = False
    processes: int = 1

    def trace_token(self) -> Any:
        """Identifies the trace (graph, jaxpr) that is being built, None when running eagerly."""
        return None

    def unrecordable(self, tensor: Any, token: Any) -> str | None:
        """Why a tensor cannot be recorded in the trace that `token` identifies, or None."""
        raise NotImplementedError

    def is_dense(self, value: Any) -> bool:
        """Whether a part of a batch is an ordinary tensor with a batch axis."""
        raise NotImplementedError

    def detach(self, tensor: Any) -> Any:
        """The tensor, outside automatic differentiation."""
        return keras.ops.stop_gradient(tensor)

    def no_gradient(self) -> contextlib.AbstractContextManager[Any]:
        """A block in which nothing is recorded for differentiation."""
        return contextlib.nullcontext()

    def reusable(
        self, function: Callable[[Any], Any], key: tuple[Any, ...]
    ) -> Callable[[Any], Any]:
        """A version of a function of one flat float32 tensor that is cheap to trace many times.

        Args:
            function: The function.
            key: Names what it does: functions of the same key are interchangeable.
        """
        return function

    def flat(self, tensor: Any) -> Any:
        """A tensor as a flat float32 one."""
        return keras.ops.cast(keras.ops.reshape(tensor, (-1,)), "float32")

    def kept(self, x: Any) -> Any:
        """A part of a tensor that is reduced later, without holding the whole until then."""
        return x

    def reductions(self, tensors: Sequence[Any]) -> tuple[Any, Any, Any]:
        """float32[N] each: maximum, minimum and sum of N flat float32 tensors."""
        stack = keras.ops.stack
        return (
            stack([keras.ops.max(x) for x in tensors]),
            stack([keras.ops.min(x) for x in tensors]),
            stack([keras.ops.sum(x) for x in tensors]),
        )

    def sum_of_squares(self, x: Any) -> Any:
        """Scalar sum of squares of a flat float32 tensor, in one pass."""
        return keras.ops.sum(keras.ops.square(x))

    def zero_fraction(self, x: Any) -> Any:
        """Scalar share of the zeros of a flat tensor."""
        return keras.ops.mean(keras.ops.cast(keras.ops.equal(x, 0.0), "float32"))

    def largest_magnitude(self, x: Any, axes: tuple[int, ...]) -> Any:
        """float32, max |x| over some axes."""
        magnitude = keras.ops.abs(x)
        return keras.ops.cast(keras.ops.max(magnitude, axis=axes) if axes else magnitude, "float32")

    def row_sums_of_squares(self, matrix: Any) -> Any:
        """float32[R] sums of squares of the rows of a float32[R, C] matrix."""
        return keras.ops.sum(keras.ops.square(matrix), axis=1)

    def thin(self, x: Any, limit: int | None) -> Any:
        """At most `limit` evenly spaced elements of a flat tensor, or all."""
        size = int(x.shape[0])
        return x if not limit or size <= limit else x[:: spread_stride(size, limit)]

    def is_numeric(self, value: Any) -> bool:
        """Whether a part of a batch is a dense tensor of real numbers, whole ones included."""
        raise NotImplementedError

    def bits(self, x: Any) -> Any:
        """Bit patterns of float32 values as int32."""
        raise NotImplementedError

    def count_by_index(self, index: Any, size: int) -> Any:
        """float32[size]: how often each whole number below `size` is in the flat int32 tensor."""
        raise NotImplementedError

    def dense(self, gradient: Any, shape: Sequence[int]) -> Any:
        """A gradient as a dense tensor of its variable's shape."""
        return gradient

    def replicas(self) -> int:
        """How many replicas run the step, each on its part of the batch, and each put out a vector of
        their own."""
        return 1

    def as_output(self, vector: Any) -> Any:
        """A replica's vector in a form that survives what the trainer does to a step's outputs."""
        return vector

    def sent(self, head: Any, limit: int) -> Any:
        """A replica's first samples, at most `limit`, in such a form; `received` undoes it."""
        return head

    def received(self, head: Any) -> Any:
        """The first samples of the batch, as the trainer handed out what `sent` gave."""
        return head

    def reduces(self) -> bool:
        """Whether the gradients that reach the optimizer are those of one replica alone."""
        return False

    def reduced_over_replicas(self, gradients: Sequence[Any]) -> Sequence[Any]:
        """Gradients as the optimizer will apply them, where replicas each hold a part."""
        return gradients

    def snapshot(self, variables: Sequence[Any]) -> list[Any]:
        """Values of variables that later assignments do not change."""
        raise NotImplementedError

    def traces_steps(self, model: Any) -> bool:
        """Whether a step's Python code runs only while it is traced, so that nothing has happened
        to the model when it raises."""
        raise NotImplementedError

    def build(
        self, model: Any, make_collector: Callable[[], "Collector"]
    ) -> Callable[..., tuple[Any, Any]]:
        """Builds the twin of `model.train_function`; leaves the model as it was.

        Returns:
            A function with the train function's arguments that returns (what that returns, (the
            packed vector, the head of the batch)).
        """
        raise NotImplementedError

    def to_numpy(self, vector: Any) -> np.ndarray:
        """float32[R, size]: the packed vectors of all R replicas, copied to the host."""
        return np.atleast_2d(np.asarray(vector))
