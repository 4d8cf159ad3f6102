"""The part of a backend's interface that is about several replicas, each with a part of the batch."""

from collections.abc import Sequence
from typing import Any

import keras

from tb_keras_inspect.frameworks.transport import Transport


class Replicas:
    """What a backend overrides that trains on several replicas; by default there is one."""

    def replicas(self) -> int:
        """How many replicas run the step, each on its part of the batch with a vector of its own."""
        return 1

    def vector_as_output(self, vector: Any) -> Any:
        """A replica's vector, in a form that survives what the trainer does to a step's outputs."""
        return vector

    def samples_as_output(self, samples: Any, limit: int) -> Any:
        """A replica's first samples, at most `limit`, in such a form."""
        return samples

    def samples_from_output(self, samples: Any) -> Any:
        """The first samples of the batch, from what became of `samples_as_output`."""
        return samples

    def gradients_are_partial(self) -> bool:
        """Whether the gradients that reach the optimizer are those of one replica alone."""
        return False

    def summed_over_replicas(self, gradients: Sequence[Any]) -> Sequence[Any]:
        """Gradients as the optimizer will apply them, where each replica holds a part."""
        return gradients

    def transport(self, model: keras.Model) -> Transport | None:
        """How to reach the other processes that train the model; None where there are none."""
        return None
