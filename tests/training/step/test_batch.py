"""The batch's inputs and targets: their ranges, and how many samples there are."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.records import Kind
from tests.training import model_zoo as zoo
from tests.training import read_events

pytestmark = pytest.mark.one_compiler


def recorded(model, x, y, log_dir, batch_size=8):
    """The events of one epoch in order."""
    callback = InspectCallback(log_dir, every=1, maps_every=0)
    model.fit(x, y, batch_size=batch_size, shuffle=False, verbose=0, callbacks=[callback])
    return read_events.read(log_dir)


def check_range(cell, batch):
    expected = {"min": batch.min(), "max": batch.max(), "mean": batch.mean(), "std": batch.std()}
    assert {name: cell[name] for name in expected} == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
def test_integer_inputs_and_targets_have_their_range(tmp_path):
    keras.utils.set_random_seed(1)
    run = recorded(zoo.embedded(), zoo.tokens(), zoo.labels(), tmp_path)
    (cell,) = run.at(Kind.INPUT, 0).values()
    check_range(cell, zoo.tokens()[:8])
    (cell,) = run.at(Kind.TARGET, 0).values()
    check_range(cell, zoo.labels()[:8])


@pytest.mark.slow
def test_targets_of_several_outputs_have_the_names_of_the_outputs(tmp_path):
    inputs = keras.Input((3,), name="features")
    outputs = {"a": keras.layers.Dense(1, name="a")(inputs), "b": keras.layers.Dense(2)(inputs)}
    model = keras.Model(inputs, outputs)
    model.compile("sgd", {"a": "mse", "b": "mae"})
    rng = np.random.default_rng(0)
    x, a, b = rng.normal(size=(10, 3)), rng.normal(size=(10, 1)), rng.normal(size=(10, 2)) + 5
    run = recorded(model, x, {"a": a, "b": b}, tmp_path)
    found = run.at(Kind.TARGET, 0)
    assert list(found) == model.output_names
    check_range(found["a"], a[:8])
    check_range(found[model.output_names[1]], b[:8])


@pytest.mark.slow
def test_the_number_of_samples_is_that_of_each_batch(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.zeros((10, 3), "float32")
    run = recorded(model, x, x[:, :1], tmp_path)
    assert [run.at(Kind.STEP, step)[""]["batch_size"] for step in run.steps()] == [8, 2]


@pytest.mark.slow
def test_hashes_tell_the_batches_and_weights_are_those_of_the_classes(tmp_path):
    """One training: a batch has the same hash in each epoch, and no two batches have the same."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 3)).astype("float32"), np.array([0, 0, 0, 1] * 3)
    callback = InspectCallback(tmp_path, every=1, maps_every=0)
    options = {"batch_size": 4, "epochs": 2, "shuffle": False, "class_weight": {0: 1.0, 1: 5.0}}
    model.fit(x, y, verbose=0, callbacks=[callback], **options)
    run = read_events.read(tmp_path)
    inputs, targets = (
        [next(iter(run.at(kind, step).values()))["hash"] for step in range(6)]
        for kind in (Kind.INPUT, Kind.TARGET)
    )
    assert inputs[:3] == inputs[3:]
    assert len(set(inputs)) == 3
    assert len(set(targets)) == 1  # each batch has the same classes
    numbers = run.at(Kind.STEP, 0)[""]
    assert numbers["sample_weight"] == 2.0
    assert numbers["largest_sample_weight"] == 5.0


@pytest.mark.slow
def test_a_target_that_is_not_finite_is_counted(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    y = np.zeros((8, 1), "float32")
    y[3] = np.nan
    run = recorded(model, np.zeros((8, 3), "float32"), y, tmp_path)
    (cell,) = run.at(Kind.TARGET, 0).values()
    assert cell["nonfinite_count"] == 1
