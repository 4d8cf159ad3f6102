"""Saliency and Grad-CAM against computations of their own. Runs under each backend."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.records import Kind
from tests.training import model_zoo as zoo
from tests.training.shown import Shown, array, assert_shows, host

BACKEND = keras.backend.backend()


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


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
        self.sites = layers.Embedding(5, 6, name="sites")
        self.conv = layers.Conv1D(4, 2, activation="tanh", name="conv")
        self.head = layers.Dense(1, activation="sigmoid", name="head")

    def features(self, x):
        x = ops.convert_to_tensor(x)
        return ops.mean(self.conv(x + self.sites(ops.arange(5))), axis=1)

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


def test_saliency_stands_under_the_ids_and_not_under_a_mask_of_their_shape():
    ids = keras.Input((5,), dtype="int32", name="token_ids")
    mask = keras.Input((5,), dtype="int32", name="padding_mask")  # the first of both by name
    x = layers.Embedding(11, 6, name="embed")(ids)
    x = layers.MultiHeadAttention(2, 3)(x, x, attention_mask=ops.expand_dims(mask, 1))
    out = layers.Dense(3)(layers.GlobalAveragePooling1D()(x))
    model = keras.Model({"token_ids": ids, "padding_mask": mask}, out)
    samples = {"token_ids": zoo.tokens(2), "padding_mask": np.ones((2, 5), "int32")}
    shown = Shown(model, samples, Kind.SALIENCY)
    assert [(item.name, item.layer) for item in shown.pictures[Kind.SALIENCY].values()] == [
        ("token_ids", "embed")
    ]
    assert [name for _, name in shown.omissions] == ["padding_mask"]


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
