"""Chooses the examples whose inputs are recorded, to be shown. Runs on the recorder's thread."""

from collections.abc import Callable, Sequence

import numpy as np

from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.step.batch import names_of

OF_A_STEP = 4  # examples, those with the largest losses; each once
FRACTION = 0.05  # of the log's limit

# From the model record's fingerprint, those of M examples, and their inputs by name.
Encode = Callable[[int, np.ndarray, Sequence[tuple[str, np.ndarray]]], pb.SampleInputRecord | None]


class ExampleInputs:
    """The examples of one run whose inputs are recorded.

    Args:
        encode: Makes the record.
        limit: Most bytes of all records.
    """

    def __init__(self, encode: Encode, limit: float):
        self._encode, self._limit = encode, limit
        self.begin()

    def begin(self) -> None:
        """A run begins: nothing is recorded yet."""
        self._known: set[int] = set()
        self._left = self._limit

    def record(
        self,
        model: pb.ModelRecord,
        losses: np.ndarray,
        marks: np.ndarray,
        inputs: Sequence[np.ndarray],
    ) -> pb.SampleInputRecord | None:
        """The record of the worst examples of a batch that are not recorded yet; None for none.

        Args:
            model: The model record.
            losses: float32[N].
            marks: uint64[N], the examples' fingerprints.
            inputs: The batch's inputs, N examples each.
        """
        if self._left <= 0:
            return None
        order = np.argsort(np.where(np.isfinite(losses), -losses, -np.inf), kind="stable")
        worst = {int(marks[row]): row for row in order[:OF_A_STEP]}
        rows = np.array([row for mark, row in worst.items() if mark not in self._known], np.int64)
        if not len(rows):
            return None
        names = names_of(inputs, model.inputs, "input")
        chosen = [(name, part[rows]) for name, part in zip(names, inputs, strict=True)]
        record = self._encode(model.fingerprint, marks[rows], chosen)
        size = record.ByteSize() if record is not None else 0
        self._left -= size
        if record is None or self._left < 0:
            return None
        self._known.update(marks[rows].tolist())
        return record
