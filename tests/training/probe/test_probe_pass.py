"""The probe pass: right numbers, nothing touched. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.records import decode_probe
from tests.training.probe.passes import (
    array,
    as_picture,
    assert_same,
    attention,
    cnn,
    conv_1d,
    conv_3d,
    decoded,
    make_pass,
    names_of,
    recurrent,
)

BACKEND = keras.backend.backend()


@pytest.mark.parametrize("build", [cnn, conv_1d, conv_3d, recurrent, attention])
def test_maps_equal_a_direct_computation(build):
    model = build()
    shape = (4, *model.inputs[0].shape[1:])
    x = array(shape)
    if build is recurrent:
        x = np.random.default_rng(0).integers(0, 11, shape)
    maps, index = decoded(make_pass(model, x))
    assert not index.omissions
    checked = [layer for layer in model.layers if layer.name in maps]
    assert len(checked) >= 2
    for layer in checked:
        direct = keras.Model(model.inputs[0], layer.output)(x, training=False)
        assert_same(maps[layer.name], as_picture(direct))


@pytest.mark.parametrize("build", [layers.Conv1D, layers.Conv2D, layers.Conv3D])
def test_maps_of_channels_first_models_equal_a_direct_computation(build):
    rank = {layers.Conv1D: 1, layers.Conv2D: 2, layers.Conv3D: 3}[build]
    inputs = keras.Input((3, *[8] * rank))
    first = build(5, 3, data_format="channels_first", name="conv")(inputs)
    model = keras.Model(inputs, layers.ReLU(name="relu")(first))
    x = array((2, 3, *[8] * rank))
    try:
        model(x)
    except Exception as error:
        pytest.skip(f"{BACKEND} cannot: {type(error).__name__}")
    maps, _ = decoded(make_pass(model, x))
    for layer in model.layers[1:]:
        direct = keras.Model(inputs, layer.output)(x)
        want = as_picture(direct, channels_first=True)
        # A sequence is shown time x feature. Behind one, a layer that says nothing is taken as is.
        if rank == 1 and layer.name == "conv":
            want = np.swapaxes(want, 2, 3)
        assert_same(maps[layer.name], want)


def test_batch_normalisation_over_axis_1_is_channels_first():
    model = keras.Sequential([keras.Input((3, 6, 5)), layers.BatchNormalization(axis=1, name="n")])
    x = array((2, 3, 6, 5))
    maps, _ = decoded(make_pass(model, x))
    assert_same(maps["n"], as_picture(model(x), channels_first=True))


class Shared(keras.Model):
    """Subclassed: one layer called twice, one with two outputs, a nested model, bare arithmetic."""

    def __init__(self):
        super().__init__()
        self.twice = layers.Dense(4, activation="relu", name="twice")
        self.split = Split(name="split")
        self.inner = keras.Sequential([layers.Dense(3, name="deep")], name="inner")

    def call(self, x, training=False):
        a, b = self.split(self.twice(self.twice(x)))
        return self.inner(a + 2 * b)


class Split(layers.Layer):
    def call(self, x):
        return x[:, :2], x[:, 2:]


def test_subclassed_models_name_calls_and_outputs_as_the_activation_table_does():
    model = Shared()
    x = array((3, 4))
    model(x)
    names = names_of(model)
    maps, _ = decoded(make_pass(model, x))
    of = {layer.name: names[id(layer)] for layer in model._flatten_layers(include_self=False)}
    first = model.twice(x)
    second = model.twice(first)
    a, b = model.split(second)
    want = {
        of["twice"]: first,
        of["twice"] + ":1": second,
        of["split"]: a,
        of["split"] + ".1": b,
        of["deep"]: model(x),
    }
    assert set(maps) == set(want)  # the container `inner` puts out what `deep` does
    for name, tensor in want.items():
        assert_same(maps[name], as_picture(tensor))


class Odd(keras.Model):
    """Puts out what cannot be shown."""

    def __init__(self):
        super().__init__()
        self.whole = Cast("int32", name="whole")
        self.flat = Reduce(name="flat")
        self.fine = layers.Dense(2, name="fine")

    def call(self, x):
        return self.fine(x) + ops.cast(self.whole(x), "float32")[:, :2] + self.flat(x)[:, None]


class Cast(layers.Layer):
    def __init__(self, to, **kwargs):
        super().__init__(**kwargs)
        self.to = to

    def call(self, x):
        return ops.cast(x, self.to)


class Reduce(layers.Layer):
    def call(self, x):
        return ops.sum(x, axis=-1)


def test_what_cannot_be_shown_is_listed_with_the_reason():
    model = Odd()
    x = array((3, 4))
    model(x)
    maps, index = decoded(make_pass(model, x))
    reasons = {item.name.split("/")[-1]: item.reason for item in index.omissions}
    assert [name.split("/")[-1] for name in maps] == ["fine"]
    assert set(reasons) == {"whole", "flat"}
    assert "int32" in reasons["whole"]
    assert "rank 1" in reasons["flat"]
    assert all(item.what == "maps" for item in index.omissions)


@pytest.mark.parametrize(("structure", "given_as"), [(dict, dict), (list, dict), (list, list)])
def test_samples_are_recorded_with_the_names_of_the_inputs(structure, given_as):
    first, second = keras.Input((8, 8, 3), name="picture"), keras.Input((5,), name="extra")
    x = layers.Concatenate()([layers.Flatten()(first), second])
    inputs = {"picture": first, "extra": second} if structure is dict else [first, second]
    model = keras.Model(inputs, layers.Dense(2)(x))
    arrays = {"picture": array((3, 8, 8, 3)), "extra": array((3, 5))}
    probe = make_pass(model, arrays if given_as is dict else list(arrays.values()))
    decoded(probe)
    found = decode_probe(probe.encode_inputs(7).SerializeToString()).inputs
    found = {m.name: m for m in found}
    assert {name: m.layout for name, m in found.items()} == {"picture": "rgb", "extra": "vector"}
    for name, m in found.items():
        assert_same(m, as_picture(arrays[name]))


def test_a_probe_that_a_subclassed_model_cannot_take_names_what_it_was_built_with():
    model = Shared()
    model(array((3, 4)))
    probe = make_pass(model, array((3, 6)))
    with pytest.raises(ValueError, match=r"does not fit.*\(\?, 4\).*Received: \(3, 6\) float32"):
        probe.run(0)


def test_a_model_without_weights_is_refused():
    model = keras.Sequential([layers.Dense(3)])
    with pytest.raises(ValueError, match="not built"):
        make_pass(model, array((2, 4)))
    model.build((None, 4))
    assert decoded(make_pass(model, array((2, 4))))[0]


def test_samples_still_to_be_taken_are_refused():
    with pytest.raises(ValueError, match="first batch"):
        make_pass(cnn(), 4)


@pytest.mark.skipif(BACKEND != "torch", reason="PyTorch only")
def test_a_module_that_works_in_place_does_not_alter_the_map_before_it():
    import torch

    class InPlace(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("calls", torch.zeros(()))

        def forward(self, x):
            self.calls += 1
            return x.mul_(0.0)

    class Wrapping(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3, name="dense")
            self.wipe = layers.TorchModuleWrapper(InPlace(), name="wipe")

        def call(self, x, training=False):
            return self.wipe(self.dense(x), training=training)

    model, x = Wrapping(), array((2, 4))
    model(x)
    module = model.wipe.module
    model.train()
    calls = float(module.calls)
    maps, _ = decoded(make_pass(model, x))
    maps = {name.split("/")[-1]: m for name, m in maps.items()}
    assert_same(maps["dense"], as_picture(model.dense(x).detach()))
    assert not maps["wipe"].values.any()
    assert all(m.training for m in model.modules())
    assert float(module.calls) == calls
