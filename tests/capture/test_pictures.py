"""What else the probe pass shows, each against an independent computation. Runs under each backend."""

import keras
import model_zoo as zoo
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.capture import kernels
from tb_keras_inspect.capture.filters import layer_filter
from tb_keras_inspect.capture.probe import ProbePass, ProbeSamples
from tb_keras_inspect.capture.twin import make_plan
from tb_keras_inspect.records import (
    Kind,
    decode_activation_function,
    decode_map,
    decode_map_index,
    decode_probe,
    decode_table,
)
from tb_keras_inspect.records.schema import PICTURE_KINDS

BACKEND = keras.backend.backend()


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def array(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def host(x):
    return np.asarray(ops.convert_to_numpy(x), np.float32)


class Shown:
    """A snapshot, decoded."""

    def __init__(self, model, samples, *kinds, **options):
        kinds = frozenset(kinds) or frozenset(Kind)
        site_names = make_plan(model, layer_filter(None)).layers
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


# Predictions.


def test_predictions_are_the_model_outputs_by_name():
    model = zoo.two_in_two_out()
    x = {"left": array((3, zoo.FEATURES)), "right": array((3, 4), 1)}
    table = Shown(model, x, Kind.PREDICTION).tables[Kind.PREDICTION]
    assert list(table.names) == ["0", "1", "2"]
    outputs = model(x)
    want = np.concatenate([host(outputs["kind"]), host(outputs["value"])], axis=1)
    assert list(table.statistics) == [*(f"kind/{k}" for k in range(zoo.CLASSES)), "value/0"]
    np.testing.assert_allclose(table.values, want, rtol=1e-5, atol=1e-6)


def test_predictions_of_a_model_without_names_are_numbered_and_long_ones_cut():
    class Long(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2000, name="dense")

        def call(self, x):
            return self.dense(x), ops.sum(x, axis=-1)

    model, x = Long(), array((2, 3))
    first, second = model(x)
    table = Shown(model, x, Kind.PREDICTION).tables[Kind.PREDICTION]
    want = np.concatenate([host(first)[:, :1024], host(second)[:, None]], axis=1)
    np.testing.assert_allclose(table.values, want, rtol=1e-5, atol=1e-6)
    assert (table.statistics[0], table.statistics[-1]) == ("output_0/0", "output_1/0")


# Attention.


def attending(**options):
    x, y = keras.Input((5, 6)), keras.Input((7, 6))
    made = layers.MultiHeadAttention(3, 4, name="attend", **options)
    return keras.Model([x, y], made(x, y))


def scores_of(layer, *args, **kwargs):
    return host(layer(*args, return_attention_scores=True, **kwargs)[1])


@pytest.mark.parametrize("options", [{}, {"dropout": 0.4}, {"use_bias": False}])
def test_scores_are_those_that_the_layer_returns_when_asked(options):
    model, x = attending(**options), [array((2, 5, 6)), array((2, 7, 6), 1)]
    item = Shown(model, x, Kind.ATTENTION).pictures[Kind.ATTENTION]["attend"]
    want = scores_of(model.get_layer("attend"), *x)
    assert item.layout == "attention"
    assert item.full_shape == want.shape == (2, 3, 5, 7)
    assert_shows(item, want)
    np.testing.assert_allclose(item.values.sum(axis=-1), 1, atol=0.02)


def test_causal_scores_are_zero_above_the_diagonal():
    inputs = keras.Input((5, 6))
    layer = layers.MultiHeadAttention(2, 4, name="attend")
    model, x = keras.Model(inputs, layer(inputs, inputs, use_causal_mask=True)), array((2, 5, 6))
    item = Shown(model, x, Kind.ATTENTION).pictures[Kind.ATTENTION]["attend"]
    assert_shows(item, scores_of(layer, x, x, use_causal_mask=True))
    assert not item.values[..., 0, 1:].any()


def test_scores_are_shown_where_flash_attention_is_switched_on():
    model, x = attending(), [array((2, 5, 6)), array((2, 7, 6), 1)]
    layer = model.get_layer("attend")
    want = scores_of(layer, *x)
    layer._flash_attention = True
    before = dict(layer.__dict__)
    item = Shown(model, x, Kind.ATTENTION).pictures[Kind.ATTENTION]["attend"]
    assert_shows(item, want)
    assert layer.__dict__ == before


def test_grouped_queries_and_single_heads_are_shown():
    x = keras.Input((5, 8))
    grouped = layers.GroupQueryAttention(4, 4, 2, name="grouped")
    single = layers.Attention(name="single", use_scale=True)
    added = layers.AdditiveAttention(name="added")
    y = grouped(x, x)
    model = keras.Model(x, [y, single([x, y]), added([y, x])])
    samples = array((2, 5, 8))
    found = Shown(model, samples, Kind.ATTENTION).pictures[Kind.ATTENTION]
    y = grouped(samples, samples)
    want = {
        "grouped": scores_of(grouped, samples, samples),
        "single": scores_of(single, [ops.convert_to_tensor(samples), y])[:, None],
        "added": scores_of(added, [y, ops.convert_to_tensor(samples)])[:, None],
    }
    assert set(found) == set(want)
    for name, scores in want.items():
        assert_shows(found[name], scores)


def test_several_attention_axes_become_one():
    inputs = keras.Input((3, 4, 6))
    layer = layers.MultiHeadAttention(2, 4, attention_axes=(1, 2), name="attend")
    model, x = keras.Model(inputs, layer(inputs, inputs)), array((2, 3, 4, 6))
    item = Shown(model, x, Kind.ATTENTION).pictures[Kind.ATTENTION]["attend"]
    assert_shows(item, scores_of(layer, x, x).reshape(2, 2, 12, 12))


class Twice(keras.Model):
    """A layer that is called twice, inside a subclassed model."""

    def __init__(self):
        super().__init__()
        self.attend = layers.MultiHeadAttention(2, 4, name="attend")

    def call(self, x):
        return self.attend(self.attend(x, x), x)


def test_each_call_has_its_scores_and_sublayers_that_training_does_not_call_stay_unseen():
    model, x = Twice(), array((2, 5, 8))
    model(x)
    shown = Shown(model, x, Kind.ATTENTION, Kind.MAPS)
    first = model.attend(x, x)
    found = shown.pictures[Kind.ATTENTION]
    assert list(found) == ["attend", "attend:1"]
    assert_shows(found["attend:1"], scores_of(model.attend, first, x))
    assert not [name for name in shown.pictures[Kind.MAPS] if "softmax" in name]


# Where the network looks.


def convolutional(last="softmax", classes=3):
    return keras.Sequential(
        [
            keras.Input((10, 9, 2), name="pictures"),
            layers.Conv2D(4, 3, activation="relu", name="first"),
            layers.Conv2D(5, 3, activation="tanh", name="last"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(),
            layers.Dense(classes, activation=last, name="out"),
        ]
    )


def logits_of(model, x):
    """What the last layer's activation is applied to."""
    for layer in model.layers[:-1]:
        x = layer(x)
    return host(ops.matmul(x, model.layers[-1].kernel) + model.layers[-1].bias)


def gradient_by_differences(function, x, step=1e-2):
    """d function / d x, one element at a time."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        sides = []
        for sign in (1, -1):
            moved = x.copy()
            moved[index] += sign * step
            sides.append(float(function(moved)))
        gradient[index] = (sides[0] - sides[1]) / (2 * step)
    return gradient


@pytest.mark.parametrize("last", ["softmax", None])
def test_saliency_is_the_gradient_of_the_largest_logit(last):
    model = keras.Sequential(
        [
            keras.Input((4, 3, 2), name="pictures"),
            layers.Conv2D(3, 2, activation="tanh"),
            layers.Flatten(),
            layers.Dense(3, activation=last),
        ]
    )
    x = array((2, 4, 3, 2))
    item = Shown(model, x, Kind.SALIENCY).pictures[Kind.SALIENCY]["pictures"]
    classes = logits_of(model, x).argmax(axis=-1)
    want = gradient_by_differences(lambda x: logits_of(model, x)[range(2), classes].sum(), x)
    want = np.abs(want).max(axis=-1)[:, None]
    assert item.codes.shape == want.shape
    assert np.abs(item.values - want).max() <= 0.01 * want.max()
    assert item.targets.tolist() == classes.tolist()
    assert (item.layout, item.layer) == ("image", "")


@pytest.mark.parametrize("wanted", [None, "first"])
def test_grad_cam_is_that_of_the_paper(wanted):
    model, x = convolutional(), array((3, 10, 9, 2))
    shown = Shown(model, x, Kind.GRAD_CAM, grad_cam_layer=wanted)
    (item,) = shown.pictures[Kind.GRAD_CAM].values()
    name = wanted or "last"
    assert (item.name, item.layer, item.layout) == (name, name, "image")
    output = host(keras.Model(model.inputs, model.get_layer(name).output)(x))
    number = [layer.name for layer in model.layers].index(name)
    tail = keras.Sequential([keras.Input(output.shape[1:]), *model.layers[number + 1 :]])
    values = keras.Variable(output)
    score, targets = best_logit_of_tail(tail, values)
    (gradient,) = autograd_by(score, values)
    weights = gradient.mean(axis=(1, 2))
    cam = np.maximum(np.einsum("shwc,sc->shw", output, weights), 0)[:, None]
    assert_shows(item, cam)
    assert cam.any()
    assert item.targets.tolist() == targets.tolist()


def best_logit_of_tail(tail, values):
    def score():
        x = values.value
        for layer in tail.layers[:-1]:
            x = layer(x)
        logits = ops.matmul(x, tail.layers[-1].kernel) + tail.layers[-1].bias
        return ops.sum(ops.max(logits, axis=-1))

    targets = np.argmax(host(tail(values.value)), axis=-1)
    return score, targets


def autograd_by(function, variable):
    """The gradient of a function of a variable, by the framework itself."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            score = function()
        return [host(tape.gradient(score, variable.value))]
    if BACKEND == "jax":
        import jax

        def pure(value):
            with keras.StatelessScope(state_mapping=[(variable, value)]):
                return function()

        return [host(jax.grad(pure)(variable.value))]
    import torch

    return [host(torch.autograd.grad(function(), variable.value)[0])]


class Reader(keras.Model):
    """Subclassed: token ids, an embedding, positions, a one-dimensional convolution."""

    def __init__(self):
        super().__init__()
        self.embed = layers.Embedding(11, 6, name="embed")
        self.places = layers.Embedding(5, 6, name="places")
        self.conv = layers.Conv1D(4, 2, activation="tanh", name="conv")
        self.head = layers.Dense(1, activation="sigmoid", name="head")

    def features(self, x):
        x = ops.convert_to_tensor(x)
        return ops.mean(self.conv(x + self.places(ops.arange(5))), axis=1)

    def call(self, ids):
        return self.head(self.features(self.embed(ids)))


def test_token_ids_have_the_saliency_of_their_embeddings_inside_subclassed_models():
    model, ids = Reader(), np.random.default_rng(0).integers(0, 11, (2, 5)).astype("int32")
    model(ids)
    shown = Shown(model, ids, Kind.SALIENCY, Kind.GRAD_CAM)
    assert shown.problems == {}
    embedded = host(model.embed(ids))

    def logit(x):
        return host(ops.matmul(model.features(x), model.head.kernel)).sum()

    gradient = gradient_by_differences(logit, embedded)
    want = np.sqrt(np.square(gradient).sum(axis=-1))[:, None, None]
    (item,) = shown.pictures[Kind.SALIENCY].values()
    assert np.abs(item.values - want).max() <= 0.02 * want.max()
    assert item.layer.endswith("embed")
    assert item.targets.tolist() == [-1, -1]
    (cam,) = shown.pictures[Kind.GRAD_CAM].values()
    assert cam.name.endswith("conv")
    assert cam.values.shape == (2, 1, 1, 4)
    assert shown.probe.inputs[0].layout == "ids"
    assert shown.probe.inputs[0].values[:, 0, 0].tolist() == ids.tolist()


def test_token_ids_that_keras_casts_to_floats_have_a_saliency_too():
    model, ids = zoo.transformer(), zoo.tokens(2)
    assert model.inputs[0].dtype == "float32"
    (item,) = Shown(model, ids, Kind.SALIENCY).pictures[Kind.SALIENCY].values()
    assert item.layer == "embedding"
    assert item.values.shape == (2, 1, 1, zoo.STEPS)
    assert (item.values > 0).all()


def test_a_model_without_a_convolution_says_so_and_a_failure_turns_off_gradients_alone():
    model = zoo.mlp()
    shown = Shown(model, array((2, zoo.FEATURES)))
    assert shown.omissions[Kind.GRAD_CAM, ""].startswith("the model has no convolution")
    assert shown.pictures[Kind.SALIENCY]

    class Hard(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3, name="dense")

        def call(self, x):
            return {"text": "none", "scores": self.dense(x)}

    model, x = Hard(), array((2, 4))
    model.dense.build((None, 4))
    model.built = True
    kinds = frozenset(Kind) - {Kind.PREDICTION}
    try:
        shown = Shown(model, x, *kinds)
    except Exception as error:
        pytest.skip(f"{BACKEND} cannot call it: {type(error).__name__}")
    assert set(shown.problems) <= {"saliency and Grad-CAM"}
    assert shown.pictures[Kind.MAPS]


# Weights.


def test_kernels_are_tiles_and_other_weights_matrices_with_the_norm_of_each_unit():
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(5, 3, name="conv")(inputs)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="depth")(x)
    x = layers.Conv2D(4, 1, name="point")(x)
    x = layers.Conv2DTranspose(2, 3, name="up")(x)
    x = layers.Reshape((-1, 2))(x)
    x = layers.Conv1D(3, 4, name="line")(x)
    x = layers.LSTM(3, name="lstm")(x)
    model = keras.Model(inputs, layers.Dense(2, name="out")(x))
    found = Shown(model, array((2, 8, 8, 3)), Kind.KERNELS).pictures[Kind.KERNELS]
    of = {v.path: host(v.value) for v in model.trainable_variables}
    # [inputs, units, height, width], and the axes that a unit's norm is over.
    want = {
        "conv/kernel": of["conv/kernel"].transpose(2, 3, 0, 1),
        "depth/kernel": of["depth/kernel"].reshape(3, 3, 10).transpose(2, 0, 1)[None],
        "point/kernel": of["point/kernel"][0, 0][None, None],
        "up/kernel": of["up/kernel"].transpose(3, 2, 0, 1),
        "line/kernel": of["line/kernel"].transpose(1, 2, 0)[..., None],
        "lstm/lstm_cell/kernel": of["lstm/lstm_cell/kernel"][None, None],
        "out/kernel": of["out/kernel"][None, None],
    }
    for name, values in want.items():
        item = found[name]
        assert_shows(item, values)
        assert item.layout == ("matrix" if item.rows is None else "kernel"), name
        norms = np.sqrt(
            np.square(values).sum(axis=(0, 2, 3) if item.rows is not None else (0, 1, 2))
        )
        np.testing.assert_allclose(item.norms, norms, rtol=1e-5)
    assert found["conv/kernel"].layout == found["up/kernel"].layout == "kernel"
    assert "conv/bias" not in found


def test_of_many_input_channels_those_of_the_largest_norm_are_shown():
    model = keras.Sequential([keras.Input((6, 6, 40)), layers.Conv2D(3, 3, name="conv")])
    kernel = array((3, 3, 40, 3)) * np.random.default_rng(1).permutation(40)[None, None, :, None]
    model.layers[0].kernel.assign(kernel)
    item = Shown(model, array((1, 6, 6, 40)), Kind.KERNELS).pictures[Kind.KERNELS]["conv/kernel"]
    by_norm = np.argsort(-np.square(kernel).sum(axis=(0, 1, 3)))[: kernels.MAX_INPUTS]
    assert item.rows.tolist() == sorted(by_norm)
    assert_shows(item, kernel[:, :, item.rows].transpose(2, 3, 0, 1))
    assert item.full_shape == (40, 3, 3, 3)


def test_projections_of_attention_have_their_heads_as_units():
    model = zoo.attention()
    found = Shown(model, zoo.sequences(2), Kind.KERNELS).pictures[Kind.KERNELS]
    of = {v.path: host(v.value) for v in model.trainable_variables}
    query = next(name for name in found if name.endswith("query/kernel"))
    assert_shows(found[query], of[query].reshape(zoo.FEATURES, -1)[None, None])
    out = next(name for name in found if name.endswith("attention_output/kernel"))
    assert_shows(found[out], of[out].reshape(-1, zoo.FEATURES)[None, None])


def test_a_large_matrix_is_averaged_over_cells():
    model = keras.Sequential([keras.Input((300,)), layers.Dense(100, name="wide")])
    shown = Shown(model, array((1, 300)), Kind.KERNELS, max_pixels=1000)
    item = shown.pictures[Kind.KERNELS]["wide/kernel"]
    kernel = host(model.layers[0].kernel)
    _, _, height, width = item.codes.shape
    assert height * width <= 1000
    rows, columns = -(-300 // height), -(-100 // width)
    for i, j in ((0, 0), (height - 1, width - 1)):
        cell = kernel[i * rows : (i + 1) * rows, j * columns : (j + 1) * columns]
        assert abs(item.values[0, 0, i, j] - cell.mean()) <= 0.51 * item.scale[0, 0] + 1e-6
    np.testing.assert_allclose(item.norms, np.sqrt(np.square(kernel).sum(axis=0)), rtol=1e-5)


# Activation functions.


def squareplus(x):
    return 0.5 * (x + ops.sqrt(x * x + 4.0))


def test_a_function_has_its_curve_over_the_pre_activations_met_and_their_histogram():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(7, activation="relu", name="fused"),
            layers.Dense(5, activation=squareplus, name="own"),
            layers.LeakyReLU(negative_slope=0.25, name="layer"),
            layers.Dense(4, name="none"),
            layers.Activation("sigmoid", name="applied"),
            layers.Dense(3, activation="softmax", name="out"),
        ]
    )
    x = array((16, 6))
    shown = Shown(model, x, Kind.ACTIVATION_FUNCTION)
    assert list(shown.functions) == ["fused", "own", "layer", "applied", "out"]
    functions = {
        "fused": ("relu", lambda x: np.maximum(x, 0)),
        "own": ("squareplus", lambda x: 0.5 * (x + np.sqrt(x * x + 4))),
        "layer": (None, lambda x: np.where(x > 0, x, 0.25 * x)),
        "applied": ("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
    }
    y = x
    for layer in model.layers:
        before = y if not hasattr(layer, "kernel") else y @ host(layer.kernel) + host(layer.bias)
        y = host(layer(y))
        item = shown.functions.get(layer.name)
        if item is None:
            continue
        assert (item.low, item.high) == pytest.approx((before.min(), before.max()), rel=1e-4)
        assert item.counts.sum() == before.size
        want, _ = np.histogram(before, item.edges)
        assert np.abs(want - item.counts.astype(int)).sum() <= 4, "values at the edges of bins"
        if layer.name == "out":
            assert item.curve is None
            assert "more than one value" in item.reason
            continue
        name, function = functions[layer.name]
        assert name in (None, item.function)
        np.testing.assert_allclose(item.curve, function(item.edges), rtol=1e-4, atol=1e-5)


def flat_share(function):
    """Shares of pre-activations on a flat part, by a derivative written down."""
    slope = {"relu": lambda x: (x > 0).astype(float), "tanh": lambda x: 1 - np.tanh(x) ** 2}
    return lambda x: np.mean(slope[function](x) < 1 / 40)


@pytest.mark.parametrize("function", ["relu", "tanh"])
def test_the_flat_share_is_that_of_slopes_below_a_fortieth_of_the_steepest(function):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(40, activation=function, name="d")])
    model.layers[0].kernel.assign(array((6, 40)) * 2)
    x = array((16, 6), 1)
    item = Shown(model, x, Kind.ACTIVATION_FUNCTION).functions["d"]
    want = flat_share(function)(x @ host(model.layers[0].kernel))
    assert 0.1 < want < 0.9
    assert item.flat_fraction == pytest.approx(want, abs=0.01)


def test_non_finite_pre_activations_are_counted_and_a_constant_has_a_range():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu", name="d")])
    kernel = np.zeros((3, 4), "float32")
    kernel[:, 1] = np.nan
    model.layers[0].kernel.assign(kernel)
    item = Shown(model, array((5, 3)), Kind.ACTIVATION_FUNCTION).functions["d"]
    assert item.nonfinite == 5
    assert item.counts.sum() == 15
    assert item.low == 0 < item.high
    model.layers[0].kernel.assign(np.full((3, 4), np.nan))
    item = Shown(model, array((5, 3)), Kind.ACTIVATION_FUNCTION).functions["d"]
    assert (item.nonfinite, item.counts.sum(), item.low, item.high) == (20, 0, 0, 0)


def test_a_slope_for_each_unit_has_no_curve():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.PReLU(name="p")])
    item = Shown(model, array((5, 3)), Kind.ACTIVATION_FUNCTION).functions["p"]
    assert item.curve is None
    assert "slope of its own" in item.reason
    assert np.isnan(item.flat_fraction)


# Representation.


def effective_rank(x):
    """The least number of singular directions that hold 99 % of the variance."""
    x = x.astype(np.float64)
    variances = np.square(np.linalg.svd(x - x.mean(axis=0), compute_uv=False))
    held = np.cumsum(variances) / variances.sum()
    return int(np.argmax(held >= 0.99)) + 1


def test_the_effective_rank_is_that_of_a_singular_value_decomposition():
    model = keras.Sequential(
        [
            keras.Input((7, 6, 3)),
            layers.Conv2D(6, 3, name="conv"),
            layers.Flatten(name="flat"),
            layers.Dense(9, name="dense"),
            layers.Dense(4, kernel_initializer="zeros", name="constant"),
        ]
    )
    low = array((3, 3, 3, 2)) @ array((2, 6), 1)
    model.get_layer("conv").kernel.assign(low)
    x = array((6, 7, 6, 3), 2)  # 6 samples x 5 x 4 positions of the convolution
    found = Shown(model, x, Kind.REPRESENTATION, Kind.MAPS).table(Kind.REPRESENTATION)
    outputs = keras.Model(model.inputs, {layer.name: layer.output for layer in model.layers})(x)
    conv = host(outputs["conv"]).reshape(-1, 6)
    assert effective_rank(conv) == found["conv"]["effective_rank"] == 2
    assert found["conv"]["dimensions"] == 6
    assert found["conv"]["observations"] == 120
    assert found["conv"]["rank_fraction"] == pytest.approx(2 / 6)
    dense = host(outputs["dense"])
    assert found["dense"] == {
        "effective_rank": effective_rank(dense),
        "rank_fraction": pytest.approx(effective_rank(dense) / 5),
        "dimensions": 9,
        "observations": 6,
    }
    assert found["constant"]["effective_rank"] == 0


def test_of_many_positions_some_are_looked_at_evenly_spaced():
    model = keras.Sequential([keras.Input((20, 20, 2)), layers.Conv2D(3, 1, name="conv")])
    x = array((2, 20, 20, 2))
    row = Shown(model, x, Kind.REPRESENTATION).table(Kind.REPRESENTATION)["conv"]
    outputs = host(model(x)).reshape(-1, 3)
    chosen = outputs[np.linspace(0, len(outputs) - 1, 128).round().astype(int)]
    assert row["observations"] == 128
    assert row["effective_rank"] == effective_rank(chosen)


def test_every_kind_can_be_left_out():
    model, x = convolutional(), array((2, 10, 9, 2))
    shown = Shown(model, x, Kind.REPRESENTATION)
    assert set(shown.tables) == {Kind.REPRESENTATION, Kind.PREDICTION}
    assert not shown.pictures
    assert not shown.functions
