"""Global gradient norms of a step: before clipping, after it, and of what is accumulated."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.records import Kind
from tests.training import model_zoo as zoo
from tests.training import read_events
from tests.training.references import autograd, compiled_loss

pytestmark = pytest.mark.one_compiler

RATE = 0.1


def train(tmp_path, epochs=1, every=1, **optimizer):
    """One epoch of plain SGD, so that the update is -0.1 times the gradient that was applied."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    model = zoo.mlp(optimizer=keras.optimizers.SGD(RATE, **optimizer))
    first = gradients_of_first_batch(model)
    zoo.fit(model, InspectCallback(tmp_path, every=every, maps_every=0), epochs=epochs)
    return read_events.read(tmp_path), first


def gradients_of_first_batch(model):
    x, y = (keras.ops.convert_to_tensor(a[: zoo.BATCH]) for a in (zoo.vectors(), zoo.labels()))
    return autograd(compiled_loss(model, x, y), model.trainable_variables)


def norm(arrays):
    return np.sqrt(sum(np.sum(np.square(a, dtype=np.float64)) for a in arrays))


def update_norm(run, step):
    return norm([np.array(cell["l2"]) for cell in run.at(Kind.UPDATE, step).values()])


CLIPS = {
    "clipnorm": lambda gradients, limit: [g * min(1, limit / norm([g])) for g in gradients],
    "global_clipnorm": lambda gradients, limit: [
        g * min(1, limit / norm(gradients)) for g in gradients
    ],
    "clipvalue": lambda gradients, limit: [np.clip(g, -limit, limit) for g in gradients],
}


@pytest.mark.slow
@pytest.mark.parametrize("limit", [0.05, 100.0])
@pytest.mark.parametrize("clip", CLIPS)
def test_norms_before_and_after_clipping_are_those_of_the_gradients(clip, limit, tmp_path):
    run, gradients = train(tmp_path, **{clip: limit})
    assert run.step(0)["gradient_norm"] == pytest.approx(norm(gradients), rel=1e-4)
    clipped = norm(CLIPS[clip](gradients, limit))
    assert run.step(0)["gradient_norm_clipped"] == pytest.approx(clipped, rel=1e-4)
    for step in range(3):  # the update is what the optimizer made of it
        applied = update_norm(run, step) / RATE
        assert run.step(step)["gradient_norm_clipped"] == pytest.approx(applied, rel=1e-3)


def test_scales_and_histories_of_float8_are_not_among_the_gradients(tmp_path):
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    model = zoo.mlp()
    model.quantize("float8")
    zoo.compiled(model, keras.optimizers.SGD(RATE))
    zoo.fit(model, InspectCallback(tmp_path, every=1, maps_every=0))
    run = read_events.read(tmp_path)
    layers = ("first", "second", "head")
    gradients = run.at(Kind.GRADIENT, 0)
    assert set(gradients) == {f"{layer}/{name}" for layer in layers for name in ("kernel", "bias")}
    assert run.step(0)["gradient_norm"] == pytest.approx(
        norm([np.array(cell["l2"]) for cell in gradients.values()]), rel=1e-4
    )


def test_each_part_of_a_multi_optimizer_has_its_own_norm_and_learning_rate(tmp_path):
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    choice = keras.optimizers.OptimizerMap(keras.optimizers.SGD(RATE))
    choice[".*head/.*"] = keras.optimizers.SGD(2 * RATE, global_clipnorm=0.05)
    model = zoo.mlp(optimizer=keras.optimizers.MultiOptimizer(choice))
    *body, kernel, bias = gradients_of_first_batch(model)
    zoo.fit(model, InspectCallback(tmp_path, every=1, maps_every=0))
    step = read_events.read(tmp_path).step(0)
    head = "" if step["learning_rate"] == pytest.approx(2 * RATE) else ":1"
    other = ":1" if not head else ""
    assert step["gradient_norm" + head] == pytest.approx(norm([kernel, bias]), rel=1e-4)
    assert step["gradient_norm_clipped" + head] == pytest.approx(0.05, rel=1e-4)
    assert step["gradient_norm" + other] == pytest.approx(norm(body), rel=1e-4)
    assert step["learning_rate" + other] == pytest.approx(RATE)


@pytest.mark.slow
def test_without_clipping_there_is_no_norm_after_it(tmp_path):
    run, gradients = train(tmp_path)
    assert run.step(0)["gradient_norm"] == pytest.approx(norm(gradients), rel=1e-4)
    assert "gradient_norm_clipped" not in run.step(0)


def test_an_accumulated_gradient_is_the_mean_of_its_batches_and_recorded_when_it_is_applied(
    tmp_path,
):
    run, _ = train(tmp_path, epochs=2, gradient_accumulation_steps=3, clipvalue=0.02)
    assert run.steps(Kind.ACCUMULATED_GRADIENT) == [2, 5]
    for step in range(6):
        applies = step in (2, 5)
        assert np.isnan(run.step(step)["accumulated_gradient_norm"]) != applies
        assert np.isnan(run.step(step)["gradient_norm_clipped"]) != applies
        assert (update_norm(run, step) > 0) == applies
    cells = run.at(Kind.ACCUMULATED_GRADIENT, 2)
    # The mean is linear, so means over elements tell whether it is that of the three batches.
    for name, cell in cells.items():
        batches = [run.at(Kind.GRADIENT, step)[name]["mean"] for step in range(3)]
        assert cell["mean"] == pytest.approx(np.mean(batches), rel=1e-3, abs=1e-8)
    total = norm([np.array(cell["l2"]) for cell in cells.values()])
    assert run.step(2)["accumulated_gradient_norm"] == pytest.approx(total, rel=1e-4)
    assert run.step(2)["gradient_norm_clipped"] == pytest.approx(
        update_norm(run, 2) / RATE, rel=1e-3
    )


@pytest.mark.slow
def test_samples_far_apart_fall_on_steps_that_apply_the_accumulated_gradient(tmp_path):
    run, _ = train(tmp_path, epochs=5, every=5, gradient_accumulation_steps=2)
    assert run.steps()[1:] == run.steps(Kind.ACCUMULATED_GRADIENT)
    assert run.steps(Kind.ACCUMULATED_GRADIENT) == [5, 11]
