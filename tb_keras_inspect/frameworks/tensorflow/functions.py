"""Functions of this package that TensorFlow traces, and that leave nothing behind there.

TensorFlow counts traces by the source code of a function, and warns where they are frequent: ours, one
for each model, would also count as those of Keras's train function. And it keeps the gradient function
of every operation with a `tf.custom_gradient` (SiLU, the sum over replicas in each optimizer) in a
registry, for ever, and with it the graph of the operation.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import ops


def traced(function: Callable[..., Any], **options: Any) -> Any:
    """`tf.function` of a function that nobody differentiates.

    Args:
        function: The function.
        **options: Those of `tf.function`.
    """
    result = tf.function(forgetting_gradients(function), autograph=False, **options)
    _count_no_traces(result)
    return result


def forgetting_gradients(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that can no longer be differentiated once it is traced, and so can be freed."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        finally:
            if not tf.executing_eagerly():
                _forget_gradients(tf.compat.v1.get_default_graph())

    return run


def count_no_traces_of(train_function: Any) -> None:
    """Has the traces of a train function, as Keras makes it, not counted."""
    for cell in getattr(train_function, "__closure__", None) or ():
        _count_no_traces(cell.cell_contents)
        _count_no_traces(getattr(cell.cell_contents, "__wrapped__", None))


def _count_no_traces(function: Any) -> None:
    if hasattr(function, "experimental_get_tracing_count"):
        function.experimental_get_tracing_count = lambda: 0  # a trace shows by its change


def _forget_gradients(graph: Any) -> None:
    registered = getattr(getattr(ops, "gradient_registry", None), "_registry", {})  # private
    for part in _with_branches(graph):
        for operation in part.get_operations():
            if operation.type == "IdentityN":
                name = operation.node_def.attr["_gradient_op_type"].s.decode()
                if name.startswith("CustomGradient-"):
                    registered.pop(name, None)


def _with_branches(graph: Any) -> Iterator[Any]:
    """A graph and those of its conditionals and loops; not of functions, which others may call."""
    yield graph
    for function in getattr(graph, "_functions", {}).values():
        inner = getattr(function, "graph", None)
        if type(inner).__name__ in _BRANCHES:
            yield from _with_branches(inner)


_BRANCHES = ("CondBranchFuncGraph", "WhileBodyFuncGraph", "WhileCondFuncGraph")
