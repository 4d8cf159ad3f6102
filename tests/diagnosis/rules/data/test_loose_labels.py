"""loose_labels: training labels that do not belong to their inputs."""

import numpy as np
import pytest

from tb_keras_inspect.catalog.tensor_statistics import RANGE_STATISTICS
from tb_keras_inspect.diagnosis.rules.data import loose_labels as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import STATISTICS, Run, chain, found

BASELINE = np.log(10)
EPOCHS = 6


def run(train=1.7, val=0.6, loss=None, **options):
    """Training and validation loss as they end; ten classes, and labels as whole numbers."""
    made = Run(chain(loss=loss)).set(Kind.TARGET, "mean", 4.5).set(Kind.TARGET, "std", 2.9)
    made.set(Kind.TARGET, "hash", np.arange(60)[:, None])
    made.step["batch_size"] = np.full(60, options.get("batch_size", 64.0))
    ends = np.linspace(1, 0, EPOCHS) ** 3
    made.loss(np.linspace(BASELINE, train, 60))
    return made.epoch(loss=train + ends, val_loss=val + ends)


def one_hot(std):
    made = run(loss="categorical_crossentropy")
    return made.set(Kind.TARGET, "mean", 0.1).set(Kind.TARGET, "std", std)


def variants(made):
    return [finding.variant for finding in found(rule, made)]


def test_a_training_loss_far_above_the_validation_loss_is_found():
    made = run()
    made.epochs |= {"accuracy": np.full(EPOCHS, 0.4), "val_accuracy": np.full(EPOCHS, 0.81)}
    (finding,) = found(rule, made)
    assert (finding.variant, finding.severity) == ("some", "warning")
    assert "(accuracy 40 % beside 81 %)" in finding.title


@pytest.mark.parametrize(("gap", "expected"), [(0.29, []), (0.32, ["some"])])
def test_the_threshold_is_relative_to_a_constant_prediction(gap, expected):
    assert variants(run(0.2 + gap * BASELINE, 0.2)) == expected


def test_examples_that_are_only_harder_are_silent():
    """As with pictures that are cropped and distorted before they reach the model."""
    assert variants(run(2.0, 1.25)) == []


@pytest.mark.parametrize(
    ("layer", "rate", "expected"),
    [("Dropout", "0.5", []), ("Dropout", "0.1", ["some"]), ("RandomRotation", "", [])],
)
def test_noise_in_training_explains_it(layer, rate, expected):
    made = run()
    added = made.model.layers.add(path="noise", class_name=layer, parent=-1)
    if rate:
        added.settings["rate"] = rate
    assert variants(made) == expected


def test_sample_weights_explain_it():
    made = run()
    made.step["sample_weight"] = np.full(60, 3.0)
    assert variants(made) == []


@pytest.mark.parametrize(("std", "expected"), [(0.3, ["some"]), (0.2, [])])
def test_mixed_or_smoothed_labels_explain_it(std, expected):
    assert variants(one_hot(std)) == expected


def test_a_loss_that_still_falls_fast_lags_behind():
    made = run()
    made.epochs["loss"] = np.linspace(3.2, 1.7, EPOCHS)
    made.epochs["val_loss"] = made.epochs["loss"] - 1.1
    assert variants(made) == []


def by_heart(fresh=1.02, val=1.05, batch_size=64.0):
    """Nothing is learned in the first epoch, and everything by heart later."""
    made = run(0.1, batch_size=batch_size)
    made.loss(np.concatenate([np.full(20, fresh * BASELINE), np.linspace(BASELINE, 0.1, 40)]))
    return made.epoch(
        loss=BASELINE * np.array([1.01, 0.9, 0.6, 0.2, 0.1, 0.05]),
        val_loss=BASELINE * np.linspace(val, 2 * val, EPOCHS),
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["all"]),
        ({"fresh": 0.8}, []),
        ({"val": 0.9}, []),
        ({"batch_size": 32.0}, ["all"]),
        ({"batch_size": 4.0}, []),
    ],
    ids=["nothing holds", "new examples were learned", "validation gained", "320 examples", "40"],
)
def test_labels_that_are_only_learned_by_heart_are_found(options, expected):
    assert variants(by_heart(**options)) == expected


def redrawn(targets, inputs=None):
    """The same batches of inputs in each epoch, with these targets; nothing is learned."""
    made = run().loss(BASELINE).epoch()
    places = np.arange(60) % 10 if inputs is None else inputs
    made.set(Kind.INPUT, "hash", places[:, None])
    return made.set(Kind.TARGET, "hash", np.asarray(targets)[:, None])


def test_the_same_inputs_with_other_targets_are_found():
    assert variants(redrawn(np.arange(60))) == ["redrawn"]


def test_the_same_inputs_with_the_same_targets_are_silent():
    assert variants(redrawn(np.arange(60) % 10)) == []


def test_targets_that_vary_on_purpose_are_silent_where_the_model_learns():
    assert variants(redrawn(np.arange(60)).loss(np.linspace(2.3, 0.2, 60))) == []


def test_values_to_be_reached_change_with_what_was_learned():
    """Targets of reinforcement learning."""
    made = redrawn(np.arange(60))
    made.model.compiled["loss"] = "mean_squared_error"
    assert variants(made) == []


def test_records_without_hashes_still_show_losses(monkeypatch):
    made = run()
    monkeypatch.setitem(STATISTICS, Kind.TARGET, RANGE_STATISTICS[:-1])
    made.tables[Kind.TARGET] = made.tables[Kind.TARGET][..., :-1]
    assert variants(made) == ["some"]


def test_arrays_which_no_pipeline_makes_harder_need_half_the_gap():
    made = run(0.2 + 0.18 * BASELINE, 0.2)
    assert variants(made) == []
    made.model.data = "fixed set"
    assert variants(made) == ["some"]


def test_a_validation_loss_that_goes_up_and_down_is_no_gap():
    made = run()
    made.epochs["val_loss"] = np.where(
        np.arange(EPOCHS) == EPOCHS - 2, 1.7, made.epochs["val_loss"]
    )
    assert variants(made) == []


@pytest.mark.parametrize(("fall", "expected"), [(0.2, []), (0.05, ["some"])])
def test_a_training_loss_that_still_falls_fast_will_close_the_gap(fall, expected):
    """As where noise was added to the training data alone."""
    made = run(1.4, 0.6)
    made.epochs["loss"][-2] = 1.4 + fall
    assert variants(made) == expected
