"""PyTorch: steps run eagerly, so that each of them is observed anew."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import torch

from tb_keras_inspect.frameworks import base
from tb_keras_inspect.frameworks.base import Forward, ScalarAndMore
from tb_keras_inspect.frameworks.execution import MakeExecution, Run
from tb_keras_inspect.frameworks.instrumentation import InstrumentedFunction, MakeFunction, Observe
from tb_keras_inspect.frameworks.stateful import stateful_step
from tb_keras_inspect.frameworks.torch import execution, processes, random, trace
from tb_keras_inspect.frameworks.torch.processes import whole
from tb_keras_inspect.frameworks.tracing import Parents, TracedCall, TraceRecorder
from tb_keras_inspect.frameworks.transport import Transport

PIECE = 2**15  # elements that a core's cache holds several times


class TorchBackend(base.Backend):
    """See `base.Backend`."""

    name = "torch"
    distributions = ("torch",)

    def unrecordable(self, tensor: Any, token: Any) -> str | None:
        if not isinstance(tensor, torch.Tensor):
            return f"a {type(tensor).__name__}, not a tensor"
        if not tensor.is_floating_point():
            return f"of type {str(tensor.dtype).removeprefix('torch.')}, not floating point"
        return None

    def is_dense(self, value: Any) -> bool:
        return isinstance(value, torch.Tensor) and value.ndim > 0 and not value.is_sparse

    def is_numeric(self, value: Any) -> bool:
        dense = isinstance(value, torch.Tensor) and value.layout is torch.strided
        return dense and value.dtype is not torch.bool and not value.is_complex()

    def replicas(self) -> int:
        # Sharded tensors are reduced whole, on every process.
        return 1 if processes.is_sharded() else self.processes

    def vector_as_output(self, vector: Any) -> Any:
        return processes.gathered(vector) if self.replicas() > 1 else whole(vector)[None]

    def samples_as_output(self, samples: Any, limit: int) -> Any:
        return keras.tree.map_structure(whole, samples)

    def detach(self, tensor: Any) -> Any:
        return whole(tensor.detach())

    def no_gradient(self) -> contextlib.AbstractContextManager[Any]:
        block: contextlib.AbstractContextManager[Any] = torch.no_grad()
        return block

    # Keras's operations cost several times what PyTorch's own do on tensors of this size.

    def flat(self, tensor: Any) -> Any:
        return whole(tensor).reshape(-1).to(torch.float32)

    def compact(self, x: Any) -> Any:
        return x.clone()

    def reductions(self, tensors: Sequence[Any]) -> tuple[Any, Any, Any]:
        lowest, highest = zip(*(torch.aminmax(x) for x in tensors), strict=True)
        sums = [x.sum() for x in tensors]
        return torch.stack(highest), torch.stack(lowest), torch.stack(sums)

    def sum_of_squares(self, x: Any) -> Any:
        return torch.dot(x, x)

    def row_products(self, matrix: Any, weights: np.ndarray, shift: int = 0) -> Any:
        if matrix.device.type != "cpu":  # where int32 has no product of matrices
            return super().row_products(matrix, weights, shift)
        columns = torch.from_numpy(weights)
        if not shift:
            return torch.mv(matrix, columns)
        parts = matrix.split(PIECE // matrix.shape[1])
        return torch.cat([torch.mv(part >> shift, columns) for part in parts])

    def zero_fraction(self, x: Any) -> Any:
        return 1.0 - torch.count_nonzero(x) / x.numel()

    def largest_magnitude(self, x: Any, axes: tuple[int, ...]) -> Any:
        return (torch.amax(x.abs(), axes) if axes else x.abs()).to(torch.float32)

    def bits(self, x: Any) -> Any:
        x = x if x.dtype is torch.float64 else x.to(torch.float32)
        return x.contiguous().view(torch.int32)

    def count_by_index(self, index: Any, size: int) -> Any:
        return torch.bincount(index, minlength=size).to(torch.float32)

    def dense(self, gradient: Any, shape: Sequence[int]) -> Any:
        return gradient.to_dense() if gradient.is_sparse else whole(gradient)

    def transport(self, model: keras.Model) -> Transport | None:
        return processes.transport_of()

    def values_of(self, variables: Sequence[Any]) -> list[Any]:
        return [whole(variable.value.detach()).clone() for variable in variables]

    def traces_steps(self, model: keras.Model) -> bool:
        return False

    def compiles_steps(self, model: keras.Model) -> bool:
        return bool(model.jit_compile) and not model.run_eagerly

    def instrumented_function(
        self, model: keras.Model, observe: Observe, make_function: MakeFunction
    ) -> InstrumentedFunction:
        original = model.train_step
        step = stateful_step(self, original, observe)

        def execution(batches: Sequence[Any]) -> Any:
            # Several from Keras 3.16 on, with `steps_per_execution`; the last step is recorded.
            for batch in batches[:-1]:
                original(batch)
            return step(batches[-1])

        return execution

    def vectors_to_host(self, vector: Any) -> np.ndarray:
        array: np.ndarray = vector.detach().cpu().numpy()
        return array

    def saved_more(self, model: keras.Model) -> Callable[[], None]:
        gradients = [(parameter, parameter.grad) for parameter in model.parameters()]
        kept = _saved_modules(model)

        def restore() -> None:
            kept()
            for parameter, gradient in gradients:
                parameter.grad = gradient

        return restore

    def executions(self, model: keras.Model, run: Run) -> MakeExecution:
        return lambda arguments: execution.TorchExecution(model, run, arguments)

    def eager(self, forward: Forward, model: keras.Model) -> Forward:
        def run(inputs: Any) -> Any:
            with torch.no_grad(), _modules_kept(model), keras.StatelessScope():
                return forward(inputs)

        return run

    def compiled(self, forward: Forward, model: keras.Model) -> Forward:
        return self.eager(forward, model)

    def pure(self, function: Forward, model: keras.Model) -> Forward:
        def run(tensors: Any) -> Any:
            with torch.no_grad(), _modules_kept(model):
                return function(tensors)

        return run

    def gradients(
        self, function: ScalarAndMore, tensors: dict[str, Any]
    ) -> tuple[dict[str, Any], Any]:
        # Gradients of weights are neither computed nor touched.
        with torch.enable_grad():
            tensors = {name: tensor.detach().requires_grad_() for name, tensor in tensors.items()}
            scalar, other = function(tensors)
            found = torch.autograd.grad(scalar, list(tensors.values()), allow_unused=True)
        zeros = {name: torch.zeros_like(tensor) for name, tensor in tensors.items()}
        result = {n: zeros[n] if g is None else g for n, g in zip(tensors, found, strict=True)}
        return result, keras.tree.map_structure(_detached, other)

    def trace_calls(
        self, run: TracedCall, recorder: TraceRecorder, model: keras.Model, inputs: Any
    ) -> tuple[list[Any], Parents]:
        return trace.trace_calls(run, recorder, inputs, lambda run: self.eager(run, model))

    def immutable(self, tensor: Any) -> Any:
        # A copy on the host: a later layer may work in place.
        return whole(tensor.detach()).to("cpu", torch.float32, copy=True)

    def random_states(self) -> dict[str, np.ndarray]:
        return random.states()

    def set_random_states(self, states: Mapping[str, np.ndarray]) -> None:
        random.set_states(states)

    def held(self, tensor: Any) -> Any:
        return tensor.detach().clone()  # a generator may fill the same array again

    def held_to_host(self, tensor: Any) -> np.ndarray:
        tensor = whole(tensor).to("cpu")
        array: np.ndarray = (tensor.float() if tensor.dtype is torch.bfloat16 else tensor).numpy()
        return array

    def to_host(self, tensor: Any) -> np.ndarray:
        array: np.ndarray = whole(tensor.detach()).to("cpu", torch.float32).numpy()
        return array


def create() -> base.Backend:
    """See `frameworks`."""
    return TorchBackend()


def _detached(x: Any) -> Any:
    return x.detach() if isinstance(x, torch.Tensor) else x


@contextlib.contextmanager
def _modules_kept(model: keras.Model) -> Iterator[None]:
    """A block after which wrapped PyTorch modules have the modes and buffers of before."""
    restore = _saved_modules(model)
    try:
        yield
    finally:
        restore()


def _saved_modules(model: keras.Model) -> Callable[[], None]:
    """Returns a function that gives wrapped PyTorch modules their present modes and buffers."""
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]

    def restore() -> None:
        for module, mode in modes:
            module.training = mode
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)

    return restore
