"""Observers of Keras: code that sees layers being called, gradients applied and metrics updated."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras

from tb_keras_inspect.frameworks.patches import class_patch, instance_patch
from tb_keras_inspect.training.hooks import optimizers


class LayerObserver:
    """Sees the calls of layers on a thread."""

    def guard(self) -> contextlib.AbstractContextManager[Any]:
        """The block in which the observer's methods run. By default their errors reach the caller."""
        return contextlib.nullcontext()

    def will_call(self, layer: keras.layers.Layer, inputs: Any) -> None:
        """A layer is about to be called.

        Args:
            layer: The layer.
            inputs: Its arguments, any nest.
        """

    def replaced(self, layer: keras.layers.Layer, outputs: Any) -> Any:
        """What the caller gets in place of a layer's outputs. By default the outputs themselves."""
        return outputs

    def saw_output(self, layer: keras.layers.Layer, outputs: Any) -> None:
        """A layer was called, and its caller gets `outputs`."""


class TrainingObserver(LayerObserver):
    """Sees what else a training step does.

    Attributes:
        apply_depth: How many optimizers are applying gradients, one inside the other.
        loss_depth: How many losses are being computed, one inside the other.
    """

    apply_depth = loss_depth = 0

    def saw_apply(self, optimizer: Any, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        """An optimizer is about to apply gradients. Runs where its variables can be read."""

    def saw_metric(self, metric: Any, values: Any) -> None:
        """A `keras.metrics.Mean` is about to be updated with values."""

    def saw_added_loss(self, loss: Any) -> None:
        """A penalty, or what a layer gave to `add_loss`, is about to be added to the loss: a scalar."""

    def saw_loss(self, values: Any, outputs: Any, weights: Any) -> None:
        """A loss was computed.

        Args:
            values: What its `call` returned: before weights and mask, and before it is reduced.
            outputs: The model's outputs that it is of.
            weights: Its sample weights, or None.
        """


Patch = tuple[type, str, Callable[..., Any]]  # class, method, what makes the replacement
ADDED_LOSS = "_aggregate_additional_loss"
_thread = threading.local()


@contextlib.contextmanager
def observing(observer: LayerObserver, patches: Iterable[Patch] | None = None) -> Iterator[None]:
    """A block in which an observer sees what happens on this thread.

    Args:
        observer: Its methods `saw_*` are called, under its `guard`.
        patches: What it sees: `layer_calls()`, or `training_calls()`, which needs a
            `TrainingObserver`. Defaults to None: `training_calls()`.
    """
    with contextlib.ExitStack() as stack:
        with observer.guard():
            for cls, name, make in training_calls() if patches is None else patches:
                stack.enter_context(class_patch(cls, name, make))
        before, _thread.observer = _current(), observer
        try:
            yield
        finally:
            _thread.observer = before


@contextlib.contextmanager
def unobserved() -> Iterator[None]:
    """A block in which no observer sees what happens on this thread."""
    before, _thread.observer = _current(), None
    try:
        yield
    finally:
        _thread.observer = before


def is_observed() -> bool:
    """Whether an observer sees what happens on this thread."""
    return _current() is not None


def _current() -> Any:
    return getattr(_thread, "observer", None)


def _make_call(original: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        observer = _current()
        if observer is None:
            return original(self, *args, **kwargs)
        with observer.guard():
            observer.will_call(self, (args, kwargs))
        outputs = original(self, *args, **kwargs)
        with observer.guard():
            outputs = observer.replaced(self, outputs)
            observer.saw_output(self, outputs)
        return outputs

    return __call__


def _make_apply(original: Callable[..., Any]) -> Callable[..., Any]:
    def apply(self: Any, grads: Any, trainable_variables: Any = None, **kwargs: Any) -> Any:
        observer = _current()
        if observer is None:
            return original(self, grads, trainable_variables, **kwargs)
        grads = list(grads)  # both may be generators
        if trainable_variables is not None:
            trainable_variables = list(trainable_variables)
        if not observer.apply_depth:
            with observer.guard():
                known = trainable_variables or optimizers.trained_by(self)
                observer.saw_apply(self, grads, known)
        # A LossScaleOptimizer calls its inner optimizer, inside a conditional.
        observer.apply_depth += 1
        try:
            return original(self, grads, trainable_variables, **kwargs)
        finally:
            observer.apply_depth -= 1

    return apply


def _make_stateless_apply(original: Callable[..., Any]) -> Callable[..., Any]:
    def stateless_apply(
        self: Any, optimizer_variables: Any, grads: Any, trainable_variables: Any
    ) -> Any:
        observer = _current()
        if observer is None:
            return original(self, optimizer_variables, grads, trainable_variables)
        if not observer.apply_depth:
            with observer.guard():
                values = list(zip(self.variables, optimizer_variables, strict=True))
                with keras.StatelessScope(state_mapping=values):
                    observer.saw_apply(self, grads, optimizers.trained_by(self))
        observer.apply_depth += 1
        try:
            return original(self, optimizer_variables, grads, trainable_variables)
        finally:
            observer.apply_depth -= 1

    return stateless_apply


def _make_update_state(original: Callable[..., Any]) -> Callable[..., Any]:
    def update_state(self: Any, values: Any, sample_weight: Any = None) -> Any:
        observer = _current()
        if observer is not None:
            with observer.guard():
                observer.saw_metric(self, values)
        return original(self, values, sample_weight=sample_weight)

    return update_state


def _make_loss(original: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(  # noqa: N807
        self: Any, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> Any:
        observer = _current()
        if observer is None or observer.loss_depth:
            return original(self, y_true, y_pred, sample_weight)
        call, seen, weights = self.call, [], None

        def kept(*arguments: Any) -> Any:
            seen.append(call(*arguments))
            return seen[-1]

        with observer.guard():
            if sample_weight is not None:
                weights = keras.ops.copy(sample_weight)  # on PyTorch Keras works in place
        observer.loss_depth += 1
        try:
            with instance_patch(self, "call", kept):
                loss = original(self, y_true, y_pred, sample_weight)
        finally:
            observer.loss_depth -= 1
        if len(seen) == 1:
            with observer.guard():
                observer.saw_loss(seen[0], y_pred, weights)
        return loss

    return __call__


def _make_added_loss(original: Callable[..., Any]) -> Callable[..., Any]:
    def _aggregate_additional_loss(self: Any, loss: Any) -> Any:
        total = original(self, loss)
        observer = _current()
        if observer is not None:
            with observer.guard():
                observer.saw_added_loss(total)
        return total

    return _aggregate_additional_loss


def layer_calls() -> Iterator[Patch]:
    """The patches that show layers being called."""
    yield keras.layers.Layer, "__call__", _make_call


def training_calls() -> Iterator[Patch]:
    """The patches that show what a training step does: layers, losses, metrics, gradients."""
    yield from layer_calls()
    yield keras.metrics.Mean, "update_state", _make_update_state
    yield keras.losses.Loss, "__call__", _make_loss
    for cls in keras.Model.__mro__:
        if ADDED_LOSS in cls.__dict__:  # the outermost, which calls the others
            yield cls, ADDED_LOSS, _make_added_loss
            break
    seen = set()
    for root in (keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer):
        for cls in root.__mro__:
            for name, make in (("apply", _make_apply), ("stateless_apply", _make_stateless_apply)):
                if name in cls.__dict__ and (cls, name) not in seen:
                    seen.add((cls, name))
                    yield cls, name, make
