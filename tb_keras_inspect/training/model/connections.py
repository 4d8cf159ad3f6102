"""How the layers of a model are connected: from Keras's graph, a trace, or the order of calls."""

import logging
from collections.abc import Sequence
from typing import Any

import keras

from tb_keras_inspect import frameworks
from tb_keras_inspect.training.hooks.inference import (
    call_for_inference,
    losses_kept,
    random_state_kept,
)
from tb_keras_inspect.training.hooks.keras_hooks import layer_calls, observing
from tb_keras_inspect.training.model.edges import Edges, order_of_calls
from tb_keras_inspect.training.model.keras_edges import functional_edges, is_opaque
from tb_keras_inspect.training.model.traced_edges import CallRecorder, traced_edges

logger = logging.getLogger(__name__)


def known_edges(model: keras.Model, layers: Sequence[str] = ()) -> Edges:
    """Edges that are known without running the model.

    Args:
        model: A built model.
        layers: Names of layers in the order in which they were seen.
    """
    try:
        found = functional_edges(model)
    except Exception:  # Keras's graph is not public
        logger.debug("Keras's graph could not be read", exc_info=True)
        found = None
    return order_of_calls(model, layers) if found is None else found


def edges_of(model: keras.Model, inputs: Any, layers: Sequence[str] = ()) -> Edges:
    """Edges from Keras's graph where it is complete, else from a trace of one forward pass.

    The trace changes no variable and no random state. It takes as long as tracing the model, or on
    PyTorch as one forward pass.

    Args:
        model: A built model.
        inputs: Inputs that it can be called with.
        layers: Names of layers in the order in which they were seen, for where it cannot be traced.
    """
    if not is_opaque(model):
        return known_edges(model, layers)
    recorder = CallRecorder()

    def run(x: Any) -> None:
        with observing(recorder, layer_calls()):
            call_for_inference(model, x)

    try:
        with random_state_kept(), losses_kept(model):
            events, parents = frameworks.current().trace_calls(run, recorder, model, inputs)
            return traced_edges(model, events, parents)
    except Exception:
        logger.debug("the model could not be traced", exc_info=True)
        return known_edges(model, layers)
