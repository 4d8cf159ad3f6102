"""Encodes NumPy arrays as messages. Pure functions, called on the recorder's thread."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from tb_keras_inspect.catalog.kinds import SCHEMA_VERSION
from tb_keras_inspect.records import bins
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.quantise import quantise


def seal_model(record: pb.ModelRecord) -> pb.ModelRecord:
    """Sets the version and the fingerprint of a model record in place, and returns it."""
    record.version = SCHEMA_VERSION
    record.fingerprint = 0
    digest = hashlib.sha256(record.SerializeToString(deterministic=True)).digest()
    record.fingerprint = int.from_bytes(digest[:8], "little") or 1
    return record


def encode_table(
    model: int,
    statistics: Sequence[str],
    values: np.ndarray,
    rows: np.ndarray | None = None,
    names: Sequence[str] = (),
) -> pb.TableRecord:
    """Encodes the statistics of one kind at one sampled step.

    Args:
        model: Fingerprint of the model record.
        statistics: K names.
        values: [N, K] of any real dtype. Stored as float32.
        rows: int[N], strictly increasing indices into the model record's list. None means 0..N-1.
        names: N names, for kinds whose rows are not in the model record.
    """
    values = _matrix(values, len(statistics))
    return pb.TableRecord(
        version=SCHEMA_VERSION,
        model=model,
        statistics=list(statistics),
        rows=_rows(rows, len(values)),
        values=values.astype("<f4").tobytes(),
        names=list(names),
    )


def encode_units(
    model: int, sites: Sequence[int], counts: Sequence[int], max_abs: np.ndarray
) -> pb.UnitsRecord:
    """Encodes the magnitudes of the units at one sampled step.

    Args:
        model: Fingerprint of the model record.
        sites: N strictly increasing indices into the model record's sites.
        counts: Number of units of each site.
        max_abs: float[sum of counts], the units' largest magnitudes over the batch, site after site.
    """
    max_abs = np.asarray(max_abs, "<f4")
    if max_abs.shape != (int(np.sum(counts)),):
        raise ValueError(f"Expected {np.sum(counts)} values. Received: shape {max_abs.shape}")
    return pb.UnitsRecord(
        version=SCHEMA_VERSION,
        model=model,
        sites=np.asarray(sites, "<i4").tobytes(),
        counts=np.asarray(counts, "<i4").tobytes(),
        max_abs=max_abs.tobytes(),
    )


def encode_sample_loss(
    model: int,
    columns: Sequence[str],
    values: np.ndarray,
    fingerprints: np.ndarray,
    batch_size: int,
    total: float,
    salted: bool = False,
) -> pb.SampleLossRecord:
    """Encodes the losses of the examples of one batch; see `DecodedSampleLoss`."""
    return pb.SampleLossRecord(
        version=SCHEMA_VERSION,
        model=model,
        columns=list(columns),
        values=_matrix(values, len(columns)).astype("<f4").tobytes(),
        fingerprints=np.asarray(fingerprints, "<u8").tobytes(),
        batch_size=batch_size,
        total=total,
        salted=salted,
    )


def encode_sample_inputs(
    model: int,
    fingerprints: np.ndarray,
    maps: Sequence[pb.MapRecord],
    texts: Mapping[str, Sequence[str]],
) -> pb.SampleInputRecord:
    """Encodes the inputs of some examples; see `DecodedSampleInputs`."""
    return pb.SampleInputRecord(
        version=SCHEMA_VERSION,
        model=model,
        fingerprints=np.asarray(fingerprints, "<u8").tobytes(),
        inputs=maps,
        texts=[pb.TextInput(name=name, texts=text) for name, text in texts.items()],
    )


def encode_histogram(
    model: int, counts: np.ndarray, rows: np.ndarray | None = None
) -> pb.HistogramRecord:
    """Encodes the histograms of one kind at one sampled step, over the bins of `records.bins`.

    Args:
        model: Fingerprint of the model record.
        counts: [N, bins.BINS], whole numbers.
        rows: As in `encode_table`.
    """
    counts = _matrix(counts, bins.BINS)
    starts, lengths = _filled(counts)
    before = np.cumsum(lengths) - lengths
    first = np.arange(len(counts)) * bins.BINS + starts
    held = counts.ravel()[np.arange(lengths.sum()) + np.repeat(first - before, lengths)]
    width = 2 if held.max(initial=0) < 1 << 16 else 4
    return pb.HistogramRecord(
        version=SCHEMA_VERSION,
        model=model,
        rows=_rows(rows, len(counts)),
        first_exponent=bins.FIRST_EXPONENT,
        exponents=bins.EXPONENTS,
        starts=starts.astype("<u2").tobytes(),
        lengths=lengths.astype("<u2").tobytes(),
        counts=held.astype(f"<u{width}").tobytes(),
        count_bytes=width,
    )


def _filled(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first non-empty bin of each row, and the number of bins up to the last one: int64[N] each."""
    ends = np.arange(1, len(counts) + 1) * bins.BINS
    filled = np.flatnonzero(counts > 0)  # positions in all rows together, increasing
    position = np.searchsorted(filled, np.concatenate([[0], ends]))
    empty = position[1:] == position[:-1]
    padded = np.append(filled, 0)
    first, last = padded[position[:-1]], padded[position[1:] - 1]
    starts = np.where(empty, 0, first - (ends - bins.BINS))
    return starts, np.where(empty, 0, last - first + 1)


def encode_map_index(
    model: int, names: Sequence[str], omissions: Sequence[pb.Omission] = ()
) -> pb.MapIndex:
    """Encodes the first blob of a maps value, which says what the other blobs are."""
    return pb.MapIndex(
        version=SCHEMA_VERSION, model=model, names=list(names), omissions=list(omissions)
    )


def encode_map(
    model: int,
    name: str,
    values: np.ndarray,
    channels: np.ndarray,
    full_shape: Sequence[int],
    dead: np.ndarray,
    layout: str,
    *,
    rows: np.ndarray | None = None,
    norms: np.ndarray | None = None,
    targets: np.ndarray | None = None,
    layer: str = "",
    exact: bool = False,
) -> pb.MapRecord:
    """Encodes the maps of one array, each quantised to 255 levels over its own finite range.

    Args:
        model: Fingerprint of the model record.
        name: Site, variable or input.
        values: float[S, C, H, W]: samples, channels, height, width.
        channels: int[C], which channels of the array these are.
        full_shape: Shape of the array before it was reduced, including the batch axis.
        dead: bool[C], whether a channel is zero for every probe sample.
        layout: The meaning of the axes, see `inspect.proto`. For "ids" the exact values are kept too.
        rows: int[S], the input channels of a kernel on the first axis.
        norms: float[U], l2 of the weights of each unit.
        targets: int[S], for gradients: the class whose score was used; -1 means the output itself.
        layer: For gradients: the layer whose output they are taken of; "" means the input.
        exact: Whether to keep the exact values in any case. Defaults to False.
    """
    codes, scale, offset = quantise(values)
    return pb.MapRecord(
        version=SCHEMA_VERSION,
        model=model,
        name=name,
        codes=codes.tobytes(),
        shape=codes.shape,
        scale=scale.astype("<f4").tobytes(),
        offset=offset.astype("<f4").tobytes(),
        channels=np.asarray(channels, "<i4").tobytes(),
        full_shape=[int(d) for d in full_shape],
        dead=np.asarray(dead, np.uint8).tobytes(),
        layout=layout,
        values=np.asarray(values, "<f4").tobytes() if exact or layout == "ids" else b"",
        rows=_optional(rows, "<i4"),
        norms=_optional(norms, "<f4"),
        targets=_optional(targets, "<i4"),
        layer=layer,
    )


def encode_activation_function(
    model: int,
    name: str,
    function: str,
    low: float,
    high: float,
    counts: np.ndarray,
    curve: np.ndarray | None = None,
    nonfinite: int = 0,
    flat_fraction: float = float("nan"),
    reason: str = "",
) -> pb.ActivationFunctionRecord:
    """Encodes one activation function in use.

    Args:
        model: Fingerprint of the model record.
        name: The layer and the number of its call, named as a site.
        function: Name of the function.
        low, high: Range of the finite pre-activations.
        counts: int[B], pre-activations in B equal bins of that range.
        curve: float[B + 1], the function at the bins' edges; None if there is no curve.
        nonfinite: How many pre-activations are NaN or infinite.
        flat_fraction: Fraction of pre-activations where the function is flat; NaN if unknown.
        reason: Why there is no curve.
    """
    return pb.ActivationFunctionRecord(
        version=SCHEMA_VERSION,
        model=model,
        name=name,
        function=function,
        low=low,
        high=high,
        counts=np.asarray(counts, "<u4").tobytes(),
        curve=_optional(curve, "<f4"),
        nonfinite=nonfinite,
        flat_fraction=flat_fraction,
        reason=reason,
    )


def encode_probe(
    inputs: Sequence[pb.MapRecord], labels: np.ndarray | None = None
) -> pb.ProbeRecord:
    """Encodes the probe samples.

    Args:
        inputs: One map record per model input.
        labels: float[S, L], or None if they are unknown.
    """
    record = pb.ProbeRecord(version=SCHEMA_VERSION, inputs=list(inputs))
    if labels is not None:
        labels = np.asarray(labels, "<f4").reshape(len(labels), -1)
        record.labels = labels.tobytes()
        record.label_width = labels.shape[1]
    return record


def _optional(array: np.ndarray | None, dtype: str) -> bytes:
    return b"" if array is None else np.asarray(array, dtype).tobytes()


def _matrix(values: np.ndarray, columns: int) -> np.ndarray:
    values = np.asarray(values)
    if values.ndim != 2 or values.shape[1] != columns:
        raise ValueError(f"Expected an array of shape [N, {columns}]. Received: {values.shape}")
    return values


def _rows(rows: np.ndarray | None, count: int) -> bytes:
    if rows is None:
        return b""
    rows = np.asarray(rows, "<i4")
    if rows.shape != (count,):
        raise ValueError(f"Expected {count} row indices. Received: shape {rows.shape}")
    return b"" if np.array_equal(rows, np.arange(count)) else rows.tobytes()
