"""The loss of each example, against Keras's own losses of one example at a time."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, fingerprints, load_run
from tb_keras_inspect.store import StoreError
from tests.training.references import to_numpy

pytestmark = pytest.mark.one_compiler

BATCH, EXAMPLES, STEPS = 4, 10, 3  # the last batch is a partial one


def data():
    make = np.random.default_rng(3)
    x = {
        "tokens": make.integers(1, 9, (EXAMPLES, 5))
        * (np.arange(5) < make.integers(2, 6, (10, 1))),
        "numbers": make.normal(size=(EXAMPLES, 3)),
    }
    y = {"steps": make.normal(size=(EXAMPLES, 5, 1)), "classes": make.integers(0, 4, EXAMPLES)}
    weights = {"steps": np.ones((EXAMPLES, 5)), "classes": make.uniform(0.5, 2, EXAMPLES)}
    return x, y, weights


def two_outputs() -> keras.Model:
    """One output of masked steps, one of classes; the weights stay as they are."""
    tokens = keras.Input((5,), name="tokens", dtype="int32")
    numbers = keras.Input((3,), name="numbers")
    steps = keras.layers.Embedding(9, 4, mask_zero=True)(tokens)
    steps = keras.layers.Dense(1, name="steps")(steps)
    classes = keras.layers.Dense(4, activation="softmax", name="classes")(numbers)
    model = keras.Model(
        {"tokens": tokens, "numbers": numbers}, {"steps": steps, "classes": classes}
    )
    losses = {"steps": "mse", "classes": "sparse_categorical_crossentropy"}
    model.compile(keras.optimizers.SGD(0.0), losses, loss_weights={"steps": 0.5, "classes": 2.0})
    return model


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The model and the samples of its run."""
    keras.utils.set_random_seed(5)
    model, (x, y, weights) = two_outputs(), data()
    log_dir = tmp_path_factory.mktemp("run")
    inspect = InspectCallback(log_dir, every=1, maps_every=0, console=None)
    options = dict(batch_size=BATCH, shuffle=False, epochs=2, verbose=0, callbacks=[inspect])
    model.fit(x, y, sample_weight=weights, **options)
    return model, load_run(log_dir).samples()


def first_epoch(samples):
    """The rows of the first epoch: one for each example, in their order."""
    return samples.where(samples.epochs == 0)


def test_each_loss_is_that_of_the_example_with_its_weight_and_its_mask(trained):
    model, samples = trained
    rows, (x, y, weights) = first_epoch(samples), data()
    answers = {name: to_numpy(value) for name, value in model(x).items()}
    picked = answers["classes"][np.arange(EXAMPLES), y["classes"]]
    classes = -np.log(picked) * weights["classes"]
    np.testing.assert_allclose(rows.columns["loss/classes"], classes, rtol=1e-4)
    mask = x["tokens"] != 0
    squares = np.square(answers["steps"] - y["steps"])[..., 0] * mask
    np.testing.assert_allclose(rows.columns["loss/steps"], squares.sum(axis=1) / 5, rtol=1e-4)


def test_the_losses_of_the_outputs_add_up_with_their_weights_to_that_of_the_batch(trained):
    _, samples = trained
    each = 0.5 * samples.columns["loss/steps"] + 2.0 * samples.columns["loss/classes"]
    np.testing.assert_allclose(samples.loss, each, rtol=1e-5)
    for step in range(STEPS):
        rows = samples.where(samples.steps == step)
        np.testing.assert_allclose(rows.share.sum(), 1.0, rtol=1e-5)
        assert set(rows.batch_sizes.tolist()) == {len(rows)}


def test_labels_and_answers_are_numbers_of_classes_and_outputs_of_steps_have_none(trained):
    model, samples = trained
    rows, (x, y, _) = first_epoch(samples), data()
    answers = to_numpy(model(x)["classes"]).argmax(axis=1)
    np.testing.assert_array_equal(rows.columns["label/classes"], y["classes"])
    np.testing.assert_array_equal(rows.columns["prediction/classes"], answers)
    assert "label/steps" not in samples.columns


def test_an_example_has_the_fingerprint_of_its_inputs_in_each_epoch_and_is_found_by_it(trained):
    _, samples = trained
    x, *_ = data()
    np.testing.assert_array_equal(samples.fingerprints, np.tile(fingerprints(x), 2))
    np.testing.assert_array_equal(samples.locate(x), np.tile(np.arange(EXAMPLES), 2))


def fit(loss, log_dir, **record):
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(keras.optimizers.SGD(0.0), loss)
    inspect = InspectCallback(log_dir, every=1, console=None, record=record)
    x, y = np.eye(4, 3, dtype="float32"), np.eye(4, 2, dtype="float32")
    model.fit(x, y, batch_size=4, verbose=0, callbacks=[inspect])
    return load_run(log_dir), x


def test_a_loss_without_a_value_for_each_example_is_said_and_all_else_is_recorded(tmp_path):
    def of_all(target, answer):
        return keras.ops.mean(keras.ops.square(target - answer))

    run, _ = fit(of_all, tmp_path)
    assert "sample_loss" not in run.kinds
    assert "step" in run.kinds
    reasons = {item.what: item.reason for item in run.model.omissions}
    assert reasons["sample_loss"] == "a loss returns one value for the whole batch"


def test_without_data_there_are_numbers_and_fingerprints_of_this_run_alone(tmp_path):
    def of_each(target, answer):
        return keras.ops.max(keras.ops.abs(target - answer), axis=-1)

    run, x = fit(of_each, tmp_path, keep_data=False)
    samples = run.samples()
    assert len(samples) == 4
    assert samples.salted
    assert not samples.columns
    assert not set(samples.fingerprints.tolist()) & set(fingerprints(x).tolist())
    assert not run.kinds & {"probe", "maps", "prediction"}
    with pytest.raises(StoreError, match="keep_data=False"):
        samples.locate(x)
