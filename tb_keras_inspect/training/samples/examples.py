"""From the examples of a batch, still on the device, to their record. Runs on the recorder's thread."""

import dataclasses
import math
import secrets
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.records import DecodedSampleLoss, Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.fingerprints import NO_FINGERPRINTS, fingerprints
from tb_keras_inspect.training.samples.example_inputs import ExampleInputs
from tb_keras_inspect.training.samples.sample import Decoded, Sample
from tb_keras_inspect.training.step.example_losses import PER_LOSS, BatchExamples

MOST_EXAMPLES = 1024  # of a record: those with the largest losses
MOST_BYTES = 256_000_000  # of batches that wait to be decoded; of others the losses alone are kept


class HeldBatches:
    """The batches that wait to be decoded, within a limit of memory.

    Args:
        backend: The backend in use.
        shares: Whether fingerprints are those of other runs too; else of this one alone.
        recorded: Chooses the examples whose inputs are recorded; None for none.
    """

    def __init__(
        self,
        backend: Backend,
        shares: bool,
        recorded: ExampleInputs | None = None,
    ):
        self._to_host, self._key = backend.held_to_host, b"" if shares else secrets.token_bytes(16)
        self._recorded = recorded
        self._waiting: weakref.WeakSet[HeldExamples] = weakref.WeakSet()

    def begin(self, goes_on: bool) -> None:
        """A fit begins, in the run of the one before where that goes on."""
        if self._recorded is not None and not goes_on:
            self._recorded.begin()

    def hold(self, examples: BatchExamples) -> "HeldExamples":
        """Keeps the examples of a batch until they are decoded."""
        held = HeldExamples(examples, self._to_host, self._key, self._recorded)
        if held.nbytes + sum(other.nbytes for other in self._waiting) > MOST_BYTES:
            held.let_go()
        self._waiting.add(held)
        return held


class HeldExamples:
    """The examples of one batch. Made by `HeldBatches.hold`.

    Attributes:
        nbytes: Bytes of the inputs and targets that it holds.
    """

    def __init__(
        self,
        examples: BatchExamples,
        to_host: Callable[[Any], np.ndarray],
        key: bytes,
        recorded: ExampleInputs | None,
    ):
        self._losses, self._names = examples.losses, examples.names_and_weights
        self._inputs, self._targets = examples.inputs, examples.targets
        self._to_host, self._key, self._recorded = to_host, key, recorded
        self.nbytes = sum(_nbytes(part) for part in (*self._inputs, *self._targets))

    def let_go(self) -> None:
        """Drops inputs and targets."""
        self._inputs = self._targets = ()
        self.nbytes = 0

    def added_to(self, sample: Sample, model: pb.ModelRecord) -> Sample:
        """A sample with the records of these examples.

        Copies the numbers from the device, and lets go of the batch.

        Args:
            sample: The sample.
            model: The model record.
        """
        losses, inputs = self._decode(model)
        records: dict[Kind, Decoded] = {**sample.records, Kind.SAMPLE_LOSS: losses}
        if inputs is not None:
            records[Kind.SAMPLE_INPUT] = inputs
        return dataclasses.replace(sample, records=records)

    def _decode(
        self, model: pb.ModelRecord
    ) -> tuple[DecodedSampleLoss, pb.SampleInputRecord | None]:
        losses = self._to_host(self._losses)
        inputs = [self._to_host(part) for part in self._inputs]
        targets = [self._to_host(part) for part in self._targets]
        self.let_go()
        columns = self._columns(losses, targets)
        marks = fingerprints(inputs, self._key) if inputs else NO_FINGERPRINTS
        values = np.stack(list(columns.values()), axis=1)
        record = None
        if self._recorded is not None and len(marks):
            record = self._recorded.record(model, values[:, 0], marks, inputs)
        total, size = float(values[:, 0].sum(dtype=np.float64)), len(values)
        if size > MOST_EXAMPLES:
            # NaN sorts last, as what is larger than everything.
            chosen = np.sort(np.argsort(values[:, 0], kind="stable")[-MOST_EXAMPLES:])
            values, marks = values[chosen], marks[chosen] if len(marks) else marks
        salted = bool(self._key)
        fields = tuple(columns), values, marks, size, total, salted
        return DecodedSampleLoss(model.fingerprint, *fields), record

    def _columns(self, losses: np.ndarray, targets: list[np.ndarray]) -> dict[str, np.ndarray]:
        """Names to float32[examples]; the first is the loss of all outputs together."""
        count = min(len(self._names), losses.shape[1] // PER_LOSS)
        each = losses[:, ::PER_LOSS][:, :count]
        weights = np.array([weight for _, weight in self._names[:count]], np.float32)
        found = {"loss": each @ weights if count > 1 else each[:, 0] * weights[0]}
        for number, (name, _) in enumerate(self._names[:count]):
            suffix = f"/{name}" if count > 1 else ""
            if suffix:
                found["loss" + suffix] = each[:, number]
            if not targets:
                continue
            answer = losses[:, PER_LOSS * number + 1]
            label = _label(targets[number]) if len(targets) == count else None
            if label is not None and not np.isnan(answer).all():
                found["label" + suffix], found["prediction" + suffix] = label, answer
        return found


def _label(target: np.ndarray) -> np.ndarray | None:
    """One number for each example: a class, also of a one-hot vector, or a value; None for others."""
    rows = target.reshape(len(target), -1)
    if target.ndim > 2 or target.dtype.kind not in "biuf" or not rows.shape[1]:
        return None
    if rows.shape[1] == 1:
        return rows[:, 0].astype(np.float32)
    is_one_hot = ((rows == 0) | (rows == 1)).all() and (rows.sum(axis=1) == 1).all()
    return rows.argmax(axis=1).astype(np.float32) if is_one_hot else None


def _nbytes(part: Any) -> int:
    wide = "64" in str(part.dtype)
    return int(math.prod(part.shape)) * (8 if wide else 4)
