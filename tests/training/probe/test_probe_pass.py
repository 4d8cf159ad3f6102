"""The probe pass: right numbers, nothing touched. Runs under each backend."""

import functools
import gc
import random
import threading

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.catalog.pictures import ALL
from tb_keras_inspect.records import Kind, decode_map, decode_map_index, decode_probe
from tb_keras_inspect.training.model.layer_filter import layer_filter
from tb_keras_inspect.training.probe import forward as probe_forward
from tb_keras_inspect.training.probe import sites
from tb_keras_inspect.training.probe.probe_pass import ProbePass, ProbeSamples
from tb_keras_inspect.training.step.parts import recorded_parts

BACKEND = keras.backend.backend()


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy("float32")


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


def state_of(model):
    """Every number that training reads."""
    values = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return [ops.convert_to_numpy(v.value).copy() for v in values]


class Restless(layers.Layer):
    """Draws random numbers and counts its calls in a variable, at inference too."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator(3)
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")
        self.python_calls = 0

    def call(self, x):
        self.python_calls += 1
        self.count.assign(self.count + 1)
        self.add_loss(ops.mean(ops.square(x)) * 1e-3)
        return x + keras.random.normal(ops.shape(x), stddev=0.1, seed=self.seed)


def trainable(layer=None):
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, activity_regularizer="l2", name="conv")(inputs)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.Dropout(0.3, name="drop")(x)
    x = layers.Reshape((36, 4))(layers.ReLU()(x))
    x = layers.MultiHeadAttention(2, 2, dropout=0.2)(x, x)
    x = (layer or Restless(name="restless"))(x)
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(True))
    return model


def test_a_snapshot_changes_no_variable_and_no_random_state():
    model = trainable()
    model.fit(array((16, 8, 8, 1)), np.arange(16) % 3, batch_size=8, verbose=0)
    probe = make_pass(model, array((4, 8, 8, 1), 1), ALL)
    before = state_of(model), random.getstate(), np.random.get_state()[1].copy()
    for step in range(3):
        probe.encode(probe.run(step), 7)
    after = state_of(model), random.getstate(), np.random.get_state()[1].copy()
    assert len(before[0]) == len(after[0])
    assert all(np.array_equal(a, b) for a, b in zip(before[0], after[0], strict=True))
    assert before[1] == after[1]
    assert np.array_equal(before[2], after[2])


def test_dropout_is_inactive_and_batch_normalisation_uses_its_moving_statistics():
    model = trainable()
    model.get_layer("norm").moving_mean.assign(array((4,)))
    x = array((4, 8, 8, 1), 1)
    maps, _ = decoded(make_pass(model, x))
    assert np.array_equal(maps["drop"].codes, maps["norm"].codes)
    direct = keras.Model(model.inputs[0], model.get_layer("norm").output)(x, training=False)
    assert_same(maps["norm"], as_picture(direct))


class ProbeEveryEpoch(keras.callbacks.Callback):
    """What the recording callback does, and nothing else."""

    def __init__(self, samples):
        super().__init__()
        self.samples, self.probe, self.seen = samples, None, []

    def snapshot(self):
        model = self.model  # on JAX this writes the trainer's state back
        if self.probe is None:
            self.probe = make_pass(model, self.samples, ALL)
        self.seen.append(decoded(self.probe)[0])

    def on_train_begin(self, logs=None):
        self.snapshot()

    def on_epoch_end(self, epoch, logs=None):
        self.snapshot()


@pytest.mark.parametrize("eager", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_training_is_bit_identical_with_snapshots_every_epoch(eager):
    x, y = array((32, 8, 8, 1)), np.arange(32) % 3

    def train(callbacks):
        keras.utils.clear_session()
        keras.utils.set_random_seed(1)
        model = trainable()
        model.run_eagerly = eager
        model.fit(x, y, batch_size=8, epochs=2, verbose=0, shuffle=True, callbacks=callbacks)
        return state_of(model)

    callback = ProbeEveryEpoch(array((4, 8, 8, 1), 1))
    plain, probed = train([]), train([callback])
    assert len(plain) == len(probed) > 10
    assert all(np.array_equal(a, b) for a, b in zip(plain, probed, strict=True))
    kernels = [maps["conv"].values for maps in callback.seen]
    assert len(kernels) == 3
    assert not np.allclose(kernels[0], kernels[1])  # it saw the weights of its own moment


def test_losses_left_by_the_last_step_are_still_there():
    model = trainable()
    model(array((4, 8, 8, 1)), training=True)
    before = [float(ops.convert_to_numpy(v)) for v in model.losses]
    make_pass(model, array((2, 8, 8, 1), 1), ALL).run(0)
    after = [float(ops.convert_to_numpy(v)) for v in model.losses]
    assert before == after
    assert len(before) == 2


def test_maps_follow_the_weights_and_each_pass_is_traced_once():
    layer = Restless(name="restless")
    model = trainable(layer)
    x = array((4, 8, 8, 1), 1)
    probe = make_pass(model, x, ALL)
    calls = layer.python_calls
    first, _ = decoded(probe)
    traces = layer.python_calls - calls
    kernel = model.get_layer("conv").kernel
    kernel.assign(kernel * -3.0)
    second, _ = decoded(probe)
    direct = keras.Model(model.inputs[0], model.get_layer("conv").output)
    assert_same(second["conv"], as_picture(direct(x)))
    assert not np.allclose(first["conv"].values, second["conv"].values)
    if BACKEND != "torch":
        assert traces == 2  # one forward, one to differentiate
        assert layer.python_calls - calls == 2


class Faulty(layers.Layer):
    """Fails at inference only."""

    def call(self, x, training=False):
        if not training and ops.is_tensor(x) and x.shape[0] == 3:
            raise RuntimeError("on purpose")
        return x


def test_no_hook_and_no_scope_is_left_after_an_exception_in_a_layer():
    original = keras.layers.Layer.__call__
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2), Faulty()])
    probe = make_pass(model, array((3, 4)))
    with pytest.raises(RuntimeError, match="on purpose"):
        probe.run(0)
    assert keras.layers.Layer.__call__ is original
    kernel = model.layers[0].kernel
    kernel.assign(np.ones((4, 2)))  # would be lost in a scope that is still open
    assert np.all(ops.convert_to_numpy(kernel.value) == 1)
    assert make_pass(model, array((2, 4))).run(0)
    assert keras.layers.Layer.__call__ is original


def test_snapshots_of_two_models_in_two_threads_do_not_mix():
    models = [cnn(), attention()]
    for model in models:
        model.compile("sgd", "mse")
    samples = [array((4, *model.inputs[0].shape[1:])) for model in models]
    alone = [set(decoded(make_pass(m, s))[0]) for m, s in zip(models, samples, strict=True)]
    found = [None, None]

    def work(number):
        probe = make_pass(models[number], samples[number])
        for _ in range(5):
            found[number] = set(decoded(probe)[0])

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone


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
