"""The fixed samples that maps are made of, and whether they fit the model."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.frameworks.foreign import is_composite
from tb_keras_inspect.training.hooks.inference import random_state_kept
from tb_keras_inspect.training.probe import data as probe_data

DEFAULT_COUNT = 4
MAX_COUNT = 16
_ACCEPTED = (
    f"the number of samples to keep of the first training batch (1 to {MAX_COUNT}), an array of at "
    f"most {MAX_COUNT} samples, a dict or list of arrays for several inputs, or a dataset that "
    "yields batches"
)


@dataclasses.dataclass(frozen=True)
class ProbeSamples:
    """The probe samples, or how many of the first batch to take.

    Attributes:
        count: Number of samples.
        inputs: What the model is called with: an array [count, ...] or a nest of them; None while
            they are to be taken from the first batch.
        labels: float32[count, L] or None where they are not known.
        given: Whether the user gave them.
    """

    count: int
    inputs: Any = None
    labels: np.ndarray | None = None
    given: bool = False

    @property
    def needs_batch(self) -> bool:
        """Whether `from_batch` has to be called with the first batch."""
        return self.inputs is None

    @classmethod
    def from_user(cls, probe: Any, model: keras.Model) -> "ProbeSamples":
        """Reads the callback's option.

        A model that has no inputs yet (an unbuilt Sequential, a subclassed model) is not asked
        whether the samples fit: the first pass finds out.

        Args:
            probe: None or a number: so many samples of the first batch. An array, or a dict, list
                or tuple of arrays: all of them. A dataset: its first samples; iterating over it
                must not disturb the training, so a shuffling one should not be the one trained on.
            model: The model they are for.

        Raises:
            ValueError: if the probe is none of these, has too many samples or does not fit.
        """
        if probe is None:
            return cls(DEFAULT_COUNT)
        if isinstance(probe, (int, np.integer)) and not isinstance(probe, bool):
            if not 1 <= probe <= MAX_COUNT:
                raise ValueError(f"`probe` must be {_ACCEPTED}. Received: probe={probe}")
            return cls(int(probe))
        if probe_data.is_dataset(probe):
            with random_state_kept():  # a shuffling DataLoader draws from the global generator
                x, y = probe_data.first_samples(probe, DEFAULT_COUNT)
        else:
            x, y = _arrays(probe), None
        count = probe_data.sample_count(x)
        if not 1 <= count <= MAX_COUNT:
            raise ValueError(f"`probe` must be {_ACCEPTED}. Received: {count} samples")
        return cls(count, _fitted(x, model), probe_data.labels_of(y), given=True)

    @classmethod
    def from_batch(cls, data: Any, count: int) -> "ProbeSamples":
        """Takes the first samples of a batch.

        Args:
            data: What the training step receives: x, (x, y) or (x, y, sample_weight), of NumPy
                arrays or tensors.
            count: Most samples to take.
        """
        x, y = probe_data.head(probe_data.split(data), min(count, MAX_COUNT))
        return cls(probe_data.sample_count(x), x, probe_data.labels_of(y))


def _arrays(probe: Any) -> Any:
    """NumPy arrays of what is not a dataset.

    Raises:
        ValueError: for anything but arrays, and for too many samples (before they are copied).
    """
    if isinstance(probe, (list, tuple)) and not any(probe_data.is_array(x) for x in probe):
        try:
            probe = np.asarray(probe)  # nested lists of numbers
        except ValueError:
            probe = None
    leaves = keras.tree.flatten(probe)
    if not leaves or not all(x is None or _has_samples(x) for x in leaves):
        raise ValueError(f"`probe` must be {_ACCEPTED}. Received: {_describe_type(probe)}")
    longest = max((x.shape[0] for x in leaves if hasattr(x, "shape")), default=0)
    if longest > MAX_COUNT:
        raise ValueError(f"`probe` must be {_ACCEPTED}. Received: {longest} samples")
    return probe_data.head(probe, MAX_COUNT)


def _has_samples(x: Any) -> bool:
    return probe_data.is_array(x) and getattr(x, "shape", (1,)) != ()


@dataclasses.dataclass(frozen=True)
class _Input:
    """What a model says about one of its inputs.

    Attributes:
        key: What it is called in a dict of inputs.
        name: The name of its tensor, which the model record has.
        shape: With the batch axis; None where a dimension is free.
        dtype: As text.
    """

    key: str
    name: str
    shape: tuple[int | None, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{self.key!r}: {shape_text(self.shape)} {self.dtype}"

    def fit(self, x: Any) -> Any:
        """The array with the rank that the model wants, as Keras makes it; None for a misfit."""
        rank = len(self.shape)
        if x is None or is_composite(x):
            return x
        if x.ndim == rank - 1 and self.shape[-1] == 1:
            x = x[..., None]
        elif x.ndim == rank + 1 and x.shape[-1] == 1:
            x = x[..., 0]
        same = x.ndim == rank and all(
            b is None or a == b for a, b in zip(x.shape[1:], self.shape[1:], strict=True)
        )
        return x if same and self._takes(x) else None

    def _takes(self, x: np.ndarray) -> bool:
        if self.dtype == "string" or x.dtype.kind not in "biuf":
            return self.dtype == "string" and x.dtype.kind in "OSU"
        to_whole = x.dtype.kind == "f" and "int" in self.dtype
        return not to_whole or bool(np.all(x == np.round(x)))


def _fitted(x: Any, model: keras.Model) -> Any:
    """The samples in the shape in which the model takes them.

    Raises:
        ValueError: naming what is expected and what was received.
    """
    expected = _inputs_of(model)
    if expected is None:
        return x
    pairs = _paired(x, expected)
    if pairs is None:
        raise ValueError(mismatch(expected, x))
    fitted = [want.fit(array) for want, array in pairs]
    if any(new is None and old is not None for new, (_, old) in zip(fitted, pairs, strict=True)):
        raise ValueError(mismatch(expected, x))
    if isinstance(x, dict):
        return {**x, **{want.key: new for (want, _), new in zip(pairs, fitted, strict=True)}}
    return keras.tree.pack_sequence_as(x, fitted)


def _inputs_of(model: keras.Model) -> list[_Input] | None:
    """The inputs a model declares; None where it declares none."""
    tensors = getattr(model, "inputs", None)
    if not tensors:
        return None
    structure = getattr(model, "_inputs_struct", None)
    keys = [x.name for x in tensors]
    if isinstance(structure, dict) and len(structure) == len(tensors):
        keys, tensors = list(structure), list(structure.values())
    if not all(hasattr(x, "shape") for x in tensors):
        return None
    return [
        _Input(str(key), x.name, tuple(x.shape), str(x.dtype))
        for key, x in zip(keys, tensors, strict=True)
    ]


def named(model: keras.Model, x: Any) -> list[tuple[str, Any]]:
    """The arrays by the names of the model's inputs; where it has none, "input_0", "input_1"..."""
    expected = _inputs_of(model)
    pairs = _paired(x, expected) if expected else None
    if pairs is not None:
        return [(want.name, array) for want, array in pairs if array is not None]
    arrays = [array for array in keras.tree.flatten(x) if array is not None]
    return [(f"input_{position}", array) for position, array in enumerate(arrays)]


def named_flat(model: keras.Model, x: Any) -> list[tuple[str, Any]]:
    """The flat arrays of a nest, each by the name of the model's input that it is for."""
    by_array = {id(array): name for name, array in named(model, x)}
    flat = keras.tree.flatten(x)
    return [
        (by_array.get(id(array), f"input_{position}"), array) for position, array in enumerate(flat)
    ]


def _paired(x: Any, expected: list[_Input]) -> list[tuple[_Input, Any]] | None:
    """Which array is for which input; None where their number or names differ."""
    if isinstance(x, dict):
        keys = [want.key for want in expected]
        return [(w, x[w.key]) for w in expected] if set(keys) <= set(x) else None
    arrays = keras.tree.flatten(x)
    return list(zip(expected, arrays, strict=True)) if len(arrays) == len(expected) else None


def mismatch(expected: list[Any], x: Any) -> str:
    """The text of the error for samples that do not fit."""
    return (
        "The probe does not fit the model. Expected, with the samples along axis 0: "
        f"{', '.join(map(str, expected))}. Received: {describe(x)}"
    )


def misfit(model: keras.Model, x: Any) -> str | None:
    """Why samples do not fit a model that declares no inputs, by the shapes it was built with.

    A model may well take other shapes than those: ask only when calling it has failed.
    """
    shapes = list(_shapes_in(getattr(model, "_build_shapes_dict", None)))
    received = [tuple(a.shape) for a in keras.tree.flatten(x) if hasattr(a, "shape")]
    if not shapes or [s[1:] for s in shapes] == [r[1:] for r in received]:
        return None
    return mismatch([shape_text((None, *shape[1:])) for shape in shapes], x)


def _shapes_in(nest: Any) -> Iterator[tuple[int | None, ...]]:
    if isinstance(nest, (list, tuple)) and all(d is None or isinstance(d, int) for d in nest):
        yield tuple(nest)
    elif isinstance(nest, (dict, list, tuple)):
        for item in nest.values() if isinstance(nest, dict) else nest:
            yield from _shapes_in(item)


def describe(x: Any) -> str:
    """Shapes and types of a nest of arrays, for messages."""
    if isinstance(x, dict):
        return ", ".join(f"{key!r}: {describe(value)}" for key, value in x.items())
    if isinstance(x, (list, tuple)):
        return "[" + ", ".join(map(describe, x)) + "]"
    return f"{shape_text(tuple(x.shape))} {_dtype_text(x)}" if hasattr(x, "shape") else repr(x)


def shape_text(shape: tuple[int | None, ...]) -> str:
    """A shape as text, `?` where a dimension is free."""
    return "(" + ", ".join("?" if d is None else str(d) for d in shape) + ")"


def _dtype_text(x: Any) -> str:
    kind = getattr(x.dtype, "kind", "")
    return "string" if kind in ("O", "S", "U") and kind else str(x.dtype)


def _describe_type(probe: Any) -> str:
    if isinstance(probe, (dict, list, tuple)):
        return f"a {type(probe).__name__} with values that are not arrays"
    return f"{probe!r} (of type {type(probe).__name__})"
