"""Where Keras is listened to while a training step runs: layers, optimizers, the loss's metric."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import keras

from tb_keras_inspect.frameworks.patches import class_patch
from tb_keras_inspect.training.model import optimizers

if TYPE_CHECKING:
    from tb_keras_inspect.training.step.observer import Collector


class Listener:
    """What sees layers being called on a thread."""

    def guard(self) -> contextlib.AbstractContextManager[Any]:
        """What its own work runs in. By default a failure of it is one of the call."""
        return contextlib.nullcontext()

    def will_call(self, layer: keras.layers.Layer, inputs: Any) -> None:
        """A layer is about to be called.

        Args:
            layer: The layer.
            inputs: Its arguments, any nest.
        """

    def replaced(self, layer: keras.layers.Layer, outputs: Any) -> Any:
        """What the caller gets in place of a layer's outputs: by default these."""
        return outputs

    def saw_output(self, layer: keras.layers.Layer, outputs: Any) -> None:
        """A layer was called, and the caller gets `outputs`."""


Patch = tuple[type, str, Callable[..., Any]]
_active = threading.local()


@contextlib.contextmanager
def listening(collector: "Collector", patches: Iterable[Patch] | None = None) -> Iterator[None]:
    """A block in which a collector sees what happens on this thread.

    Args:
        collector: Its methods `saw_*` are called, under its `guard`.
        patches: Where to listen. Defaults to None: layers, optimizers and metrics.
    """
    with contextlib.ExitStack() as stack:
        with collector.guard():
            for cls, name, make in all_calls() if patches is None else patches:
                stack.enter_context(class_patch(cls, name, make))
        before, _active.collector = _current(), collector
        try:
            yield
        finally:
            _active.collector = before


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """A block in which nothing on this thread is seen."""
    before, _active.collector = _current(), None
    try:
        yield
    finally:
        _active.collector = before


def is_listening() -> bool:
    """Whether calls on this thread are seen by anyone."""
    return _current() is not None


def _current() -> Any:
    return getattr(_active, "collector", None)


def _make_call(original: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(self, *args, **kwargs):  # noqa: N807
        listener = _current()
        if listener is None:
            return original(self, *args, **kwargs)
        with listener.guard():
            listener.will_call(self, (args, kwargs))
        outputs = original(self, *args, **kwargs)
        with listener.guard():
            outputs = listener.replaced(self, outputs)
            listener.saw_output(self, outputs)
        return outputs

    return __call__


def _make_apply(original: Callable[..., Any]) -> Callable[..., Any]:
    def apply(self, grads, trainable_variables=None, **kwargs):
        collector = _current()
        if collector is None:
            return original(self, grads, trainable_variables, **kwargs)
        grads = list(grads)  # both may be generators
        if trainable_variables is not None:
            trainable_variables = list(trainable_variables)
        if not collector.apply_depth:
            with collector.guard():
                known = trainable_variables or optimizers.trained_by(self)
                collector.saw_apply(self, grads, known)
        # A LossScaleOptimizer calls its inner optimizer, inside a conditional.
        collector.apply_depth += 1
        try:
            return original(self, grads, trainable_variables, **kwargs)
        finally:
            collector.apply_depth -= 1

    return apply


def _make_stateless_apply(original: Callable[..., Any]) -> Callable[..., Any]:
    def stateless_apply(self, optimizer_variables, grads, trainable_variables):
        collector = _current()
        if collector is None:
            return original(self, optimizer_variables, grads, trainable_variables)
        if not collector.apply_depth:
            with collector.guard():
                values = list(zip(self.variables, optimizer_variables, strict=True))
                with keras.StatelessScope(state_mapping=values):
                    collector.saw_apply(self, grads, optimizers.trained_by(self))
        collector.apply_depth += 1
        try:
            return original(self, optimizer_variables, grads, trainable_variables)
        finally:
            collector.apply_depth -= 1

    return stateless_apply


def _make_update_state(original: Callable[..., Any]) -> Callable[..., Any]:
    def update_state(self, values, sample_weight=None):
        collector = _current()
        if collector is not None:
            with collector.guard():
                collector.saw_metric(self, values)
        return original(self, values, sample_weight=sample_weight)

    return update_state


def layer_calls() -> Iterator[Patch]:
    """Where layers are called."""
    yield keras.layers.Layer, "__call__", _make_call


def all_calls() -> Iterator[Patch]:
    """Where layers are called, metrics updated and gradients applied."""
    yield from layer_calls()
    yield keras.metrics.Mean, "update_state", _make_update_state
    seen = set()
    for root in (keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer):
        for cls in root.__mro__:
            for name, make in (("apply", _make_apply), ("stateless_apply", _make_stateless_apply)):
                if name in cls.__dict__ and (cls, name) not in seen:
                    seen.add((cls, name))
                    yield cls, name, make
