"""Batches of whatever Keras trains on, drawn such that the data is as before."""

import contextlib
import copy
import itertools
import random
import types
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.frameworks import foreign
from tb_keras_inspect.training.probe.data import is_dataset

AT_HAND = 32  # batches that are taken from what cannot be drawn twice

_NOT_SEARCHED = (np.ndarray, type, types.ModuleType, keras.layers.Layer)
Batch = tuple[Any, Any, Any]  # inputs, targets and weights


class Batches:
    """The batches of some data, as often as they are wanted.

    Args:
        data: A tuple of inputs, targets and, optionally, weights; or what yields such batches: a
            `tf.data.Dataset`, a `PyDataset`, a `DataLoader`, any iterable.
        batch_size: Of arrays.
        seed: Of the order in which the samples of arrays come.

    Attributes:
        notes: What a user has to know about how they were drawn.

    Raises:
        ValueError: If the data has no batches.
        TypeError: If it is none of these.
    """

    def __init__(self, data: Any, batch_size: int, seed: int):
        self.notes: list[str] = []
        self._data, self._batch_size, self._seed = data, batch_size, seed
        self._make: Callable[[], Iterator[Any]] = self._of_arrays
        if isinstance(data, tuple):
            self._samples = _length(data)
        elif isinstance(data, keras.utils.PyDataset):
            self._make = self._of_py_dataset
        elif isinstance(data, Iterator):
            self._hold(data)
        elif is_dataset(data) or isinstance(data, list):
            separate = foreign.independent(data)
            self._data = data if separate is None else separate
            self._make = lambda: iter(self._data)
        else:
            raise TypeError(
                "`data` must be a tuple (x, y), a tf.data.Dataset, a PyDataset, a DataLoader or "
                f"another iterable of batches. Received: {type(data).__name__}"
            )

    def __iter__(self) -> Iterator[Batch]:
        """Batches without end, from the first one on."""
        while True:
            is_empty = True
            for batch in self._make():
                is_empty = False
                yield _parts(batch)
            if is_empty:
                raise ValueError("`data` must have batches. Received: data without any")

    @contextlib.contextmanager
    def position_kept(self) -> Iterator[None]:
        """A block after which random generators among the data's attributes are as before."""
        restores = [restore for item in _held_by(self._data) if (restore := _saved(item))]
        try:
            yield
        finally:
            for restore in restores:
                restore()

    def _of_arrays(self) -> Iterator[Any]:
        # The order is another one in each pass, and the same from each beginning.
        order = np.random.default_rng(self._seed).permutation(self._samples)
        size = min(self._batch_size, self._samples)
        for start in range(0, self._samples - size + 1, size):
            chosen = order[start : start + size]
            yield keras.tree.map_structure(lambda x, i=chosen: _rows(x, i), self._data)

    def _of_py_dataset(self) -> Iterator[Any]:
        count = self._data.num_batches
        numbers = itertools.count() if count is None else range(count)
        return (self._data[number] for number in numbers)

    def _hold(self, data: Iterator[Any]) -> None:
        held = list(itertools.islice(data, AT_HAND))
        self._data = held
        self._make = lambda: iter(held)
        self.notes.append(
            f"the data can be drawn only once: {len(held)} batches were taken from it and used again "
            "and again; what is drawn next begins after them"
        )


def _length(data: Any) -> int:
    leaves = [leaf for leaf in keras.tree.flatten(data) if leaf is not None]
    lengths = {int(leaf.shape[0]) if getattr(leaf, "shape", ()) else 0 for leaf in leaves}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(
            "The arrays in `data` must all have the same number of samples, along axis 0. "
            f"Received: {sorted(lengths)}"
        )
    return lengths.pop()


def _rows(x: Any, index: np.ndarray) -> Any:
    return None if x is None else foreign.to_host(x)[index]


def _parts(batch: Any) -> Batch:
    if isinstance(batch, list):  # of a DataLoader
        batch = tuple(batch)
    x, y, weights = keras.utils.unpack_x_y_sample_weight(batch)
    return x, y, weights


def _held_by(data: Any) -> list[Any]:
    """Attributes of a dataset, its sampler and what is in them, two levels deep."""
    found: list[Any] = []
    level = [data]
    for _ in range(3):
        level = [value for item in level for value in getattr(item, "__dict__", {}).values()]
        level = [value for value in level if not isinstance(value, _NOT_SEARCHED)][:1000]
        found += level
    return list({id(item): item for item in found}.values())


def _saved(item: Any) -> Callable[[], None] | None:
    """What sets a random generator back to its present state; None for anything else."""
    if isinstance(item, np.random.Generator):
        state = copy.deepcopy(item.bit_generator.state)
        return lambda: setattr(item.bit_generator, "state", state)
    for kind, get, put in (
        (np.random.RandomState, "get_state", "set_state"),
        (random.Random, "getstate", "setstate"),
    ):
        if isinstance(item, kind):
            before, restore = getattr(item, get)(), getattr(item, put)
            return lambda: restore(before)
    if isinstance(item, keras.random.SeedGenerator):
        seeds = np.array(keras.ops.convert_to_numpy(item.state.value))
        return lambda: item.state.assign(seeds)
    if type(item).__module__.startswith("torch") and type(item).__name__ == "Generator":
        taken = item.get_state()
        return lambda: item.set_state(taken)
    return None
