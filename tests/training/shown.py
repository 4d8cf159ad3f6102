"""What the probe pass shows of a model, read back from its messages."""

import numpy as np
from keras import ops

from tb_keras_inspect.catalog.kinds import PICTURE_KINDS
from tb_keras_inspect.records import (
    Kind,
    decode_activation_function,
    decode_map,
    decode_map_index,
    decode_probe,
    decode_table,
)
from tb_keras_inspect.training.model.layer_filter import layer_filter
from tb_keras_inspect.training.probe.probe_pass import ProbePass, ProbeSamples
from tb_keras_inspect.training.step.parts import recorded_parts


def array(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def host(x):
    return np.asarray(ops.convert_to_numpy(x), np.float32)


class Shown:
    """A snapshot, decoded."""

    def __init__(self, model, samples, *kinds, **options):
        kinds = frozenset(kinds) or frozenset(Kind)
        site_names = recorded_parts(model, layer_filter(None)).layers
        samples = ProbeSamples.from_user(samples, model)
        probe = ProbePass(model, samples, site_names, kinds=kinds, **options)
        messages = probe.encode(probe.run(0), 7)
        self.problems = probe.problems
        self.probe = decode_probe(probe.encode_inputs(7).SerializeToString())
        self.pictures, self.omissions, self.functions, self.tables = {}, {}, {}, {}
        for kind, content in messages.items():
            data = [message.SerializeToString() for message in content]
            if kind in (Kind.PREDICTION, Kind.REPRESENTATION):
                (self.tables[kind],) = map(decode_table, data)
                continue
            decode = decode_map if kind in PICTURE_KINDS else decode_activation_function
            index, found = decode_map_index(data[0]), [decode(item) for item in data[1:]]
            assert list(index.names) == [item.name for item in found]
            self.omissions |= {(kind, o.name): o.reason for o in index.omissions}
            into = self.pictures.setdefault(kind, {}) if kind in PICTURE_KINDS else self.functions
            into.update({item.name: item for item in found})

    def table(self, kind):
        table = self.tables[kind]
        rows = [dict(zip(table.statistics, map(float, row), strict=True)) for row in table.values]
        return dict(zip(table.names, rows, strict=True))


def assert_shows(item, want):
    """Within half a quantisation step, and float32 rounding of a differently compiled graph."""
    assert item.codes.shape == want.shape
    step = item.scale[:, :, None, None]
    assert np.all(np.abs(item.values - want) <= 0.505 * step + 2e-4 * np.abs(want).max() + 1e-7)
