"""Passes of probe samples through small models of each kind, and what they recorded."""

import keras
import numpy as np
from keras import layers, ops

from tb_keras_inspect.records import Kind, decode_map, decode_map_index
from tb_keras_inspect.training.model.layer_filter import layer_filter
from tb_keras_inspect.training.probe.probe_pass import ProbePass, ProbeSamples
from tb_keras_inspect.training.step.parts import recorded_parts


def array(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def names_of(model):
    """What the training's own tap looks at."""
    return recorded_parts(model, layer_filter(None)).layers


def make_pass(model, samples, kinds=frozenset([Kind.MAPS]), **caps):
    samples = ProbeSamples.from_user(samples, model)
    return ProbePass(model, samples, names_of(model), kinds=kinds, **caps)


def decoded(probe, step=0):
    """Name to map, and the index, of a fresh snapshot."""
    index, *records = probe.encode(probe.run(step), 7)[Kind.MAPS]
    maps = [decode_map(record.SerializeToString()) for record in records]
    index = decode_map_index(index.SerializeToString())
    assert list(index.names) == [m.name for m in maps]
    return {m.name: m for m in maps}, index


def as_picture(x, channels_first=False):
    """[S, C, H, W] of a layer's output, by the rule of the format: the obvious way."""
    x = ops.convert_to_numpy(x).astype(np.float32)
    if x.ndim == 2:
        return x[:, None, None, :]
    if x.ndim == 3:
        return x[:, None]
    if x.ndim == 5:
        x = x[:, :, x.shape[2] // 2] if channels_first else x[:, x.shape[1] // 2]
    return x if channels_first else np.moveaxis(x, -1, 1)


def assert_same(m, want):
    """Within half a quantisation step, and float32 rounding of a differently compiled graph."""
    assert m.codes.shape == want.shape
    step = m.scale[:, :, None, None]
    assert np.all(np.abs(m.values - want) <= 0.505 * step + 1e-4 * np.abs(want).max())


def cnn():
    return keras.Sequential(
        [
            keras.Input((10, 9, 3)),
            layers.Conv2D(6, 3, activation="relu", name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.5, name="drop"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(name="flat"),
            layers.Dense(4, activation="softmax", name="out"),
        ]
    )


def conv_1d():
    return keras.Sequential(
        [keras.Input((12, 3)), layers.Conv1D(5, 3, name="a"), layers.GlobalMaxPooling1D(name="b")]
    )


def conv_3d():
    return keras.Sequential(
        [keras.Input((6, 7, 8, 2)), layers.Conv3D(4, 3, name="a"), layers.ReLU(name="b")]
    )


def recurrent():
    inputs = keras.Input((7,), dtype="int32")
    x = layers.Embedding(11, 6, name="embed")(inputs)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="both")(x)
    x = layers.GRU(5, name="last")(x)
    return keras.Model(inputs, layers.Dense(2, name="out")(x))


def attention():
    inputs = keras.Input((6, 8))
    x = layers.MultiHeadAttention(2, 4, name="attend")(inputs, inputs)
    x = layers.LayerNormalization(name="norm")(layers.Add(name="add")([inputs, x]))
    return keras.Model(inputs, layers.TimeDistributed(layers.Dense(3), name="each")(x))
