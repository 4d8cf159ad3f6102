"""Messages that nobody vouches for: arrays that agree with each other, or `RecordError`."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb_keras_inspect import records
from tb_keras_inspect.records import NewerVersionError, RecordError, bins
from tb_keras_inspect.records import inspect_pb2 as pb

pytestmark = pytest.mark.core


def model_record():
    record = pb.ModelRecord(name="m", class_name="Functional", inputs=["x"], steps_per_epoch=3)
    record.layers.add(path="block", class_name="Sequential", parent=-1)
    record.layers.add(path="block/dense", class_name="Dense", parent=0, output_shape=[-1, 4])
    record.variables.add(path="block/dense/kernel", layer=1, shape=[3, 4], dtype="float32")
    record.sites.add(name="block/dense", layer=1, shape=[-1, 4], unit_axis=1, units=4)
    record.edges.add(source=0, target=1)
    record.omissions.add(name="a", what="maps", reason="because")
    record.options["every"] = "1"
    return records.seal_model(record)


def map_record():
    values = np.random.default_rng(0).normal(size=(2, 3, 2, 2))
    return records.encode_map(1, "conv", values, [0, 2, 5], (2, 2, 2, 6), np.zeros(3), "image")


def kernel_record():
    values = np.random.default_rng(0).normal(size=(2, 3, 2, 2))
    extra = {"rows": [0, 4], "norms": np.ones(6), "targets": [1, -1], "layer": "conv"}
    return records.encode_map(1, "k", values, [0, 2, 5], (2, 2, 9, 6), np.zeros(3), "ids", **extra)


MESSAGES = {
    records.decode_model: model_record(),
    records.decode_table: records.encode_table(
        1, ["l2", "mean"], np.ones((3, 2)), np.array([0, 2, 5]), ["a", "b", "c"]
    ),
    records.decode_units: records.encode_units(1, [0, 4], [3, 2], np.ones(5)),
    records.decode_histogram: records.encode_histogram(
        1, np.ones((2, bins.BINS)), np.array([1, 2])
    ),
    records.decode_map: map_record(),
    records.decode_activation_function: records.encode_activation_function(
        1, "dense", "relu", -1.0, 2.0, [3, 0, 4], [0.0, 0.0, 1.0, 2.0], 2, 0.25
    ),
    records.decode_map_index: records.encode_map_index(1, ["a"], [pb.Omission(name="b")]),
    records.decode_probe: records.encode_probe([map_record()], np.ones((2, 1))),
}
BY_NAME = [
    pytest.param(decode, message, id=decode.__name__) for decode, message in MESSAGES.items()
]
BY_NAME.append(pytest.param(records.decode_map, kernel_record(), id="decode_map_of_a_kernel"))


def check_consistent(decode, result):
    """What the module promises of whatever it returns."""
    if decode is records.decode_model:
        count = len(result.layers)
        assert all(-1 <= layer.parent < i for i, layer in enumerate(result.layers))
        assert all(-1 <= v.layer < count for v in result.variables)
        assert all(-1 <= s.layer < count for s in result.sites)
        assert all(-1 <= s.unit_axis < len(s.shape) for s in result.sites)
        assert all(0 <= e.source < count and 0 <= e.target < count for e in result.edges)
    elif decode is records.decode_table:
        assert result.values.shape == (len(result.rows), len(result.statistics))
        assert len(result.names) in (0, len(result.rows))
        assert len(set(result.statistics)) == len(result.statistics)
        check_rows(result.rows)
    elif decode is records.decode_units:
        assert len(result.offsets) == len(result.sites) + 1
        assert result.offsets[0] == 0
        assert result.offsets[-1] == len(result.max_abs)
        assert np.all(np.diff(result.offsets) >= 0)
        check_rows(result.sites)
    elif decode is records.decode_histogram:
        assert result.counts.shape == (len(result.rows), 2 * result.exponents + 1)
        assert (
            len(bins.edges(result.first_exponent, result.exponents)) == result.counts.shape[1] + 1
        )
        check_rows(result.rows)
    elif decode is records.decode_map:
        check_map(result)
    elif decode is records.decode_activation_function:
        check_activation_function(result)
    elif decode is records.decode_probe:
        for item in result.inputs:
            check_map(item)
        counts = {len(item.codes) for item in result.inputs}
        counts |= set() if result.labels is None else {len(result.labels)}
        assert len(counts) <= 1


def check_activation_function(item):
    assert np.isfinite([item.low, item.high]).all()
    assert item.low <= item.high
    assert item.counts.size > 0
    assert item.edges.shape == (item.counts.size + 1,)
    assert item.curve is None or item.curve.shape == item.edges.shape


def check_rows(rows):
    assert np.all(np.diff(rows) > 0)
    assert not len(rows) or rows[0] >= 0


def check_map(item):
    assert item.codes.ndim == 4
    assert item.codes.size > 0
    assert item.scale.shape == item.offset.shape == item.codes.shape[:2]
    assert item.channels.shape == item.dead.shape == item.codes.shape[1:2]
    assert item.values.shape == item.codes.shape
    assert item.values.dtype == np.float32
    for array in (item.rows, item.targets):
        assert array is None or len(array) == len(item.codes)


@pytest.mark.parametrize(("decode", "message"), BY_NAME)
def test_a_proper_message_is_read(decode, message):
    check_consistent(decode, decode(message.SerializeToString()))


def decodes_or_refuses(decode, data):
    with np.errstate(all="raise"):  # nothing warns on the way either
        try:
            result = decode(data)
        except RecordError:
            return
        check_consistent(decode, result)


@pytest.mark.parametrize(("decode", "message"), BY_NAME)
@settings(max_examples=300)
@given(data=st.data())
def test_damaged_bytes_are_read_consistently_or_refused(decode, message, data):
    blob = bytearray(message.SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(blob)))
        action = data.draw(st.sampled_from(["flip", "cut", "insert", "repeat"]))
        if action == "flip" and position < len(blob):
            blob[position] ^= data.draw(st.integers(1, 255))
        elif action == "cut":
            del blob[position : position + data.draw(st.integers(1, 20))]
        elif action == "insert":
            blob[position:position] = data.draw(st.binary(min_size=1, max_size=8))
        else:
            blob += blob[position:]
    decodes_or_refuses(decode, bytes(blob))


@pytest.mark.parametrize(("decode", "message"), BY_NAME)
def test_every_truncation_is_read_consistently_or_refused(decode, message):
    blob = message.SerializeToString()
    for length in range(len(blob)):
        decodes_or_refuses(decode, blob[:length])


@pytest.mark.parametrize(("decode", "message"), BY_NAME)
@settings(max_examples=100)
@given(blob=st.binary(max_size=200))
def test_any_bytes_are_read_consistently_or_refused(decode, message, blob):
    decodes_or_refuses(decode, blob)
    decodes_or_refuses(decode, b"\x08\x01" + blob)  # with a version


small_bytes = st.binary(max_size=24)
any_int32 = st.integers(-(2**31), 2**31 - 1)


@settings(max_examples=300)
@given(
    st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 3), max_size=5),
    st.tuples(*[small_bytes] * 5),
)
def test_maps_whose_fields_disagree_are_refused(shape, fields):
    codes, scale, offset, channels, dead = fields
    record = pb.MapRecord(
        version=1,
        shape=shape,
        codes=codes,
        scale=scale,
        offset=offset,
        channels=channels,
        dead=dead,
    )
    decodes_or_refuses(records.decode_map, record.SerializeToString())


@settings(max_examples=300)
@given(st.lists(st.text(max_size=2), max_size=3), small_bytes, small_bytes)
def test_tables_whose_fields_disagree_are_refused(statistics, rows, values):
    record = pb.TableRecord(version=1, statistics=statistics, rows=rows, values=values)
    decodes_or_refuses(records.decode_table, record.SerializeToString())


@settings(max_examples=300)
@given(small_bytes, small_bytes, small_bytes)
def test_units_whose_fields_disagree_are_refused(sites, counts, max_abs):
    record = pb.UnitsRecord(version=1, sites=sites, counts=counts, max_abs=max_abs)
    decodes_or_refuses(records.decode_units, record.SerializeToString())


@settings(max_examples=300)
@given(
    any_int32,
    st.integers(0, 2**32 - 1) | st.integers(0, 3),
    st.fixed_dictionaries(dict.fromkeys(("rows", "starts", "lengths", "counts"), small_bytes)),
    st.sampled_from([2, 4]) | st.integers(0, 2**32 - 1),
)
def test_histograms_whose_fields_disagree_are_refused(first_exponent, exponents, arrays, width):
    record = pb.HistogramRecord(
        version=1,
        first_exponent=first_exponent,
        exponents=exponents,
        count_bytes=width,
        **arrays,
    )
    decodes_or_refuses(records.decode_histogram, record.SerializeToString())


def test_a_small_histogram_message_cannot_ask_for_much_memory():
    empty = b"\0" * 2**20
    record = pb.HistogramRecord(
        version=1, first_exponent=-48, exponents=1000, count_bytes=2, starts=empty, lengths=empty
    )
    with pytest.raises(records.RecordError, match="number of bins"):
        records.decode_histogram(record.SerializeToString())


def changed(**changes):
    record = model_record()
    for target, value in changes.items():
        owner, field = target.split("__")
        setattr(getattr(record, owner)[0], field, value)
    return record.SerializeToString()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"layers__parent": 0}, "parent"),  # its own parent
        ({"layers__parent": 1}, "parent"),  # a cycle
        ({"layers__parent": -2}, "parent"),
        ({"variables__layer": 2}, "variable"),
        ({"variables__layer": -2}, "variable"),
        ({"sites__layer": 2}, "site"),
        ({"sites__unit_axis": 2}, "unit axis"),
        ({"sites__unit_axis": -2}, "unit axis"),
        ({"edges__source": -1}, "edge"),
        ({"edges__target": 2}, "edge"),
    ],
)
def test_a_model_with_an_index_out_of_range_is_refused(change, what):
    with pytest.raises(RecordError, match=what):
        records.decode_model(changed(**change))


@pytest.mark.parametrize(
    "labels",
    [
        {"labels": np.ones(3, "<f4").tobytes(), "label_width": 1},  # of three samples, not two
        {"labels": np.ones(2, "<f4").tobytes(), "label_width": 2},
        {"labels": np.ones(2, "<f4").tobytes(), "label_width": 0},
        {"labels": b"", "label_width": 1},
    ],
)
def test_labels_that_are_not_one_row_a_sample_are_refused(labels):
    record = pb.ProbeRecord(version=1, inputs=[map_record()], **labels)
    with pytest.raises(RecordError, match="labels"):
        records.decode_probe(record.SerializeToString())


def test_inputs_of_different_length_are_refused():
    other = records.encode_map(1, "y", np.ones((3, 1, 1, 1)), [0], (3, 1), np.zeros(1), "vector")
    record = pb.ProbeRecord(version=1, inputs=[map_record(), other])
    with pytest.raises(RecordError, match="samples"):
        records.decode_probe(record.SerializeToString())


@pytest.mark.parametrize(("decode", "message"), BY_NAME)
def test_a_newer_version_is_refused_and_says_to_upgrade(decode, message):
    newer = type(message)()
    newer.CopyFrom(message)
    newer.version = 2
    with pytest.raises(NewerVersionError, match=r"version 2.*upgrade"):
        decode(newer.SerializeToString())
    newer.version = 0
    with pytest.raises(RecordError, match="version"):
        decode(newer.SerializeToString())


def test_fields_of_a_later_minor_form_are_ignored():
    extended = MESSAGES[records.decode_table].SerializeToString() + b"\xf8\x07\x01"  # field 127
    assert len(records.decode_table(extended).values) == 3


def test_invalid_text_is_refused_by_the_pure_python_protobuf_too():
    program = (
        "from google.protobuf.internal import api_implementation\n"
        "assert api_implementation.Type() == 'python'\n"
        "from tb_keras_inspect import records\n"
        "try: records.decode_table(b'\\x08\\x01\\x1a\\x02\\xff\\xfe')\n"
        "except records.RecordError: print('refused')"
    )
    environment = {**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert result.stdout.strip() == "refused", result.stderr


@pytest.mark.parametrize("end", [b"\x0c\x08\x01", b"\x0b"], ids=["end", "start"])
def test_a_group_that_is_not_one_is_refused(end):
    """Older protobuf runtimes end there and leave the rest unread."""
    table = pb.TableRecord(version=1, statistics=["l2"], values=bytes(8)).SerializeToString()
    with pytest.raises(RecordError):
        records.decode_table(table + end)
