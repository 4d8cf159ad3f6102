"""Models of KerasHub, recorded: nothing changes, gradients are right, and each attention is found.

Run by `make kerashub`, under each backend; skipped where KerasHub is not installed.
"""

import os

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, diagnose, load_run
from tb_keras_inspect.training.model.names import variable_names

if os.environ.get("NEEDS_KERASHUB") != "1":
    pytest.importorskip("keras_hub")
from tests.kerashub import models

pytestmark = [pytest.mark.slow]
# TensorFlow's graph optimizer rounds a step that computes more in another way, by a last digit: see
# docs/reliability.md.
ROUNDED = {("tensorflow", "t5"), ("tensorflow", "diffusion")}


def trained(case, log_dir=None, prepare=lambda model: None):
    """A model after two steps of the same batch with a rate of 1; its weights before and after each."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    model = case.make()
    prepare(model)
    x, y = models.data(model)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0), loss)
    watch = [InspectCallback(log_dir, every=1, probe=2, console=None)] if log_dir else []
    weights = [arrays(model)]
    for epoch in range(2):  # under JAX the model has the new weights only when a fit ends
        options = {"batch_size": 8, "initial_epoch": epoch, "epochs": epoch + 1}
        model.fit(x, y, **options, verbose=0, callbacks=watch)
        weights.append(arrays(model))
    return model, weights


def arrays(model):
    return [np.array(keras.ops.convert_to_numpy(weight.value)) for weight in model.weights]


def assert_same(model, weights, others):
    for weight, one, other in zip(model.weights, weights[-1], others[-1], strict=True):
        np.testing.assert_array_equal(one, other, err_msg=weight.path)


@pytest.mark.parametrize("name", models.CASES)
def test_model_is_recorded_and_trains_as_without(name, tmp_path):
    case = models.CASES[name]
    model, plain = trained(case)
    _, recorded = trained(case, tmp_path)
    if (keras.backend.backend(), name) not in ROUNDED:
        assert_same(model, plain, recorded)
    run = load_run(tmp_path)
    assert not run.problems
    assert_gradients(model, plain, run)
    assert_attention(case, run)
    if case.experts:
        assert_routers(run)
    roots = {layer.path.partition("/")[0] for layer in run.model.layers}
    assert not [name for name in roots if "~" in name], "names without their block"
    if "token_ids" in getattr(run.model, "inputs", ()):
        assert "token_ids" in run.map_names("saliency")


def assert_gradients(model, weights, run):
    """With a rate of 1 the gradient is what a plain step takes off the weights."""
    table = run.table("gradient")
    first = int(table.steps[0])  # under TensorFlow BLOOM has its weights only after a step
    found = dict(zip(table.names, table.select("l2")[0], strict=True))
    position = {id(weight): number for number, weight in enumerate(model.weights)}
    trained = list(model.trainable_weights)
    paths = variable_names(trained, model)
    unused = {item.name for item in run.model.omissions if item.what == "gradient"}
    assert found.keys() == set(paths) - unused
    for path, weight in zip(paths, trained, strict=True):
        if path in unused:
            continue
        before, after = (
            array[position[id(weight)]].astype(np.float64) for array in weights[first : first + 2]
        )
        rounding = 1e-7 * np.linalg.norm(before)
        taken = np.linalg.norm(before - after)
        np.testing.assert_allclose(found[path], taken, 2e-3, atol=rounding + 1e-7, err_msg=path)


def assert_attention(case, run):
    assert set(run.map_names("attention")) == case.names
    for snapshot in run.map_snapshots("attention"):
        assert not snapshot.omissions
    for name in case.names:
        scores = run.maps(name, kind="attention")[-1]
        assert scores.shape[:2] == (2, 4)  # samples, heads
        sums = scores.sum(axis=-1)
        # GPT-OSS has a sink beside the keys; a query that has no key at all has no scores.
        assert np.all((np.abs(sums - 1) < 0.03) | (np.abs(sums) < 1e-6)), name


def assert_routers(run):
    """The logits of each token of the two probe samples for each of four experts."""
    routers = [n for n in run.map_names() if n.endswith(("gate_dense", "router_dense"))]
    assert len(routers) == 2
    for name in routers:
        assert run.maps(name)[-1].size == 2 * models.LENGTH * 4


def lora(model):
    model.backbone.enable_lora(2)


def quantized(kind, adapters=False):
    def prepare(model):
        model.quantize(kind)
        if adapters:
            lora(model)

    return prepare


@pytest.mark.parametrize(
    ("prepare", "adapters"),
    [
        pytest.param(lora, True, id="lora"),
        pytest.param(quantized("int8", True), True, id="int8 and lora"),
        pytest.param(quantized("int4", True), True, id="int4 and lora"),
        pytest.param(quantized("float8"), False, id="float8"),
    ],
)
def test_adapters_and_quantised_weights(prepare, adapters, tmp_path):
    case = models.CASES["gemma"]
    model, plain = trained(case, None, prepare)
    _, recorded = trained(case, tmp_path, prepare)
    assert_same(model, plain, recorded)
    run = load_run(tmp_path)
    assert set(run.map_names("attention")) == case.names
    names = run.table("gradient").names
    assert names
    assert all("lora_" in name for name in names) == adapters
    frozen = [item for item in diagnose(run) if item.problem == "untrained_layer"]
    assert all(item.severity == "note" for item in frozen)
