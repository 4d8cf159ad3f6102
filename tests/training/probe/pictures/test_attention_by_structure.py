"""Attention in layers that are none of Keras's own is found by what they compute."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tb_keras_inspect.frameworks import patches
from tb_keras_inspect.records import Kind
from tb_keras_inspect.training.probe.pictures import attention_by_structure
from tests.training.probe.pictures import attention_layers as custom
from tests.training.shown import Shown, array, assert_shows, host


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def shown_of(model, shape=(2, 5, 6)):
    x = array(shape)
    shown = Shown(model, x, Kind.ATTENTION)
    left_out = {name: reason for (_, name), reason in shown.omissions.items()}
    return x, shown.pictures.get(Kind.ATTENTION, {}), left_out


@pytest.mark.parametrize("options", [{}, {"dropout": 0.4}, {"fused": True}])
def test_heads_that_share_keys_are_shown_under_the_name_of_their_layer(options):
    made = custom.GroupedHeads(**options, name="heads")
    model = custom.model_of(custom.Block(made, name="block"))
    x, found, left_out = shown_of(model)
    assert list(found) == ["block/heads"]
    assert not left_out
    want = host(made.scores(ops.convert_to_tensor(x)))
    assert found["block/heads"].full_shape == want.shape == (2, 4, 5, 5)
    assert_shows(found["block/heads"], want)
    assert not found["block/heads"].values[..., 0, 1:].any()


def test_blocks_and_calls_have_pictures_of_their_own():
    made = [custom.Block(custom.GroupedHeads(name="heads"), name=f"block_{n}") for n in (0, 1)]
    _, found, _ = shown_of(custom.model_of(*made, made[0]))
    assert list(found) == ["block_0/heads", "block_1/heads", "block_0/heads:1"]


def test_heads_in_the_batch_axis_are_taken_apart():
    made = custom.FlattenedAttention(name="attend")
    x, found, _ = shown_of(custom.model_of(made))
    assert_shows(found["attend"], host(made.scores(ops.convert_to_tensor(x))[0]))


def test_one_query_over_a_sequence():
    made = custom.PoolingAttention(name="pool")
    x, found, _ = shown_of(custom.model_of(made))
    assert found["pool"].full_shape == (2, 1, 1, 5)
    assert_shows(found["pool"], host(made.scores(ops.convert_to_tensor(x))))


@pytest.mark.any_backend
def test_softmax_and_product_as_layers_of_the_model():
    x = keras.Input((5, 6))
    scores = layers.Softmax(name="scores")(layers.Dot((2, 2))([x, x]))
    model = keras.Model(x, layers.Dot((2, 1))([scores, x]))
    _, found, _ = shown_of(model)
    assert list(found) == ["scores"]
    np.testing.assert_allclose(found["scores"].values.sum(-1), 1, atol=0.02)


@pytest.mark.any_backend
def test_a_router_and_a_softmax_as_activation_are_no_attention():
    image = keras.Sequential(
        [keras.Input((4, 4, 3)), layers.Conv2D(3, 1), layers.Activation("softmax")]
    )
    assert shown_of(image, (2, 4, 4, 3))[1:] == ({}, {})
    model = custom.model_of(custom.Router(), layers.Dense(4, activation="softmax"))
    assert shown_of(model)[1:] == ({}, {})


@pytest.mark.any_backend
def test_what_is_not_found_is_said():
    made = custom.SigmoidAttention(name="gate")
    _, found, left_out = shown_of(custom.model_of(made))
    assert not found
    assert left_out["gate"].startswith("neither a softmax over keys nor")
    _, found, left_out = shown_of(custom.model_of(custom.SampleAttention(name="samples")))
    assert not found
    assert left_out["samples"].startswith("has 5 entries along axis 0")
    # In the class without the word, and its product not by Keras, nothing tells what it is.
    _, found, left_out = shown_of(custom.model_of(custom.Unsure(name="heads")))
    assert not found
    assert left_out["heads"].startswith("a softmax over 5 values was seen in it")


@pytest.mark.any_backend
def test_large_scores_of_a_fused_operation_are_not_made(monkeypatch):
    monkeypatch.setattr(attention_by_structure, "MAX_BYTES", 100)
    _, found, left_out = shown_of(custom.model_of(custom.GroupedHeads(fused=True, name="heads")))
    assert not found
    assert left_out["heads"] == "its scores take 800 bytes, and at most 100 are computed beside it"


def reference(query, key, bias=None, mask=None, scale=None, is_causal=False, cap=None):
    """One head after the other, one query after the other."""
    samples, queries, heads, size = query.shape
    result = np.zeros((samples, heads, queries, key.shape[1]))
    for b, n, t in np.ndindex(samples, heads, queries):
        shared = n * key.shape[2] // heads
        logits = key[b, :, shared] @ query[b, t, n] * (scale or size**-0.5)
        logits = logits if cap is None else cap * np.tanh(logits / cap)
        logits = logits if bias is None else logits + np.broadcast_to(bias, result.shape)[b, n, t]
        keep = np.ones(len(logits), bool)
        keep &= True if mask is None else np.broadcast_to(mask, result.shape)[b, n, t]
        keep &= np.arange(len(logits)) <= t if is_causal else True
        exponents = np.where(keep, np.exp(logits - logits.max()), 0)
        result[b, n, t] = exponents / exponents.sum()
    return result


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"scale": 0.7, "is_causal": True},
        {"bias": array((1, 4, 5, 5), 3)},
        {"mask": array((2, 1, 5, 5), 4) > -0.5, "cap": 2.0},
    ],
)
def test_scores_of_the_fused_operation_are_those_of_a_loop(options):
    query, key = array((2, 5, 4, 3)), array((2, 5, 2, 3), 1)
    if "mask" in options:
        options["mask"][..., 0] = True  # each query has a key
    given = {("attn_logits_soft_cap" if k == "cap" else k): v for k, v in options.items()}
    found = host(attention_by_structure.forms.of_operation(query, key, **given))
    np.testing.assert_allclose(found, reference(query, key, **options), atol=1e-6)


@pytest.mark.any_backend
def test_operations_are_as_before_after_a_pass():
    before = keras.src.backend.nn.softmax
    shown_of(custom.model_of(custom.GroupedHeads()))
    assert keras.src.backend.nn.softmax is before
    assert not patches._patched
