"""Global norms of the gradients of a step."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from keras import ops

from tb_keras_inspect.training.hooks import optimizers
from tb_keras_inspect.training.reduce.parameters import Tensors
from tb_keras_inspect.training.step.observer import StepObserver


class KnownNorms(NamedTuple):
    """Gradients with their known norms, float32[G]."""

    gradients: list[Any]
    l2: Any

    def of(self, gradients: Sequence[Any]) -> Any:
        """float32[n]: norms of n of the gradients; None where the norm of one is not known."""
        position = {id(x): i for i, x in enumerate(self.gradients)}
        chosen = [position.get(id(x)) for x in gradients]
        if None in chosen:
            return None
        if chosen == list(range(len(self.gradients))):
            return self.l2
        return ops.take(self.l2, ops.convert_to_tensor(chosen, "int32"))


def gradient_norms(observer: StepObserver, known: Sequence[KnownNorms]) -> dict[str, Any]:
    """Each global norm, sqrt(sum of squares of all elements).

    Args:
        observer: Says of which gradients.
        known: Norms that need not be computed again.
    """
    found = {}
    for name, (gradients, optimizer) in observer.gradient_norms.items():
        candidates = (item.of(gradients) for item in known)
        norms = next((l2 for l2 in candidates if l2 is not None), None)
        if norms is None:  # only some of these gradients are recorded
            tensors = Tensors.of(gradients, observer.backend)
            norms = tensors.statistics(observer.backend, observer.settings.zero_limit)[:, 0]
        if optimizer is not None:
            norms = optimizers.clipped_norms(optimizer, norms, gradients)
        found[name] = ops.sqrt(ops.sum(ops.square(norms)))
    return found
