"""The cosine to the gradient sampled before, against a slow reference."""

import itertools

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.training.samples.gradient_cosine import GradientCosine


def reference(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / (
        sum(x * x for x in a) ** 0.5 * sum(y * y for y in b) ** 0.5
    )


def test_each_gradient_is_compared_with_its_own_elements_of_the_sample_before():
    random = np.random.default_rng(0)
    before, after = random.normal(size=(2, 6)).astype("float32")
    cosine = GradientCosine()
    cosine.next(before, "abc", (2, 1, 3))
    found = cosine.next(after, "abc", (2, 1, 3))
    parts = (slice(0, 2), slice(2, 3), slice(3, 6))
    expected = [reference(after[p].tolist(), before[p].tolist()) for p in parts]
    assert found == pytest.approx(expected)


def test_magnitudes_of_float32_do_not_matter():
    cosine = GradientCosine()
    cosine.next(np.array([1e-38, 1e38], np.float32), "ab", (1, 1))
    assert cosine.next(np.array([1e38, -1e-38], np.float32), "ab", (1, 1)) == pytest.approx([1, -1])


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_there_is_no_angle_to_zero_and_to_what_is_not_finite(bad):
    cosine = GradientCosine()
    cosine.next(np.array([1.0, 1.0], np.float32), "ab", (1, 1))
    found = cosine.next(np.array([bad, 1.0], np.float32), "ab", (1, 1))
    assert np.isnan(found[0])
    assert found[1] == 1.0
    found = cosine.next(np.array([1.0, 1.0], np.float32), "ab", (1, 1))
    assert np.isnan(found[0]), "the sample before is the bad one"


def test_the_first_sample_and_one_of_other_variables_have_no_cosine():
    cosine = GradientCosine()
    assert np.isnan(cosine.next(np.ones(3, np.float32), "ab", (1, 2))).all()
    assert np.isnan(cosine.next(np.ones(3, np.float32), "ab", (2, 1))).all()
    assert np.isnan(cosine.next(np.ones(3, np.float32), "xb", (2, 1))).all(), "same sizes"
    assert np.isnan(cosine.next(np.ones(3, np.float32), "ab", (2, 1))).all()
    assert cosine.next(np.ones(3, np.float32), "ab", (2, 1)) == pytest.approx([1, 1])


def test_an_empty_gradient_has_no_cosine_and_does_not_disturb_the_others():
    cosine = GradientCosine()
    for _ in range(2):
        found = cosine.next(np.ones(3, np.float32), "abcd", (2, 0, 1, 0))
    assert found[[0, 2]] == pytest.approx([1, 1])
    assert np.isnan(found[[1, 3]]).all()


RATE = 0.5
SMALL, LARGE = "small/kernel", "large/kernel"  # fewer and more elements than are compared


class Gradients(keras.callbacks.Callback):
    """The gradients of plain SGD, from the weights before and after each step."""

    def __init__(self):
        super().__init__()
        self.by_step = []

    def weights(self):
        variables = self.model.trainable_variables
        return {v.path.partition("/")[2]: keras.ops.convert_to_numpy(v.value) for v in variables}

    def on_train_batch_begin(self, batch, logs=None):
        self._before = self.weights()

    def on_train_batch_end(self, batch, logs=None):
        after = self.weights()
        self.by_step.append({n: (w - after[n]) / RATE for n, w in self._before.items()})


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    directory = tmp_path_factory.mktemp("run")
    gradients = Gradients()
    fit(directory, gradients, tier="standard")
    return load_run(directory), gradients.by_step


def fit(directory, *others, tier):
    keras.utils.set_random_seed(0)
    layers = [
        keras.Input((40,)),
        keras.layers.Dense(100, activation="tanh", name="large"),
        keras.layers.Dense(3, name="small"),
    ]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.SGD(RATE), "mse")
    x = np.random.default_rng(0).normal(size=(160, 40)).astype("float32")
    y = x[:, :3] ** 2
    callbacks = [InspectCallback(directory, every=2, tier=tier), *others]
    model.fit(x, y, batch_size=16, shuffle=False, verbose=0, callbacks=callbacks)


def whole(by_step, steps, name):
    """Cosines of whole gradients of consecutive samples."""
    flat = [by_step[step][name].ravel().astype(np.float64) for step in steps]
    return [reference(b, a) for a, b in itertools.pairwise(flat)]


def test_recorded_cosines_are_those_of_the_gradients_two_steps_apart(trained):
    run, by_step = trained
    table = run.table("gradient")
    recorded = table.select("cosine")[:, table.names.index(SMALL)]
    assert table.steps.tolist() == [0, 2, 4, 6, 8]
    assert np.isnan(recorded[0])
    assert recorded[1:] == pytest.approx(whole(by_step, table.steps, SMALL), abs=1e-3)


def test_some_elements_of_a_large_gradient_tell_nearly_the_same(trained):
    run, by_step = trained
    table = run.table("gradient")
    recorded = table.select("cosine")[:, table.names.index(LARGE)]
    assert by_step[0][LARGE].size > 1024
    assert recorded[1:] == pytest.approx(whole(by_step, table.steps, LARGE), abs=0.15)


def test_economy_records_none(tmp_path):
    fit(tmp_path, tier="economy")
    assert "cosine" not in load_run(tmp_path).table("gradient").statistics
