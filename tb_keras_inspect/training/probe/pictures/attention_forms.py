"""What tells that a softmax is attention, and scores in the form in which they are shown."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
from keras import ops


def is_named_attention(layer: Any) -> bool:
    """Whether a class says by its name that it is attention, such as `GemmaAttention`."""
    name = type(layer).__name__.lower()
    return ("attention" in name or "attn" in name) and "mask" not in name


def is_own_layer(layer: Any) -> bool:
    """Whether a layer is one of Keras itself: its softmax is an activation function."""
    return type(layer).__module__.startswith("keras.")


def four_axes(scores: Any, samples: int, key_axes: int = 1) -> Any:
    """Scores as [samples, heads, queries, keys].

    Args:
        scores: Axis 0 is the batch, or batch and heads in one; the last `key_axes` axes are the keys,
            as many before them the queries; axes between are heads. One query has no axis of its own
            in [samples, keys].
        samples: The number of samples.
        key_axes: Number of axes of the keys.

    Raises:
        ValueError: if axis 0 is not a multiple of the samples.
    """
    shape = [int(length) for length in scores.shape]
    if shape[0] % samples or shape[0] == 0:
        raise ValueError(f"has {shape[0]} entries along axis 0, which are not the probe samples")
    keys = _product(shape[-key_axes:])
    queries = _product(shape[-2 * key_axes : -key_axes]) if len(shape) > 2 * key_axes else 1
    return ops.reshape(scores, (samples, -1, queries, keys))


def of_operation(
    query: Any,
    key: Any,
    value: Any = None,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """Scores of a call of `keras.ops.dot_product_attention`, which returns only what comes of them.

    Its arguments, with query [samples, queries, heads, features] and key [samples, keys, heads,
    features]; several heads may share one of the key.

    Returns:
        float32[samples, heads, queries, keys].
    """
    query, key = ops.cast(query, "float32"), ops.cast(key, "float32")
    groups = int(query.shape[2]) // int(key.shape[2])
    key = ops.repeat(key, groups, axis=2) if groups > 1 else key
    logits = ops.einsum("btnh,bsnh->bnts", query, key)
    logits = logits * (int(query.shape[-1]) ** -0.5 if scale is None else scale)
    if attn_logits_soft_cap is not None:
        logits = ops.tanh(logits / attn_logits_soft_cap) * attn_logits_soft_cap
    if bias is not None:
        logits = logits + ops.cast(bias, "float32")
    if mask is not None:
        logits = ops.where(ops.cast(mask, "bool"), logits, -1e30)
    if is_causal:
        below = ops.tril(ops.ones(tuple(logits.shape[-2:]), "bool"))
        logits = ops.where(below, logits, -1e30)
    return ops.softmax(logits, axis=-1)


def contracts_keys(
    name: str, args: tuple[Any, ...], kwargs: dict[str, Any], shape: Sequence[int]
) -> bool:
    """Whether a product takes a mean over keys: of values that do not depend on the query.

    Args:
        name: "matmul" or "einsum".
        args: Its arguments.
        kwargs: Its keywords.
        shape: Of the scores, keys last.
    """
    operands = [x for x in (*args, *kwargs.values()) if hasattr(x, "shape")]
    if len(operands) != 2 or min(len(x.shape) for x in operands) < 3:
        return False
    matches = [tuple(x.shape) == tuple(shape) for x in operands]
    if name == "matmul":
        return matches[0]
    inputs, _, result = str(args[0] if args else kwargs["subscripts"]).partition("->")
    terms = [term.strip() for term in inputs.split(",")]
    for scores, values, matched in zip(terms, reversed(terms), matches, strict=False):
        if not (matched and result) or "." in inputs:
            continue
        queries = set(scores[1:-1]) - set(values)
        key, batch = scores[-1], scores[0]
        if key not in result and {key, batch} <= set(values) and queries:
            return True
    return False


def _product(lengths: Iterable[int]) -> int:
    result = 1
    for length in lengths:
        result *= length
    return result


def softmax_axes(axis: Any, rank: int) -> list[int]:
    """The axes over which a softmax goes, from 0, in order."""
    axes = axis if isinstance(axis, (list, tuple)) else range(rank) if axis is None else [axis]
    return sorted(int(one) % rank for one in axes)


def keys_last(scores: Any, axes: Sequence[int]) -> Any:
    """Scores whose softmax went over other axes than the last, with those last."""
    rank = len(scores.shape)
    if list(axes) == list(range(rank - len(axes), rank)):
        return scores
    others = [axis for axis in range(rank) if axis not in axes]
    return ops.transpose(scores, (*others, *axes))


def is_placeholder(tensor: Any) -> bool:
    """Whether Keras only infers a shape."""
    symbolic = keras.src.backend.common.symbolic_scope.in_symbolic_scope()
    return isinstance(tensor, keras.KerasTensor) or bool(symbolic)
