"""Logdirs for the benchmark of the tab, written with the real encoders."""

import pathlib

import numpy as np

from benchmarks.reading import generate
from tb_keras_inspect import records
from tb_keras_inspect.catalog.tensor_statistics import TENSOR_STATISTICS
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.records.summary import to_event, to_value

SAMPLES, CHANNELS, SIDE = 4, 64, 64  # 256 maps
BLOCKS, LAYERS_IN_BLOCK = 40, 20  # 800 nodes


def write(directory: pathlib.Path) -> None:
    """Writes the runs `maps` and `graph`."""
    _write_maps(directory / "maps")
    _write_graph(directory / "graph")


def _write_maps(directory: pathlib.Path) -> None:
    """Two layers with 256 maps each."""
    model = generate.make_model(2)
    random = np.random.default_rng(0)
    names = [site.name for site in model.sites]
    index = records.encode_map_index(model.fingerprint, names)
    stacks = [_stack(model, name, random) for name in names]
    _write_events(directory, model, [to_value(Kind.MAPS, index, *stacks)])


def _stack(model: pb.ModelRecord, name: str, random: np.random.Generator) -> pb.MapRecord:
    values = random.normal(size=(SAMPLES, CHANNELS, SIDE, SIDE))
    shape = (SAMPLES, SIDE, SIDE, CHANNELS)
    dead = np.zeros(CHANNELS, bool)
    return records.encode_map(
        model.fingerprint, name, values, np.arange(CHANNELS), shape, dead, "image"
    )


def _write_graph(directory: pathlib.Path) -> None:
    """Blocks in sequence, each a chain with a skip connection."""
    model = pb.ModelRecord(name="deep", class_name="Functional", steps_per_epoch=10, inputs=["x"])
    end = -1
    for block in range(BLOCKS):
        first = len(model.layers)
        for place in range(LAYERS_IN_BLOCK):
            path = f"stage_{block // 10}/block_{block}/layer_{place}"
            index = len(model.layers)
            model.layers.add(path=path, class_name="Dense", activation="relu", parent=-1)
            model.variables.add(path=f"{path}/kernel", layer=index, shape=[8, 8])
            model.sites.add(name=path, layer=index, unit_axis=-1, units=8, activation="relu")
            if index:
                model.edges.add(source=index - 1, target=index)
        if end >= 0:
            model.edges.add(source=end, target=first + LAYERS_IN_BLOCK - 1)
        end = first + LAYERS_IN_BLOCK - 1
    _write_events(directory, records.seal_model(model), [])


def _write_events(directory: pathlib.Path, model: pb.ModelRecord, last: list) -> None:
    """Writes the model, a few samples of gradients and losses, and extra values with the last one."""
    random = np.random.default_rng(0)
    writer = EventFileWriter(str(directory))
    writer.write(to_event(0, generate.wall_time(0), [to_value(Kind.MODEL, model)]))
    for step in range(0, 50, 10):
        gradients = np.exp(random.normal(size=(len(model.variables), len(TENSOR_STATISTICS))))
        table = records.encode_table(model.fingerprint, TENSOR_STATISTICS, gradients)
        loss = records.encode_table(model.fingerprint, ["loss"], [[1 / (1 + step)]], names=[""])
        values = [to_value(Kind.GRADIENT, table), to_value(Kind.STEP, loss)]
        writer.write(to_event(step, generate.wall_time(step), values))
    if last:
        writer.write(to_event(49, generate.wall_time(49), last))
    writer.close()
