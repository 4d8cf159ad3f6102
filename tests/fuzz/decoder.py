"""What is fuzzed: every decoder, and the store on top of them, fed with bytes that nobody vouches for.

`examine` says what must hold of any bytes. As a program it is run over ever new ones by atheris, which
keeps those that reach code not seen before:

    python -m tests.fuzz.decoder --seconds 3600 --corpus DIRECTORY
"""

import argparse
import contextlib
import dataclasses
import json
import math
import os
import random
import sys
import tempfile

with contextlib.suppress(ImportError):
    import atheris

    if __name__ == "__main__":
        # Only what is imported inside of this block is told apart by the lines it reaches.
        with atheris.instrument_imports(
            include=["tb_keras_inspect.records", "tb_keras_inspect.store"]
        ):
            import tb_keras_inspect.records
            import tb_keras_inspect.store.run  # noqa: F401

import numpy as np
from google.protobuf.descriptor import FieldDescriptor

from tb_keras_inspect import records
from tb_keras_inspect.catalog.kinds import TABLE_KINDS
from tb_keras_inspect.records import Kind, RecordError
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.store.errors import StoreError
from tb_keras_inspect.store.model import model as model_lib
from tb_keras_inspect.store.run import RunData
from tb_keras_inspect.store.sources.source import Records

MAX_BYTES = 16_384  # of one input
MAX_MEGABYTES = 2048  # of the whole process
MAX_SECONDS = 10  # for one input


def _check_model(record):
    json.dumps(model_lib.from_record(record).name, allow_nan=False)


def _check_table(table):
    assert table.values.shape == (len(table.rows), len(table.statistics))
    assert len(table.names) in (0, len(table.rows))
    assert np.all(np.diff(table.rows) > 0)


def _check_units(units):
    assert len(units.offsets) == len(units.sites) + 1
    assert units.offsets[-1] == len(units.max_abs)


def _check_sample_loss(losses):
    assert losses.values.shape[1] == len(losses.columns)
    assert len(losses.fingerprints) in (0, len(losses.values))


def _check_sample_inputs(inputs):
    for row in range(len(inputs.fingerprints)):
        for item in inputs.of(row).values():
            assert isinstance(item, str) or len(item.values) == 1


def _check_histogram(histogram):
    assert histogram.counts.shape == (len(histogram.rows), 2 * histogram.exponents + 1)


def _check_map(item):
    assert item.values.shape == item.codes.shape
    assert item.scale.shape == item.offset.shape == item.codes.shape[:2]
    assert len(item.channels) == len(item.dead) == item.codes.shape[1]


def _check_function(item):
    assert len(item.edges) == len(item.counts) + 1
    assert item.curve is None or len(item.curve) == len(item.edges)
    assert math.isfinite(item.low)
    assert math.isfinite(item.high)


def _check_probe(probe):
    for item in probe.inputs:
        _check_map(item)
    if probe.labels is not None and probe.inputs:
        assert len(probe.labels) == len(probe.inputs[0].codes)


# The first byte of an input chooses one of these, or the store.
DECODERS = (
    (pb.ModelRecord, records.decode_model, _check_model),
    (pb.TableRecord, records.decode_table, _check_table),
    (pb.UnitsRecord, records.decode_units, _check_units),
    (pb.HistogramRecord, records.decode_histogram, _check_histogram),
    (pb.MapIndex, records.decode_map_index, lambda _: None),
    (pb.MapRecord, records.decode_map, _check_map),
    (pb.ActivationFunctionRecord, records.decode_activation_function, _check_function),
    (pb.ProbeRecord, records.decode_probe, _check_probe),
    (pb.FindingRecord, records.decode_finding, lambda _: None),
    (pb.SampleLossRecord, records.decode_sample_loss, _check_sample_loss),
    (pb.SampleInputRecord, records.decode_sample_inputs, _check_sample_inputs),
)
# The store is given a model record that is right, and messages of one of these that may not be.
KINDS = (
    *(Kind.GRADIENT, Kind.STEP, Kind.EPOCH, Kind.UNITS, Kind.GRADIENT_HISTOGRAM, Kind.MODEL),
    *(Kind.FINDING, Kind.SAMPLE_LOSS, Kind.SAMPLE_INPUT),
)
STORE = len(DECODERS)
# Of which a message may be right, and hold nothing that is asked for.
WITHOUT_PROBLEMS = (Kind.MODEL, Kind.FINDING, Kind.SAMPLE_LOSS, Kind.SAMPLE_INPUT)


def examine(data: bytes) -> bool:
    """Reads bytes as whatever their first one says.

    Returns:
        Whether they were taken for a record.

    Raises:
        Anything but RecordError, where a decoder is wrong.
    """
    if not data:
        return False
    choice, message = data[0] % (STORE + len(KINDS)), data[1:]
    if choice >= STORE:
        return _examine_store(KINDS[choice - STORE], message)
    _, decode, check = DECODERS[choice]
    try:
        result = decode(message)
    except RecordError:
        return False
    check(result)
    return True


class MemorySource:
    """A `store.sources.source.Source` over messages in memory; each is a millisecond younger."""

    def __init__(self, messages: dict[Kind, list[bytes]]):
        self._messages = messages

    def stamps(self):
        return {kind: (len(found), 0.0) for kind, found in self._messages.items()}

    def records(self, kind):
        found = self._messages.get(kind, [])
        numbers = np.arange(len(found))
        return Records(numbers, numbers / 1000, lambda index, blob: found[index])

    def scalars(self):
        return []

    def problems(self):
        return []


def model() -> pb.ModelRecord:
    """A model of one layer."""
    record = pb.ModelRecord(name="m", inputs=["x"])
    record.layers.add(path="a", parent=-1)
    record.variables.add(path="a/kernel", layer=0)
    record.variables.add(path="a/bias", layer=0)
    record.sites.add(name="a", layer=0, unit_axis=-1, units=3)
    return records.seal_model(record)


def _examine_store(kind: Kind, message: bytes) -> bool:
    middle = len(message) // 2
    messages = {Kind.MODEL: [model().SerializeToString()]}
    messages.setdefault(kind, []).extend([message[:middle], message[middle:], message])
    run = RunData("fuzzed", MemorySource(messages))
    taken = False
    with contextlib.suppress(StoreError):
        if kind is Kind.UNITS:
            taken = bool(len(run._units().steps))
            run.units_at()
            run.units("a")
        elif kind is Kind.SAMPLE_LOSS:
            samples = run.samples()
            assert len(samples.ranking()) <= len(samples)
            taken = bool(len(samples))
        elif kind is Kind.SAMPLE_INPUT:
            taken = bool(run.sample_inputs(3))
        elif kind in TABLE_KINDS:
            table = run.table(kind.value)
            assert table.values.shape == (len(table.steps), len(table.names), len(table.statistics))
            taken = bool(len(table.steps))
        elif kind is Kind.MODEL:
            taken = run.model.name != ""
        elif kind is Kind.FINDING:
            log = dataclasses.asdict(run.finding_log)
            json.dumps(log, allow_nan=False)
            taken = bool(log["changes"])
        else:
            taken = bool(len(run._histograms("gradient").steps))
            run.histogram("gradient", "a/kernel")
    assert run.extent()[0] >= 0
    assert taken or run.problems or kind in WITHOUT_PROBLEMS
    return taken


def seeds() -> list[bytes]:
    """Inputs that are right, of every kind."""
    made = model()
    count = np.zeros((2, records.bins.BINS), np.int64)
    count[:, 60:70] = 3
    picture = np.arange(18, dtype=np.float32).reshape(1, 2, 3, 3)
    item = records.encode_map(
        made.fingerprint, "a", picture, [0, 1], (1, 3, 3, 2), [False, True], "image"
    )
    finding = pb.FindingChange(
        change="found", problem="dying_relu", severity="note", confidence=0.5, layers=["a"]
    )
    messages = (
        made,
        records.encode_table(made.fingerprint, ["l2", "mean"], np.ones((2, 2))),
        records.encode_units(made.fingerprint, [0], [3], [1.0, 0.0, math.nan]),
        records.encode_histogram(made.fingerprint, count),
        records.encode_map_index(made.fingerprint, ["a"], [pb.Omission(name="b", what="maps")]),
        item,
        records.encode_activation_function(
            made.fingerprint, "a", "relu", -1, 2, [5, 0, 2], [0.0, 0.0, 1.0, 2.0]
        ),
        records.encode_probe([item], np.ones((1, 1))),
        pb.FindingRecord(version=1, changes=[finding]),
        records.encode_sample_loss(1, ["loss"], np.ones((2, 1)), [3, 4], 2, 2.0),
        records.encode_sample_inputs(1, [3], [item], {"words": ["a b"]}),
    )
    found = [bytes([n]) + m.SerializeToString() for n, m in enumerate(messages)]
    table = records.encode_table(made.fingerprint, ["loss"], np.ones((1, 1)), names=[""])
    stored = (messages[1], table, table, messages[2], messages[3], made, *messages[-3:])
    return found + [bytes([STORE + n]) + m.SerializeToString() for n, m in enumerate(stored)]


def mutate(data: bytes, seed: int, change_bytes) -> bytes:
    """Another input: one field of the message changed, so that what is around it stays right.

    Args:
        data: An input.
        seed: Of the choices made here.
        change_bytes: Makes other bytes of some.
    """
    choose = random.Random(seed)
    choice = data[0] % (STORE + len(KINDS)) if data else 0
    if choice >= STORE or choose.random() < 0.4:
        return change_bytes(data)
    message = DECODERS[choice][0]()
    try:
        message.ParseFromString(data[1:])
    except ValueError:
        return change_bytes(data)
    except Exception:  # protobuf's DecodeError is no ValueError with every runtime
        return change_bytes(data)
    _change_field(message, choose, change_bytes)
    return data[:1] + message.SerializeToString()


def _change_field(message, choose: random.Random, change_bytes) -> None:
    field, value = choose.choice(message.ListFields() or [(None, None)])
    if field is None:
        return
    if isinstance(value, bytes):
        setattr(message, field.name, change_bytes(value))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        low, high = _INTEGERS.get(field.type, (-(2**31), 2**31 - 1))
        setattr(message, field.name, choose.choice([0, 1, low, high, choose.randint(low, high)]))
    elif hasattr(value, "append") and len(value):
        del value[choose.randrange(len(value))]
    elif hasattr(value, "add") and len(value):
        _change_field(value[choose.randrange(len(value))], choose, change_bytes)


_INTEGERS = {
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.TYPE_FIXED64: (0, 2**64 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
}


def main() -> None:
    """Runs atheris; it prints how many inputs it tried, and ends with status 0 if all were handled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", help="where inputs that reach new code are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        corpus = options.corpus or temporary
        os.makedirs(corpus, exist_ok=True)
        for number, seed in enumerate(seeds()):
            with open(os.path.join(corpus, f"seed-{number}"), "wb") as file:
                file.write(seed)
        arguments = [
            sys.argv[0],
            corpus,
            f"-max_total_time={options.seconds}",
            f"-max_len={MAX_BYTES}",
            f"-rss_limit_mb={MAX_MEGABYTES}",
            f"-timeout={MAX_SECONDS}",
            f"-artifact_prefix={os.path.join(corpus, 'failed-')}",
            "-print_final_stats=1",
        ]
        atheris.Setup(
            arguments,
            examine,
            custom_mutator=lambda data, size, seed: mutate(
                data, seed, lambda part: atheris.Mutate(part, max(len(part), 1) + 64)
            )[:size],
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
