"""What a snapshot holds at most, and what it says about values that are not finite or not wide."""

import functools
import gc
import threading

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.catalog.pictures import ALL
from tb_keras_inspect.records import Kind
from tb_keras_inspect.training.probe import forward as probe_forward
from tb_keras_inspect.training.probe import sites
from tests.training.probe.passes import (
    array,
    as_picture,
    assert_same,
    cnn,
    conv_3d,
    decoded,
    make_pass,
)

pytestmark = pytest.mark.one_compiler

BACKEND = keras.backend.backend()


def many_channels():
    return keras.Sequential(
        [
            keras.Input((20, 20, 1)),
            layers.Conv2D(12, 3, activation="relu", name="conv"),
            layers.Reshape((18, 18 * 12), name="lines"),
            layers.Dense(3, name="out"),
        ]
    )


def with_dead_channels():
    model = many_channels()
    conv = model.get_layer("conv")
    conv.bias.assign([-100.0 if c in (2, 7, 9) else 0.0 for c in range(12)])
    return model


def test_caps_keep_the_channels_of_highest_variance_and_mark_dead_ones():
    model = with_dead_channels()
    x = array((4, 20, 20, 1))
    maps, _ = decoded(make_pass(model, x, max_channels=8, max_pixels=90))
    conv = maps["conv"]
    full = as_picture(keras.Model(model.inputs[0], model.get_layer("conv").output)(x))
    by_variance = np.argsort(-full.var(axis=(0, 2, 3)))
    assert set(conv.channels) == {2, 7, *by_variance[:6]}
    assert conv.channels[conv.dead].tolist() == [2, 7]
    want = full[:, conv.channels].reshape(4, 8, 9, 2, 9, 2).mean(axis=(3, 5))
    assert_same(conv, want)
    assert conv.full_shape == (4, 18, 18, 12)


def test_channels_stay_the_same_in_later_snapshots():
    model = with_dead_channels()
    probe = make_pass(model, array((4, 20, 20, 1)), max_channels=4)
    first, _ = decoded(probe)
    conv = model.get_layer("conv")
    conv.kernel.assign(array(conv.kernel.shape, seed=5) * np.arange(12))
    conv.bias.assign(np.ones(12))
    second, _ = decoded(probe)
    assert first["conv"].channels.tolist() == second["conv"].channels.tolist()
    assert first["conv"].dead.any()
    assert not second["conv"].dead.any()


@pytest.mark.parametrize("eager", [False, True])
def test_outputs_too_large_to_copy_are_reduced_on_the_device_to_the_same_maps(eager, monkeypatch):
    model = with_dead_channels()
    model.compile("sgd", "mse", run_eagerly=eager)
    x = array((4, 20, 20, 1))
    caps = {"max_channels": 8, "max_pixels": 90}
    whole, _ = decoded(make_pass(model, x, **caps))
    small = functools.partial(sites.sites_of, max_whole_bytes=500)
    monkeypatch.setattr(probe_forward, "sites_of", small)
    probe = make_pass(model, x, **caps)
    decoded(probe)
    on_device, _ = decoded(probe)
    assert {
        site.on_device for (kind, _), site in probe._forward.sites.items() if kind == "maps"
    } == {True}
    for name, want in whole.items():
        got = on_device[name]
        assert got.codes.shape == want.codes.shape
        assert got.channels.tolist() == want.channels.tolist()
        assert got.dead.tolist() == want.dead.tolist()
        assert_same(got, want.values + 0)


def test_a_snapshot_stays_under_its_byte_limit():
    model = many_channels()
    probe = make_pass(model, array((4, 20, 20, 1)), ALL, max_bytes=4000)
    messages = probe.encode(probe.run(0), 7)
    pictures = [m for kind in (Kind.MAPS, Kind.KERNELS) for m in messages.get(kind, [])]
    norms = sum(len(m.norms) for m in pictures if hasattr(m, "norms"))
    reasons = 600  # why the others are not there
    assert sum(len(m.SerializeToString()) for m in pictures) <= 4000 + norms + reasons


def test_nan_weights_show_as_non_finite_values():
    model = conv_3d()
    kernel = ops.convert_to_numpy(model.get_layer("a").kernel.value).copy()
    kernel[..., 2] = np.nan
    model.get_layer("a").kernel.assign(kernel)
    maps, _ = decoded(make_pass(model, array((4, 6, 7, 8, 2))))
    assert np.isnan(maps["a"].values).any(axis=(0, 2, 3)).tolist() == [False, False, True, False]
    assert np.isnan(maps["a"].values[:, 2]).all()
    assert not maps["a"].dead[2]


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_other_precisions_are_recorded(policy):
    keras.config.set_dtype_policy(policy)
    inputs = keras.Input((6, 6, 2))
    x = layers.Conv2D(3, 3, name="conv")(inputs)
    model = keras.Model(inputs, layers.Dense(2, name="out")(layers.Flatten()(x)))
    x = array((2, 6, 6, 2))
    maps, index = decoded(make_pass(model, x))
    assert not index.omissions
    direct = keras.Model(inputs, model.get_layer("conv").output)(x)
    m, want = maps["conv"], as_picture(ops.cast(direct, "float32"))
    slack = 0.02 if "16" in policy else 1e-5
    assert np.abs(m.values - want).max() <= 0.505 * m.scale.max() + slack * np.abs(want).max()


def test_values_wait_for_another_thread_and_older_ones_do_not_pile_up():
    model = cnn()
    probe = make_pass(model, array((4, 10, 9, 3)))
    waiting = [probe.run(step) for step in range(4)]
    held = [values._reduce is not None for values in waiting]
    assert held == [True, True, False, False]
    results = []
    encode = functools.partial(results.extend, (probe.encode(v, 7) for v in waiting))
    thread = threading.Thread(target=encode)
    thread.start()
    thread.join()
    codes = [[m.codes for m in messages[Kind.MAPS][1:]] for messages in results]
    assert len(codes) == 4
    assert codes[0] == codes[1] == codes[2] == codes[3]
    assert [v.step for v in waiting] == [0, 1, 2, 3]
    del waiting, encode, thread
    gc.collect()
    assert probe.run(5)._reduce is not None
