"""The interface of a backend: everything that differs between the frameworks."""

import abc
import contextlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.frameworks.execution import MakeExecution, Run, undone
from tb_keras_inspect.frameworks.instrumentation import (
    FunctionBeside,
    InstrumentedFunction,
    MakeFunction,
    Observe,
)
from tb_keras_inspect.frameworks.replicas import Replicas
from tb_keras_inspect.frameworks.sampling import sampling_stride
from tb_keras_inspect.frameworks.tracing import Parents, TracedCall, TraceRecorder

Forward = Callable[[Any], Any]  # from the inputs of a model
ScalarAndMore = Callable[[dict[str, Any]], tuple[Any, Any]]  # from tensors


class Backend(Replicas, abc.ABC):
    """What the package needs of a framework.

    Attributes:
        name: Its name, as `keras.backend.backend()` gives it.
        distributions: Names of the Python distributions that may have installed it.
        optimizer_method: The method of Keras's optimizers that its training step calls.
        is_stateless: Whether a step returns new values instead of assigning the model's variables.
        processes: How many processes record together, each with its part of the batch.
    """

    name: str
    distributions: tuple[str, ...]
    optimizer_method: str = "apply"
    is_stateless: bool = False
    processes: int = 1

    # Tensors: what can be recorded.

    def trace_token(self) -> Any:
        """Identifies the trace (graph, jaxpr) that is being built; None when running eagerly."""
        return None

    @abc.abstractmethod
    def unrecordable(self, tensor: Any, token: Any) -> str | None:
        """Why a tensor cannot be recorded in the trace that `token` identifies, or None."""

    @abc.abstractmethod
    def is_dense(self, value: Any) -> bool:
        """Whether a part of a batch is an ordinary tensor with a batch axis."""

    @abc.abstractmethod
    def is_numeric(self, value: Any) -> bool:
        """Whether a part of a batch is a dense tensor of real numbers, integers included."""

    def detach(self, tensor: Any) -> Any:
        """The tensor, outside automatic differentiation."""
        return keras.ops.stop_gradient(tensor)

    def no_gradient(self) -> contextlib.AbstractContextManager[Any]:
        """A block in which nothing is recorded for differentiation."""
        return contextlib.nullcontext()

    # Tensors: reductions.

    def reusable(
        self, function: Callable[[Any], Any], key: tuple[Any, ...]
    ) -> Callable[[Any], Any]:
        """A version of a function of one flat float32 tensor that is cheap to trace many times.

        Args:
            function: The function.
            key: Names what it does: functions of the same key are interchangeable.
        """
        return function

    def cond(self, condition: Any, if_true: Callable[[], Any], if_false: Callable[[], Any]) -> Any:
        """What one of two functions returns, as a scalar condition says."""
        return keras.ops.cond(condition, if_true, if_false)

    def flat(self, tensor: Any) -> Any:
        """A tensor as a flat float32 one."""
        return keras.ops.cast(keras.ops.reshape(tensor, (-1,)), "float32")

    def in_pieces(self, tensor: Any, variable: keras.Variable) -> Any:
        """A tensor as the pieces in which devices have a variable of its shape.

        Args:
            tensor: The variable's value, or its gradient.
            variable: The variable.

        Returns:
            float32[P, M] of P pieces on as many devices; None where each device has the whole
            variable, or where it is cheaper to take it as a whole.
        """
        return None

    def compact(self, x: Any) -> Any:
        """A slice of a tensor that does not keep the whole tensor in memory."""
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
        """Scalar fraction of zeros in a flat tensor."""
        return keras.ops.mean(keras.ops.cast(keras.ops.equal(x, 0.0), "float32"))

    def largest_magnitude(self, x: Any, axes: tuple[int, ...]) -> Any:
        """float32, max |x| over some axes."""
        magnitude = keras.ops.abs(x)
        return keras.ops.cast(keras.ops.max(magnitude, axis=axes) if axes else magnitude, "float32")

    def row_sums_of_squares(self, matrix: Any) -> Any:
        """float32[R] sums of squares of the rows of a float32[R, C] matrix."""
        return keras.ops.sum(keras.ops.square(matrix), axis=1)

    def row_products(self, matrix: Any, weights: np.ndarray, shift: int = 0) -> Any:
        """[R]: each row of a [R, C] matrix times [C] weights, of the same type.

        Args:
            matrix: float32 or int32, which wraps around.
            weights: One for each column.
            shift: Bits by which integers are shifted to the right before.
        """
        matrix = keras.ops.right_shift(matrix, shift) if shift else matrix
        return keras.ops.sum(matrix * keras.ops.convert_to_tensor(weights), axis=1)

    def thin(self, x: Any, limit: int | None) -> Any:
        """At most `limit` evenly spaced elements of a tensor, flat or in pieces; all for None."""
        pieces, size = math.prod(int(n) for n in x.shape[:-1]), int(x.shape[-1])
        most = max(limit // pieces, 1) if limit else size
        return x if size <= most else x[..., :: sampling_stride(size, most)]

    @abc.abstractmethod
    def bits(self, x: Any) -> Any:
        """Bit patterns of float32 values as int32; of a flat float64 tensor two words each."""

    @abc.abstractmethod
    def count_by_index(self, index: Any, size: int) -> Any:
        """float32[size]: how often each integer below `size` is in the flat int32 tensor."""

    def dense(self, gradient: Any, shape: Sequence[int]) -> Any:
        """A gradient as a dense tensor of its variable's shape."""
        return gradient

    # Training steps.

    @abc.abstractmethod
    def values_of(self, variables: Sequence[Any]) -> list[Any]:
        """Values of variables that later assignments do not change."""

    @abc.abstractmethod
    def traces_steps(self, model: keras.Model) -> bool:
        """Whether a step's Python code runs only while it is traced.

        Then nothing has happened to the model yet when it raises.
        """

    def build_optimizer(self, model: keras.Model) -> None:
        """Builds the optimizer where the trainer leaves that to the first step.

        Called at the beginning of that step. The optimizer's variables are made, and get the values,
        that the trainer's own step would have given them.
        """
        return

    @abc.abstractmethod
    def compiles_steps(self, model: keras.Model) -> bool:
        """Whether a compiler fuses the operations of a step.

        It then rounds a number differently where it has another use for it.
        """

    def programs_exclude_each_other(self) -> bool:
        """Whether two compiled functions, under way at once, could wait for each other for ever."""
        return False

    @abc.abstractmethod
    def instrumented_function(
        self, model: keras.Model, observe: Observe, make_function: MakeFunction
    ) -> InstrumentedFunction:
        """Builds a train function whose steps are observed.

        Args:
            model: The model.
            observe: Called at each trace of a step, or at each step where steps are not traced.
            make_function: Has Keras make a train function out of a `train_step`.

        Returns:
            A function with the train function's arguments. It returns what that function returns,
            and a pair: the packed vector, and what is kept of the batch.
        """

    def function_beside(
        self, model: keras.Model, observe: Observe, function: InstrumentedFunction
    ) -> FunctionBeside:
        """Builds a function that runs observed steps, and then has everything as before.

        Args:
            model: The model.
            observe: As in `instrumented_function`.
            function: What `instrumented_function` has built.

        Returns:
            A function of an `Execution` whose batches are available. It returns the packed vector of
            the last step, and what is kept of its batch.
        """
        return undone(function)

    def vectors_to_host(self, vector: Any) -> np.ndarray:
        """float32[R, size]: the packed vectors of all R replicas, copied to the host."""
        return np.atleast_2d(np.asarray(vector))

    def random_states(self) -> dict[str, np.ndarray]:
        """The framework's global random generators that a step may draw from, as uint8 arrays."""
        return {}

    def set_random_states(self, states: Mapping[str, np.ndarray]) -> None:
        """Sets the generators to what `random_states` returned; others are left as they are."""
        return

    def saved_more(self, model: keras.Model) -> Callable[[], None]:
        """Returns a function that restores what steps change of a model, but Keras's variables."""
        return lambda: None

    @abc.abstractmethod
    def executions(self, model: keras.Model, run: Run) -> MakeExecution:
        """Makes `Execution`s of a model from the arguments of its train function.

        Args:
            model: The model in `fit`.
            run: Calls the train function with a sequence of arguments.
        """

    def private_hooks(self, model: keras.Model) -> Iterator[tuple[str, Callable[[], Any]]]:
        """Private parts of Keras that this backend needs: a name, and a check that it is there."""
        yield from ()

    # Forward passes outside training.

    def load_state(self, model: keras.Model) -> None:
        """Makes the values of the model's variables readable. They may not be while `fit` runs."""
        return

    @abc.abstractmethod
    def eager(self, forward: Forward, model: keras.Model) -> Forward:
        """A function of the inputs that runs `forward` with the present weights and changes none."""

    @abc.abstractmethod
    def compiled(self, forward: Forward, model: keras.Model) -> Forward:
        """The same, traced once where the framework can."""

    def pure(self, function: Forward, model: keras.Model) -> Forward:
        """A function of tensors that reads no variable, compiled where the model's steps are."""
        return function

    @abc.abstractmethod
    def gradients(
        self, function: ScalarAndMore, tensors: dict[str, Any]
    ) -> tuple[dict[str, Any], Any]:
        """Gradients of a function with respect to tensors.

        Args:
            function: From a dict of tensors to a scalar and something else.
            tensors: The dict.

        Returns:
            The gradients, zeros where the scalar does not depend on a tensor, and the something else.
        """

    @abc.abstractmethod
    def trace_calls(
        self, run: TracedCall, recorder: TraceRecorder, model: keras.Model, inputs: Any
    ) -> tuple[list[Any], Parents]:
        """Runs a forward pass and finds out which tensor was made of which.

        Args:
            run: Calls the model such that the recorder sees the calls of its layers.
            recorder: Told, by `is_of_trace`, which tensors count.
            model: The model.
            inputs: What `run` is called with.

        Returns:
            The recorder's events with a key for each tensor, and a function from the key of a tensor
            to the keys of those that it was computed from.
        """

    def immutable(self, tensor: Any) -> Any:
        """A tensor that later in-place operations do not change."""
        return tensor

    def held(self, tensor: Any) -> Any:
        """A part of a batch, of its own type, that whoever made the batch does not change later."""
        return tensor

    def held_to_host(self, tensor: Any) -> np.ndarray:
        """A part of a batch as an array of its own type; of a type that NumPy lacks, as float32."""
        array = np.asarray(tensor)
        return array.astype(np.float32) if array.dtype.kind == "V" else array

    def to_host(self, tensor: Any) -> np.ndarray:
        """A tensor as a float32 array."""
        return np.asarray(tensor).astype(np.float32, copy=False)
