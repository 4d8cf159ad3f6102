"""What decoded messages hold, as NumPy arrays, and the errors of decoding."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import SCHEMA_VERSION
from tb_keras_inspect.records.quantise import CODE_NONFINITE

FLOAT32_MAX = float(np.finfo(np.float32).max)


class RecordError(ValueError):
    """A message cannot be read; the text says why."""


class NewerVersionError(RecordError):
    """A message written by a newer version of this package."""

    def __init__(self, version: int):
        super().__init__(
            f"written in format version {version}, this reader knows up to {SCHEMA_VERSION}: "
            "upgrade tb-keras-inspect on the machine that runs TensorBoard"
        )


@dataclasses.dataclass(frozen=True)
class DecodedTable:
    """`statistics`: K names; `rows`: int32[N]; `values`: float32[N, K]; `names`: N or none."""

    model: int
    statistics: tuple[str, ...]
    rows: np.ndarray
    values: np.ndarray
    names: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class DecodedUnits:
    """`sites`: int32[N]; `offsets`: int64[N + 1] into `max_abs`: float32[offsets[-1]]."""

    model: int
    sites: np.ndarray
    offsets: np.ndarray
    max_abs: np.ndarray


@dataclasses.dataclass(frozen=True)
class DecodedSampleLoss:
    """`columns`: K names, "loss" among them; `values`: float32[N, K]; `fingerprints`: uint64[N], or
    uint64[0] if the inputs are not known; `total`: sum of the loss over the `batch_size` examples of
    the batch, of which these N are kept; `salted`: whether the fingerprints hold in this run only."""

    model: int
    columns: tuple[str, ...]
    values: np.ndarray
    fingerprints: np.ndarray
    batch_size: int
    total: float
    salted: bool = False


@dataclasses.dataclass(frozen=True)
class DecodedHistogram:
    """`rows`: int32[N]; `counts`: uint32[N, 2 * exponents + 1]."""

    model: int
    rows: np.ndarray
    first_exponent: int
    exponents: int
    counts: np.ndarray


@dataclasses.dataclass(frozen=True)
class DecodedMap:
    """`codes`: uint8[S, C, H, W]; `scale`, `offset`: float32[S, C]; `channels`: int32[C];
    `dead`: bool[C]. 255 in `codes` stands for a non-finite value.

    None if they do not apply: `rows`: int32[S], input channels of a kernel; `norms`: float32[U];
    `targets`: int32[S], classes; `exact`: float32[S, C, H, W].
    """

    model: int
    name: str
    codes: np.ndarray
    scale: np.ndarray
    offset: np.ndarray
    channels: np.ndarray
    full_shape: tuple[int, ...]
    dead: np.ndarray
    layout: str
    rows: np.ndarray | None = None
    norms: np.ndarray | None = None
    targets: np.ndarray | None = None
    exact: np.ndarray | None = None
    layer: str = ""

    def sample(self, number: int) -> "DecodedMap":
        """The maps of one sample alone."""
        one = slice(number, number + 1)
        names = ("codes", "scale", "offset", "rows", "targets", "exact")
        arrays = {name: getattr(self, name) for name in names}
        chosen: dict[str, Any] = {
            name: None if array is None else array[one] for name, array in arrays.items()
        }
        return dataclasses.replace(self, **chosen)

    @property
    def values(self) -> np.ndarray:
        """float32[S, C, H, W], NaN if the value was not finite."""
        if self.exact is not None:
            return self.exact
        # In float64: a map may span more than float32 can hold.
        scale = self.scale[:, :, None, None].astype(np.float64)
        with np.errstate(invalid="ignore"):  # a scale that is not finite
            values = self.offset[:, :, None, None] + scale * self.codes
            values = np.clip(values, -FLOAT32_MAX, FLOAT32_MAX).astype(np.float32)
        return np.where(self.codes == CODE_NONFINITE, np.float32(np.nan), values)


@dataclasses.dataclass(frozen=True)
class DecodedActivationFunction:
    """`low`, `high`: range of the finite pre-activations; `counts`: uint32[B] in equal bins of it;
    `curve`: float32[B + 1] at the bins' edges, or None, then `reason` says why."""

    model: int
    name: str
    function: str
    low: float
    high: float
    counts: np.ndarray
    curve: np.ndarray | None
    nonfinite: int
    flat_fraction: float
    reason: str

    @property
    def edges(self) -> np.ndarray:
        """float64[B + 1]."""
        return np.linspace(self.low, self.high, len(self.counts) + 1)


@dataclasses.dataclass(frozen=True)
class DecodedSampleInputs:
    """`fingerprints`: uint64[M] of examples; `maps`: one per input, M samples each; `texts`: names of
    other inputs, with M texts each."""

    fingerprints: np.ndarray
    maps: tuple[DecodedMap, ...]
    texts: Mapping[str, tuple[str, ...]]

    def of(self, row: int) -> "dict[str, DecodedMap | str]":
        """The inputs of one example by name: maps of one sample, and texts."""
        found: dict[str, DecodedMap | str] = {item.name: item.sample(row) for item in self.maps}
        return found | {name: texts[row] for name, texts in self.texts.items()}


@dataclasses.dataclass(frozen=True)
class DecodedProbe:
    """`inputs`: one map per model input; `labels`: float32[S, L] or None."""

    inputs: tuple[DecodedMap, ...]
    labels: np.ndarray | None
