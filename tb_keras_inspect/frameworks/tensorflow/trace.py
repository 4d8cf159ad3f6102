"""A trace of one forward pass on TensorFlow: its graph of operations."""

from typing import Any

import keras
import tensorflow as tf

from tb_keras_inspect.frameworks.tensorflow.functions import traced
from tb_keras_inspect.frameworks.tracing import Parents, TracedCall, TraceRecorder


def trace_calls(run: TracedCall, recorder: TraceRecorder, inputs: Any) -> tuple[list[Any], Parents]:
    """See `Backend.trace_calls`."""
    graphs: list[tf.Graph] = []

    def forward(x: Any) -> None:
        graph = tf.compat.v1.get_default_graph()
        recorder.is_of_trace = lambda tensor: getattr(tensor, "graph", None) is graph
        graphs.append(graph)
        with keras.StatelessScope():
            run(x)

    arguments = keras.tree.map_structure(_argument, inputs)
    traced(forward).get_concrete_function(arguments)
    graph = graphs[-1]
    events = recorder.events_by(lambda tensor: tensor.name)
    return events, lambda name: [x.name for x in graph.get_tensor_by_name(name).op.inputs]


def _argument(x: Any) -> Any:
    return None if x is None else tf.convert_to_tensor(x)
