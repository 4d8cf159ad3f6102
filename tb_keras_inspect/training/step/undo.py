"""Undoes a failed step, which has taken a batch and, where it ran eagerly, changed the model.

Used for the first instrumented step only: a layer that does not work under the hooks fails there.
"""

import logging
import math
from collections.abc import Callable

import keras

from tb_keras_inspect.frameworks.execution import Execution, all_variables
from tb_keras_inspect.training.hooks.inference import saved_random_state

logger = logging.getLogger(__name__)

MOST_BYTES = 1 << 30  # of the model's and the optimizer's variables; of larger ones no copy is made


def undo_of(model: keras.Model, execution: Execution) -> Callable[[], None] | None:
    """What restores the model and the batches of a call; None where there is too much to copy."""
    try:
        if not execution.batches or _bytes(model) > MOST_BYTES:
            return None
        state, restore_random = execution.copy_state(), saved_random_state()
    except Exception as error:
        logger.debug("the first instrumented step cannot be undone", exc_info=error)
        return None

    def undo() -> None:
        execution.restore(state)
        restore_random()
        execution.rewind()

    return undo


def _bytes(model: keras.Model) -> int:
    """Of its variables, at least: those of fewer than 32 bits count as 32."""
    return sum(
        math.prod(variable.shape)
        * (8 if "64" in keras.backend.standardize_dtype(variable.dtype) else 4)
        for variable in all_variables(model)
    )
