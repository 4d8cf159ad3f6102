"""The loss of each example of the sampled batches."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.records import DecodedSampleLoss, RecordError
from tb_keras_inspect.records.fingerprints import fingerprints
from tb_keras_inspect.store import export
from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.errors import NotRecordedError, StoreError
from tb_keras_inspect.store.tables.example_ranking import Ranking, rank
from tb_keras_inspect.store.tables.loss import column
from tb_keras_inspect.store.tables.table import StatTable

MOST_COLUMNS = 100  # of a run; a log with more is corrupt


@dataclasses.dataclass(frozen=True, repr=False)
class Samples(Shown):
    """The examples of the sampled batches, one row for each time that one was seen.

    Attributes:
        steps: int64[R], at which step.
        epochs: int64[R], in which epoch, from 0; -1 where it is not known.
        fingerprints: uint64[R], the same for the same inputs; 0 where they are not known.
        loss: float32[R], of all outputs together, before it is reduced.
        share: float64[R], this loss divided by that of the whole batch; NaN where that is zero or not
            finite.
        batch_sizes: int64[R], number of examples in the batch; of a batch of more than 1024 the log has
            those with the largest losses.
        columns: Other numbers by name, float32[R] each: "label" and "prediction" (a class, or a
            number), and of several outputs "loss/<output>" and so on. NaN where not recorded.
        salted: Whether fingerprints can be compared within this run only.
    """

    steps: np.ndarray
    epochs: np.ndarray
    fingerprints: np.ndarray
    loss: np.ndarray
    share: np.ndarray
    batch_sizes: np.ndarray
    columns: Mapping[str, np.ndarray]
    salted: bool

    def __len__(self) -> int:
        return len(self.steps)

    def where(self, chosen: np.ndarray | slice) -> "Samples":
        """Some of the rows, by their numbers, a mask or a slice."""
        arrays = {
            field.name: getattr(self, field.name)[chosen]
            for field in dataclasses.fields(self)
            if field.name not in ("columns", "salted")
        }
        columns = {name: values[chosen] for name, values in self.columns.items()}
        return Samples(**arrays, columns=columns, salted=self.salted)

    def ranking(self) -> Ranking:
        """The examples by how much more loss they have than others of their batches, worst first.

        Example:

        ```python
        worst = run.samples().ranking()
        worst.fingerprints[:10], worst.score[:10]
        ```
        """
        return rank(self.steps, self.epochs, self.fingerprints, self.loss)

    def locate(self, inputs: Any) -> np.ndarray:
        """Where the examples are in data that you have.

        Args:
            inputs: The inputs of N examples, as `fit` got them: an array, or a dict or list of arrays.

        Returns:
            int64[R]: the index of each row's example, -1 if it is not among them. Of equal examples
            the first one counts.

        Raises:
            StoreError: if the fingerprints are those of this run alone.
            ValueError: if the arrays do not have the same number of examples.

        Example:

        ```python
        samples = run.samples()
        index = samples.locate(x)  # int64[R]
        ```
        """
        if self.salted:
            raise StoreError(
                "The run was recorded with `keep_data=False`: its fingerprints cannot be compared "
                "with those of data"
            )
        known = fingerprints(inputs)
        order = np.argsort(known, kind="stable")
        if not len(order):
            return np.full(len(self), -1)
        at = np.searchsorted(known[order], self.fingerprints).clip(max=len(order) - 1)
        found = order[at]
        return np.where(known[found] == self.fingerprints, found, -1)

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` with one row for each time that an example was seen."""
        pandas = export.optional("pandas")
        return pandas.DataFrame(columns_of(self))


def columns_of(samples: Samples) -> dict[str, np.ndarray]:
    """All arrays by name, each of one value per row."""
    own = ("steps", "epochs", "fingerprints", "loss", "share", "batch_sizes")
    names = ("step", "epoch", "fingerprint", "loss", "share", "batch_size")
    found = {name: getattr(samples, field) for name, field in zip(names, own, strict=True)}
    return found | {name: samples.columns[name] for name in samples.columns if name not in found}


class SampleLossBuffer:
    """Decodes sample loss records. A `Buffer` of `store.tables.series`."""

    def __init__(self) -> None:
        self._records: list[DecodedSampleLoss] = []
        self._columns: list[str] = []

    @property
    def length(self) -> int:
        return len(self._records)

    @property
    def nbytes(self) -> int:
        return sum(item.values.nbytes + item.fingerprints.nbytes + 500 for item in self._records)

    def reserve(self, length: int) -> None:
        pass

    def append(self, messages: list[bytes]) -> list[int | str]:
        results: list[int | str] = []
        for message in messages:
            try:
                record = records.decode_sample_loss(message)
            except RecordError as error:
                results.append(str(error))
                continue
            new = [name for name in record.columns if name not in self._columns]
            if len(self._columns) + len(new) > MOST_COLUMNS:
                results.append(f"more than {MOST_COLUMNS} columns")
                continue
            self._columns += new
            self._records.append(record)
            results.append(self.length - 1)
        return results

    def take(self, rows: np.ndarray) -> None:
        self._records = [self._records[row] for row in rows]

    def snapshot(self, steps: np.ndarray) -> Samples:
        found = self._records[: len(steps)]
        counts = [len(item.values) for item in found]
        values = {name: _column(found, name) for name in self._columns}
        loss = values.pop("loss", np.zeros(0, np.float32))
        totals = np.repeat(np.array([item.total for item in found], np.float64), counts)
        with np.errstate(all="ignore"):
            share = np.where(np.isfinite(totals) & (totals > 0), loss / totals, np.nan)
        sizes = np.repeat(np.array([item.batch_size for item in found], np.int64), counts)
        marks = [
            item.fingerprints if len(item.fingerprints) else np.zeros(len(item.values), np.uint64)
            for item in found
        ]
        samples = Samples(
            np.repeat(steps, counts),
            np.full(sum(counts), -1, np.int64),
            np.concatenate([np.zeros(0, np.uint64), *marks]),
            loss,
            share,
            sizes,
            values,
            any(item.salted for item in found),
        )
        for array in columns_of(samples).values():
            array.flags.writeable = False
        return samples


def with_epochs(samples: Samples, table: StatTable | None, step: int | None) -> Samples:
    """Samples whose epochs are known, of all steps or of one.

    Args:
        samples: The samples of all steps.
        table: The steps' numbers, if they were recorded.
        step: One step, or None.

    Raises:
        NotRecordedError: if that step was not sampled.
    """
    if step is not None:
        chosen = samples.steps == step
        if not chosen.any():
            sampled = [str(number) for number in np.unique(samples.steps).tolist()]
            raise NotRecordedError("step with losses of examples", str(step), sampled)
        samples = samples.where(chosen)
    if table is None or not len(table.steps) or not len(samples):
        return samples
    at = np.searchsorted(table.steps, samples.steps).clip(max=len(table.steps) - 1)
    epochs = column(table, "epoch")[at]
    known = (table.steps[at] == samples.steps) & np.isfinite(epochs)
    found = np.where(known, np.nan_to_num(epochs), -1).clip(-1, 2**53).astype(np.int64)
    return dataclasses.replace(samples, epochs=found)


def _column(found: list[DecodedSampleLoss], name: str) -> np.ndarray:
    parts = [
        item.values[:, item.columns.index(name)]
        if name in item.columns
        else np.full(len(item.values), np.nan, np.float32)
        for item in found
    ]
    return np.concatenate([np.zeros(0, np.float32), *parts])
