"""Runs that somebody wrote to do harm, and one that is right: `write_all(directory)`."""

import math
import os
import random
import struct

import numpy as np
from tensorboard.compat.proto import event_pb2, types_pb2

from tb_keras_inspect import records
from tb_keras_inspect.catalog.kinds import TABLE_KINDS
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.event_file_writer import frame
from tb_keras_inspect.records.summary import to_value
from tests.store.run_writer import RunWriter, make_model, write_run

GOOD = "good"
MANY = 100_000
MARKUP = "<img src=x onerror=parent.hit=1><script>parent.hit=1</script>"
NAMES = (
    MARKUP,
    "a\nb\r\n\tc",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe\N{POP DIRECTIONAL FORMATTING}",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "/" * 50,
    "x" * 10_000,
    "\x00\x01\x1b[31m\x7f",
    "%2e%2e%2f&run=good#hash?a=b",
    "__proto__",
    "constructor",
    "'; DROP TABLE runs; --",
    "${7*7}{{7*7}}",
    "\N{PILE OF POO}" * 20,
    "",
)
EXTREMES = (math.nan, math.inf, -math.inf, 3.4e38, -3.4e38, 1e-45, -0.0)
KINDS = tuple(kind for kind in Kind if kind is not Kind.MODEL)


def names(directory) -> None:
    """Layers, variables and all else with names that are anything but names."""
    model = make_model(NAMES, name=MARKUP)
    for layer in model.layers:
        layer.class_name = layer.activation = MARKUP
        layer.settings[MARKUP] = MARKUP
    model.omissions.add(name=MARKUP, what=MARKUP, reason=MARKUP)
    model.inputs[:] = [MARKUP, "\u202e", "x" * 10_000]
    model.options[MARKUP] = MARKUP
    model.compiled["loss"] = MARKUP
    writer = RunWriter(directory, records.seal_model(model))
    writer.write_model(0)
    for step in range(0, 50, 10):
        writer.sample(step)
        writer.epoch(step, **{"loss": 0.5, MARKUP: 0.1, "x" * 10_000: 0.2, "epoch": step // 10})
    writer.probe(0, [np.ones((2, 1, 4, 4), np.float32)])
    sites = [site.name for site in model.sites]
    writer.write(10, writer.maps({name: np.ones((2, 4, 4, 4)) for name in sites}))
    writer.inside(10)
    writer.findings(20, problem=MARKUP, severity="error", title=MARKUP, layers=list(NAMES))
    writer.close()


def numbers(directory) -> None:
    """Everything that can be a number is none, or the largest or smallest there is."""
    writer = RunWriter(directory)
    writer.write_model(0)
    choose = np.random.default_rng(0)
    for step in range(0, 60, 10):
        extreme = float(EXTREMES[step // 10])
        values = choose.choice(np.array(EXTREMES, np.float32), size=(4, 6))
        sites = choose.choice(np.array(EXTREMES, np.float32), size=(2, 8))
        writer.write(
            step,
            writer.table(Kind.GRADIENT, step, values),
            writer.table(Kind.WEIGHT, step, values[::-1]),
            writer.table(Kind.ACTIVATION, step, sites),
            writer.numbers(Kind.STEP, step, loss=extreme, learning_rate=extreme, epoch=extreme),
            writer.numbers(Kind.EPOCH, step, loss=extreme, val_loss=extreme, epoch=extreme),
            writer.units({0: np.full(4, extreme), 1: np.array(EXTREMES[:4])}),
        )
        pictures = np.full((2, 3, 4, 4), extreme, np.float32)
        record = writer.map("conv", pictures)
        record.scale = record.offset = struct.pack("<f", extreme) * 6
        index = records.encode_map_index(writer.model.fingerprint, ["conv"])
        writer.write(step, to_value(Kind.MAPS, index, record))
    for wall_time in (math.nan, math.inf, -math.inf, -1.0, 1e308):
        event = event_pb2.Event(step=70, wall_time=wall_time)
        event.summary.value.append(writer.table(Kind.GRADIENT, 70))
        writer.file.write(event)
    for step in (-(2**63), 2**63 - 1, -1):
        writer.sample(step)
    writer.close()


def raw(directory, messages) -> None:
    """A right model, a sample, and then any bytes in every kind."""
    writer = RunWriter(directory)
    writer.write_model(0)
    writer.sample(0)
    for step, message in enumerate(messages):
        for kind in KINDS:
            value = to_value(kind, pb.TagMetadata())
            value.tensor.string_val[:] = [message] * (2 if kind.is_blob_sequence else 1)
            writer.write(10 * step + 10, value)
    writer.sample(1000)
    writer.close()


def random_messages():
    """Noise of all sizes."""
    choose = random.Random(0)
    return [choose.randbytes(choose.choice([1, 2, 7, 40, 3000])) for _ in range(8)]


def shapes(directory) -> None:
    """Messages and tensors that claim to be far larger than they are."""
    writer = write_run(directory)
    huge = pb.MapRecord(version=1, name="conv", codes=b"\0" * 16, shape=[2**32 - 1] * 4)
    index = records.encode_map_index(writer.model.fingerprint, ["conv"])
    writer.write(60, to_value(Kind.MAPS, index, huge))
    bins = pb.HistogramRecord(version=1, model=writer.model.fingerprint, count_bytes=4)
    bins.exponents = 1000
    bins.starts = bins.lengths = b"\0\0" * 500_000  # a billion empty bins
    writer.write(60, to_value(Kind.GRADIENT_HISTOGRAM, bins))
    units = pb.UnitsRecord(version=1, model=writer.model.fingerprint)
    units.sites, units.counts = struct.pack("<i", 0), struct.pack("<i", 2**31 - 1)
    writer.write(60, to_value(Kind.UNITS, units))
    for kind in (Kind.GRADIENT, Kind.STEP, Kind.MODEL):
        # One short text, said to be there 2^29 times: 4 GB of references to it.
        claims = to_value(kind, pb.TagMetadata())
        claims.tensor.tensor_shape.dim.add(size=2**29)
        writer.write(61, claims)
        floats = to_value(kind, pb.TagMetadata())
        floats.tensor.dtype = types_pb2.DT_FLOAT
        del floats.tensor.string_val[:]
        floats.tensor.float_val.append(1.0)
        floats.tensor.tensor_shape.dim.add(size=2**33)
        writer.write(62, floats)
    for kind in (Kind.MAPS, Kind.PROBE):
        blobs = to_value(kind, pb.TagMetadata())
        blobs.tensor.tensor_shape.dim[0].size = 2**34
        writer.write(63, blobs)
    writer.sample(70)
    writer.close()


def pickled(directory) -> None:
    """Python objects, which run code where they are unpickled."""

    class Bomb:
        def __reduce__(self):
            return os.system, (f"touch {directory}/exploded",)

    import pickle

    message = pickle.dumps(Bomb())
    array = (
        b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,)}" + message
    )
    raw(directory, [message, array])


def truncated(directory) -> None:
    """A file that ends in the middle of a record."""
    writer = write_run(directory)
    writer.sample(60)
    writer.close()
    os.truncate(writer.file.path, os.path.getsize(writer.file.path) - 100)


def files(directory) -> None:
    """Files that are no event files, beside one that is."""
    write_run(directory).close()
    choose = random.Random(1)
    contents = {
        "empty": b"",
        "noise": choose.randbytes(5000),
        "half": frame(b"")[:7],
        "endless": struct.pack("<Q", 2**62) + b"\0" * 100,
        "gzip": b"\x1f\x8b\x08\x00" + bytes(1000),
    }
    for number, (name, content) in enumerate(contents.items()):
        path = os.path.join(
            directory, f"events.out.tfevents.{number + 1:010d}.{name}.keras_inspect"
        )
        with open(path, "wb") as file:
            file.write(content)


def many(directory) -> None:
    """100,000 layers, each with a variable and an output."""
    model = pb.ModelRecord(name="many", class_name="Sequential", inputs=["x"])
    for index in range(MANY):
        model.layers.add(path=f"layer_{index}", class_name="Dense", activation="relu", parent=-1)
        model.variables.add(path=f"layer_{index}/kernel", layer=index, shape=[2])
        model.sites.add(name=f"layer_{index}", layer=index, unit_axis=-1, units=2, shape=[-1, 2])
        if index:
            model.edges.add(source=index - 1, target=index)
    writer = RunWriter(directory, records.seal_model(model))
    writer.write_model(0)
    sites = np.arange(MANY)
    for step in (0, 10, 20):
        rows = np.full((MANY, 1), step, np.float32)
        tables = {
            kind: to_value(kind, records.encode_table(model.fingerprint, ["l2"], rows))
            for kind in (Kind.GRADIENT, Kind.WEIGHT, Kind.ACTIVATION)
        }
        units = records.encode_units(
            model.fingerprint, sites, np.full(MANY, 2), np.ones(2 * MANY, np.float32)
        )
        numbers = writer.numbers(Kind.STEP, step, loss=1.0, epoch=0)
        writer.write(step, *tables.values(), numbers, to_value(Kind.UNITS, units))
    writer.close()


def newer_messages():
    """Of a version that is not known yet."""
    return [pb.TableRecord(version=99, statistics=["l2"], values=bytes(16)).SerializeToString()]


RUNS = {
    GOOD: lambda directory: write_run(directory).close(),
    "names": names,
    "numbers": numbers,
    "newer": lambda directory: raw(directory, newer_messages()),
    "zero length": lambda directory: raw(directory, [b"", b""]),
    "noise": lambda directory: raw(directory, random_messages()),
    "shapes": shapes,
    "pickled": pickled,
    "truncated": truncated,
    "files": files,
    "many": many,
}
# What the tab and `load_run` must own up to. The loaders of TensorBoard pass over half a record, and
# over what is no event file, without a word.
DAMAGED = ("newer", "zero length", "noise", "shapes", "pickled")
ASKED = (
    ("model", {}),
    *(("table", {"kind": kind.value, "pool": "last,min,max,mean"}) for kind in TABLE_KINDS),
    ("snapshot", {}),
    ("snapshot", {"step": 3}),
    *(("series", {"layer": layer}) for layer in ("conv", MARKUP, "layer_5", "../x")),
    *(("units", {"layer": layer}) for layer in ("conv", MARKUP, "layer_99999")),
    ("histogram", {"kind": "gradient", "name": "conv/kernel"}),
    ("maps_index", {}),
    ("maps_index", {"kind": "kernels"}),
    ("maps", {"layer": "conv"}),
    ("maps", {"layer": MARKUP}),
    ("maps", {"layer": "conv", "kind": "attention"}),
    ("probe", {}),
    ("predictions", {}),
    ("activation_functions", {"layer": "conv"}),
    ("loss", {}),
    ("scalars", {}),
    ("findings", {}),
)


def write_all(directory) -> list[str]:
    """Writes each run below a directory; gives their names."""
    for name, write in RUNS.items():
        write(os.path.join(directory, name))
    return list(RUNS)
