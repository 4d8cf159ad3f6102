"""Decodes untrusted messages to NumPy arrays.

Every function takes the serialized message. It returns arrays whose shapes agree with each other, or
raises `RecordError`. It allocates no more memory than the message takes, except for the empty bins of
histograms (at most 64 MB).
"""

from typing import Any, TypeVar, cast

import numpy as np
from google.protobuf import message as protobuf_message

from tb_keras_inspect.catalog.finding_changes import FINDING_CHANGES
from tb_keras_inspect.catalog.kinds import SCHEMA_VERSION
from tb_keras_inspect.catalog.problems import SEVERITIES, VERDICTS
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.decoded import (
    FLOAT32_MAX,
    DecodedActivationFunction,
    DecodedHistogram,
    DecodedMap,
    DecodedProbe,
    DecodedSampleInputs,
    DecodedSampleLoss,
    DecodedTable,
    DecodedUnits,
    NewerVersionError,
    RecordError,
)

MAX_BINS = 2**24  # of one histogram record

Message = TypeVar("Message", bound=protobuf_message.Message)


def decode_model(data: bytes | pb.ModelRecord) -> pb.ModelRecord:
    """The model record, with every index in it checked. Returned as it is if it is decoded already."""
    if isinstance(data, pb.ModelRecord):
        return data
    record = _parse(pb.ModelRecord, data)
    count = len(record.layers)
    for index, layer in enumerate(record.layers):
        # A parent comes before its children; that also rules out cycles.
        _check(-1 <= layer.parent < index, "a layer's parent")
    _check(all(-1 <= v.layer < count for v in record.variables), "a variable's layer")
    _check(all(-1 <= s.layer < count for s in record.sites), "a site's layer")
    _check(all(-1 <= s.unit_axis < len(s.shape) for s in record.sites), "a site's unit axis")
    _check(
        all(0 <= e.source < count and 0 <= e.target < count for e in record.edges),
        "an edge's layer",
    )
    return record


def decode_control(data: bytes) -> pb.ControlRecord:
    """The commands before one step."""
    return _parse(pb.ControlRecord, data)


def decode_finding(data: bytes) -> pb.FindingRecord:
    """What the diagnosis reported after one step."""
    record = _parse(pb.FindingRecord, data)
    for item in record.changes:
        _check(item.change in FINDING_CHANGES, "what became of a finding")
        _check(item.severity in SEVERITIES, "the severity of a finding")
        _check(0 <= item.confidence <= 1, "the confidence of a finding")
    if record.HasField("verdict"):
        _check(record.verdict.state in VERDICTS, "the verdict")
    return record


def decode_table(data: bytes | DecodedTable) -> DecodedTable:
    """The statistics of one kind at one sampled step. Returned as they are if decoded already."""
    if isinstance(data, DecodedTable):
        return data
    record = _parse(pb.TableRecord, data)
    columns = len(record.statistics)
    _check(columns > 0 and len(set(record.statistics)) == columns, "the names of statistics")
    values = _array(record.values, "<f4", "values")
    _check(values.size % columns == 0, "the number of values")
    values = values.reshape(-1, columns)
    _check(len(record.names) in (0, len(values)), "the number of names")
    return DecodedTable(
        record.model,
        tuple(record.statistics),
        _decode_rows(record.rows, len(values)),
        values,
        tuple(record.names),
    )


def decode_units(data: bytes | DecodedUnits) -> DecodedUnits:
    """Magnitudes of the units at one sampled step. Returned as they are if decoded already."""
    if isinstance(data, DecodedUnits):
        return data
    record = _parse(pb.UnitsRecord, data)
    sites = _array(record.sites, "<i4", "sites")
    counts = _array(record.counts, "<i4", "counts")
    max_abs = _array(record.max_abs, "<f4", "max_abs")
    _check(sites.shape == counts.shape and _increasing(sites), "the sites")
    _check(bool(np.all(counts >= 0)), "the counts")
    offsets = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    _check(offsets[-1] == max_abs.size, "the number of units")
    return DecodedUnits(record.model, sites, offsets, max_abs)


def decode_sample_loss(data: bytes | DecodedSampleLoss) -> DecodedSampleLoss:
    """The losses of the examples of one batch. Returned as they are if decoded already."""
    if isinstance(data, DecodedSampleLoss):
        return data
    record = _parse(pb.SampleLossRecord, data)
    columns = tuple(record.columns)
    _check("loss" in columns and len(set(columns)) == len(columns), "the names of columns")
    values = _array(record.values, "<f4", "values")
    _check(values.size % len(columns) == 0, "the number of values")
    values = values.reshape(-1, len(columns))
    fingerprints = _array(record.fingerprints, "<u8", "fingerprints")
    _check(fingerprints.size in (0, len(values)), "the number of fingerprints")
    _check(record.batch_size >= len(values), "the size of the batch")
    return DecodedSampleLoss(
        record.model,
        columns,
        values,
        fingerprints,
        record.batch_size,
        record.total,
        record.salted,
    )


def decode_sample_inputs(data: bytes) -> DecodedSampleInputs:
    """The inputs of some examples."""
    record = _parse(pb.SampleInputRecord, data)
    fingerprints = _array(record.fingerprints, "<u8", "fingerprints")
    maps = tuple(_map(item) for item in record.inputs)
    texts = {item.name: tuple(item.texts) for item in record.texts}
    counts = {*(len(item.codes) for item in maps), *map(len, texts.values())}
    _check(counts <= {len(fingerprints)}, "the number of examples")
    return DecodedSampleInputs(fingerprints, maps, texts)


def decode_histogram(data: bytes) -> DecodedHistogram:
    """Histograms of one kind at one sampled step."""
    record = _parse(pb.HistogramRecord, data)
    # Edges are powers of two that float64 holds.
    _check(-1022 <= record.first_exponent <= 1023, "the first exponent")
    _check(1 <= record.exponents <= 1024 - record.first_exponent, "the number of exponents")
    columns = 2 * record.exponents + 1
    _check(record.count_bytes in (2, 4), "the width of counts")
    held = _array(record.counts, f"<u{record.count_bytes}", "counts")
    starts = _array(record.starts, "<u2", "starts").astype(np.int64)
    lengths = _array(record.lengths, "<u2", "lengths").astype(np.int64)
    _check(starts.size == lengths.size, "the number of lengths")
    _check(held.size == lengths.sum(), "the number of counts")
    _check(bool(np.all(starts + lengths <= columns)), "the bins of a row")
    # Empty bins are not written: a few bytes could ask for any amount of memory.
    _check(starts.size * columns <= MAX_BINS, "the number of bins")
    before = np.cumsum(lengths) - lengths
    first = np.arange(len(starts)) * columns + starts
    counts = np.zeros((len(starts), columns), np.uint32)
    counts.ravel()[np.arange(held.size) + np.repeat(first - before, lengths)] = held
    rows = _decode_rows(record.rows, len(counts))
    return DecodedHistogram(record.model, rows, record.first_exponent, record.exponents, counts)


def decode_map_index(data: bytes) -> pb.MapIndex:
    """The first blob of a maps value."""
    return _parse(pb.MapIndex, data)


def decode_map(data: bytes) -> DecodedMap:
    """One layer's maps."""
    return _map(_parse(pb.MapRecord, data))


def decode_activation_function(data: bytes) -> DecodedActivationFunction:
    """One activation function in use."""
    record = _parse(pb.ActivationFunctionRecord, data)
    counts = _array(record.counts, "<u4", "counts")
    curve = _array(record.curve, "<f4", "curve") if record.curve else None
    _check(counts.size > 0, "the number of bins")
    _check(curve is None or curve.size == counts.size + 1, "the number of points of the curve")
    in_order = -FLOAT32_MAX <= record.low <= record.high <= FLOAT32_MAX
    _check(in_order, "the range")
    return DecodedActivationFunction(
        record.model,
        record.name,
        record.function,
        record.low,
        record.high,
        counts,
        curve,
        record.nonfinite,
        record.flat_fraction,
        record.reason,
    )


def decode_probe(data: bytes) -> DecodedProbe:
    """The probe samples."""
    record = _parse(pb.ProbeRecord, data)
    inputs = tuple(_map(item) for item in record.inputs)
    counts = {len(item.codes) for item in inputs}
    _check(len(counts) <= 1, "the number of samples")
    labels = _array(record.labels, "<f4", "labels") if record.label_width else None
    if labels is not None:
        _check(labels.size > 0 and labels.size % record.label_width == 0, "the number of labels")
        labels = labels.reshape(-1, record.label_width)
        _check(not counts or len(labels) in counts, "the number of labels")
    else:
        _check(not record.labels, "the width of labels")
    return DecodedProbe(inputs, labels)


def _map(record: pb.MapRecord) -> DecodedMap:
    shape = tuple(record.shape)
    _check(len(shape) == 4 and all(shape), "the shape")
    codes = _array(record.codes, "u1", "codes")
    size = 1
    for length in shape:  # Python integers: four uint32 overflow int64
        size *= length
    _check(codes.size == size, "the number of codes")
    pairs = shape[:2]
    scale, offset = _array(record.scale, "<f4", "scale"), _array(record.offset, "<f4", "offset")
    channels, dead = _array(record.channels, "<i4", "channels"), _array(record.dead, "u1", "dead")
    _check(scale.size == offset.size == pairs[0] * pairs[1], "the number of scales and offsets")
    _check(channels.size == dead.size == pairs[1], "the number of channels")
    exact = _optional(record.values, "<f4", "values", codes.size)
    return DecodedMap(
        record.model,
        record.name,
        codes.reshape(shape),
        scale.reshape(pairs),
        offset.reshape(pairs),
        channels,
        tuple(record.full_shape),
        dead.astype(bool),
        record.layout,
        _optional(record.rows, "<i4", "rows", shape[0]),
        _optional(record.norms, "<f4", "norms", None),
        _optional(record.targets, "<i4", "targets", shape[0]),
        None if exact is None else exact.reshape(shape),
        record.layer,
    )


def _parse(message_class: type[Message], data: bytes) -> Message:
    record: Any = message_class()
    try:
        read = record.ParseFromString(data)
    # The pure-Python protobuf raises UnicodeDecodeError, which is a ValueError.
    except (protobuf_message.DecodeError, ValueError) as error:
        raise RecordError(f"not a {message_class.__name__}: {error}") from error
    # protobuf 3.20 stops at a tag that closes no group, with only a warning.
    _check(read == len(data), "what follows the message")
    _check(record.version >= 1, "the version")
    if record.version > SCHEMA_VERSION:
        raise NewerVersionError(record.version)
    return cast(Message, record)


def _array(data: bytes, dtype: str, field: str) -> np.ndarray:
    _check(len(data) % np.dtype(dtype).itemsize == 0, f"the length of {field}")
    return np.frombuffer(data, dtype)


def _optional(data: bytes, dtype: str, field: str, size: int | None) -> np.ndarray | None:
    if not data:
        return None
    array = _array(data, dtype, field)
    _check(size is None or array.size == size, f"the number of {field}")
    return array


def _decode_rows(data: bytes, count: int) -> np.ndarray:
    if not data:
        return np.arange(count, dtype=np.int32)
    rows = _array(data, "<i4", "rows")
    _check(rows.size == count and _increasing(rows), "the rows")
    return rows


def _increasing(indices: np.ndarray) -> bool:
    return bool(np.all(indices[1:] > indices[:-1])) and (indices.size == 0 or indices[0] >= 0)


def _check(condition: bool, what: str) -> None:
    if not condition:
        raise RecordError(f"{what} cannot be right")
