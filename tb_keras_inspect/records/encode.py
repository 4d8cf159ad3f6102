"""NumPy arrays to messages. Pure functions; the recorder's thread calls them."""

import hashlib
from collections.abc import Sequence

import numpy as np

from tb_keras_inspect.catalog.kinds import SCHEMA_VERSION
from tb_keras_inspect.records import bins
from tb_keras_inspect.records import inspect_pb2 as pb

CODE_MAX = 254  # finite codes are 0..254
CODE_NONFINITE = 255


def seal_model(record: pb.ModelRecord) -> pb.ModelRecord:
    """Sets version and fingerprint of a model record, in place, and returns it."""
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
    """One sampled step of one kind.

    Args:
        model: Fingerprint of the model record.
        statistics: K names.
        values: [N, K], any real dtype; stored as float32.
        rows: int[N], strictly increasing indices of the model record's list; None for 0..N-1.
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
    """Per-unit magnitudes of one sampled step.

    Args:
        model: Fingerprint of the model record.
        sites: N indices of the model record's sites, strictly increasing.
        counts: Units of each site.
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


def encode_histogram(
    model: int, counts: np.ndarray, rows: np.ndarray | None = None
) -> pb.HistogramRecord:
    """Histograms of one sampled step of one kind, over the bins of `records.bins`.

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
    """int64[N] twice: the first bin of each row that is not empty, and bins from there to the last."""
    ends = np.arange(1, len(counts) + 1) * bins.BINS
    filled = np.flatnonzero(counts > 0)  # places in all rows together, increasing
    position = np.searchsorted(filled, np.concatenate([[0], ends]))
    empty = position[1:] == position[:-1]
    padded = np.append(filled, 0)
    first, last = padded[position[:-1]], padded[position[1:] - 1]
    starts = np.where(empty, 0, first - (ends - bins.BINS))
    return starts, np.where(empty, 0, last - first + 1)


def encode_map_index(
    model: int, names: Sequence[str], omissions: Sequence[pb.Omission] = ()
) -> pb.MapIndex:
    """The first blob of a maps value: what the other blobs are."""
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
) -> pb.MapRecord:
    """Quantises one array's maps to 255 levels, each map over its own finite range.

    Args:
        model: Fingerprint of the model record.
        name: Site, variable or input.
        values: float[S, C, H, W]: samples, channels, height, width.
        channels: int[C], which channels of the array these are.
        full_shape: Shape of the array before capping, batch axis included.
        dead: bool[C], channels that are zero for every probe sample.
        layout: What the axes are, see `inspect.proto`. Of "ids" the values are kept exactly too.
        rows: int[S], which input channels of a kernel the first axis holds.
        norms: float[U], l2 of the weights of each unit.
        targets: int[S], of gradients: the class whose score they are of, -1 for the output itself.
        layer: Of gradients: the layer whose output they are of, "" for the input.
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
        values=np.asarray(values, "<f4").tobytes() if layout == "ids" else b"",
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
    """One activation function in use.

    Args:
        model: Fingerprint of the model record.
        name: As a site: the layer, and which of its calls.
        function: Name of the function.
        low, high: Range of the finite pre-activations.
        counts: int[B], pre-activations in B equal bins of that range.
        curve: float[B + 1], the function at the bins' edges; None where there is no curve.
        nonfinite: How many pre-activations are NaN or infinite.
        flat_fraction: Share of pre-activations where the function is flat, NaN where not known.
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
    """The probe samples.

    Args:
        inputs: One map record per model input.
        labels: float[S, L] or None where they are not known.
    """
    record = pb.ProbeRecord(version=SCHEMA_VERSION, inputs=list(inputs))
    if labels is not None:
        labels = np.asarray(labels, "<f4").reshape(len(labels), -1)
        record.labels = labels.tobytes()
        record.label_width = labels.shape[1]
    return record


def quantise(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes of 0..254 over the finite range of each map, 255 for non-finite values.

    The error is at most half a step: 1/508 of the map's range, but not under half of the least
    normal float32.

    Args:
        values: float[S, C, H, W].

    Returns:
        uint8[S, C, H, W], float32[S, C] scale and float32[S, C] offset; `offset + scale * code` is
        the value.
    """
    values = np.asarray(values, np.float32)
    finite = np.isfinite(values)
    low = np.min(values, axis=(2, 3), initial=np.inf, where=finite)
    high = np.max(values, axis=(2, 3), initial=-np.inf, where=finite)
    empty = low > high
    low, high = np.where(empty, 0, low), np.where(empty, 0, high)
    # In float64: the range of extreme float32 values overflows float32.
    span = high.astype(np.float64) - low
    # Not subnormal: that would be a rounded step, and codes beyond the last one.
    step = np.maximum(span / CODE_MAX, np.finfo(np.float32).tiny).astype(np.float32)
    scale = np.where(span > 0, step, np.float32(0))
    step = step[:, :, None, None]
    with np.errstate(invalid="ignore", over="ignore"):
        codes = np.rint((values.astype(np.float64) - low[:, :, None, None]) / step)
    codes = np.where(finite, np.clip(codes, 0, CODE_MAX), CODE_NONFINITE)
    return codes.astype(np.uint8), scale, low.astype(np.float32)


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
