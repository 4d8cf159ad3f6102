"""output_mismatch: contradictions between output, loss and targets."""

import pytest

from tb_keras_inspect.diagnosis.rules.data import output_mismatch as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

MULTI, BINARY = "sparse_categorical_crossentropy", "binary_crossentropy"


def compiled(last, loss, from_logits="False", classes=10, low=None, high=None, start=8.0):
    run = Run(chain(last=last, classes=classes, loss=loss, from_logits=from_logits)).loss(start)
    if low is not None:
        run.set(Kind.TARGET, "min", low).set(Kind.TARGET, "max", high)
    return run


@pytest.mark.parametrize(
    ("last", "loss", "logits", "classes", "variant"),
    [
        ("softmax", BINARY, "False", 1, "softmax_of_one_unit"),
        ("sigmoid", MULTI, "False", 1, "categorical_loss_of_one_unit"),
        ("linear", MULTI, "False", 10, "logits_as_probabilities"),
        ("linear", BINARY, "False", 1, "logits_as_probabilities"),
        ("relu", MULTI, "False", 10, "logits_as_probabilities"),
        ("softmax", MULTI, "True", 10, "probabilities_as_logits"),
        ("sigmoid", BINARY, "True", 1, "probabilities_as_logits"),
        ("sigmoid", MULTI, "False", 10, "independent_probabilities"),
        ("relu", MULTI, "True", 10, "limited_logits"),
    ],
)
def test_a_contradiction_is_found(last, loss, logits, classes, variant):
    (finding,) = found(rule, compiled(last, loss, logits, classes))
    assert finding.variant == variant


def test_a_softmax_on_top_of_a_softmax_is_found():
    model = chain(3, units=10, activation="softmax")
    model.layers[2].class_name, model.layers[2].parameters = "Softmax", 0
    (finding,) = found(rule, Run(model))
    assert finding.variant == "double_softmax"


@pytest.mark.parametrize(
    ("last", "loss", "logits", "classes"),
    [
        ("softmax", MULTI, "False", 10),
        ("linear", MULTI, "True", 10),
        ("sigmoid", BINARY, "False", 1),
        ("sigmoid", BINARY, "False", 10),
        ("linear", BINARY, "True", 1),
        ("linear", "mean_squared_error", "", 1),
        ("softmax", "my_own_loss", "", 10),
        ("sigmoid", '["binary_crossentropy", "mse"]', '[true, null]', 1),
    ],
)  # fmt: skip
def test_what_fits_or_is_unknown_is_not_reported(last, loss, logits, classes):
    assert found(rule, compiled(last, loss, logits, classes)) == []


def test_a_softmax_that_is_no_layer_shows_in_the_first_loss():
    assert found(rule, compiled("linear", MULTI, start=2.4)) == []


@pytest.mark.parametrize(
    ("last", "loss", "low", "high", "count"),
    [
        ("sigmoid", "mean_squared_error", 0.0, 1.0, 0),
        ("sigmoid", "mean_squared_error", 0.0, 1.04, 0),
        ("sigmoid", "mean_squared_error", 0.0, 1.06, 1),
        ("tanh", "mean_squared_error", -1.0, 1.0, 0),
        ("tanh", "mean_absolute_error", -9.0, 9.0, 1),
        ("relu", "mean_squared_error", -1.0, 5.0, 1),
        ("relu", "mean_squared_error", 0.0, 500.0, 0),
        ("linear", "mean_squared_error", -500.0, 500.0, 0),
        ("sigmoid", BINARY, 0.0, 2.0, 1),
        ("sigmoid", BINARY, -1.0, 1.0, 1),
        ("softmax", MULTI, 0.0, 9.0, 0),
        ("softmax", MULTI, 1.0, 10.0, 1),
    ],
)
def test_targets_must_be_within_reach(last, loss, low, high, count):
    assert len(found(rule, compiled(last, loss, low=low, high=high, start=2.3))) == count


def test_logs_without_the_compiled_options_are_left_alone():
    model = chain(last="linear")
    del model.compiled["loss"]
    assert found(rule, Run(model)) == []


@pytest.mark.parametrize(
    ("last", "loss", "low", "high", "advice"),
    [
        ("sigmoid", BINARY, 0, 2, "For 3 classes, use one unit each with softmax."),
        ("sigmoid", BINARY, -1, 1, "Use 0 and 1 as labels instead of -1 and 1."),
        ("sigmoid", BINARY, 0, 255, "Scale the targets into the range."),
        ("sigmoid", "mse", 5, 15, "For a regression, use a linear last layer."),
    ],
)
def test_the_first_advice_fits_the_targets(last, loss, low, high, advice):
    (finding,) = found(rule, compiled(last, loss, classes=1, low=low, high=high))
    assert finding.variant == "target_range"
    assert finding.advice[0].text == advice
