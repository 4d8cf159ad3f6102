"""output_mismatch: contradictions between output, loss and targets."""

import numpy as np
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


def with_settings(last, loss, settings=None, class_name="Dense", **options):
    """A model whose output layer has these settings, compiled with these options."""
    model = chain(last=last, classes=options.pop("classes", 10), loss=loss, **options)
    model.layers[-1].class_name = class_name
    for name, text in (settings or {}).items():
        model.layers[-1].settings[name] = text
    return Run(model).loss(2.3)


def variant_of(run):
    (finding,) = found(rule, run) or (None,)
    return finding and (finding.variant, finding.severity)


@pytest.mark.parametrize(
    ("axis", "wrong"), [("0", True), ("-2", True), ("1", False), ("-1", False)]
)
def test_a_softmax_along_another_axis_is_found(axis, wrong):
    run = with_settings("softmax", MULTI, {"axis": axis}, "Softmax")
    assert variant_of(run) == (("softmax_axis", "error") if wrong else None)
    assert variant_of(with_settings("softmax", "my_own_loss", {"axis": "0"}, "Softmax")) is None


def test_softmax_with_a_binary_loss_is_found():
    assert variant_of(with_settings("softmax", BINARY)) == ("exclusive_probabilities", "warning")
    assert variant_of(with_settings("sigmoid", BINARY)) is None


@pytest.mark.parametrize(("smoothing", "wrong"), [("0.9", True), ("0.5", True), ("0.1", False)])
def test_label_smoothing_that_leaves_nothing_is_found(smoothing, wrong):
    run = with_settings("softmax", "categorical_crossentropy", label_smoothing=smoothing)
    assert variant_of(run) == (("label_smoothing", "warning") if wrong else None)


def runaway(loss, outputs):
    """A regression of targets between -2 and 2 with a loss of the user's own."""
    run = with_settings("linear", "r2", classes=1).loss(np.linspace(0, 1, 60) ** 4 * loss)
    run.set(Kind.TARGET, "min", -2.0).set(Kind.TARGET, "max", 2.0)
    return run.set(Kind.ACTIVATION, "max_abs", outputs, row=3)


def test_a_score_that_is_minimised_is_found():
    assert variant_of(runaway(-1e6, 5000.0)) == ("runaway", "error")


@pytest.mark.parametrize(
    ("loss", "outputs"),
    [(-1e6, 3.0), (-1.0, 3.0), (1e6, 5000.0)],
    ids=["outputs stay near the targets", "such as a cosine similarity", "an explosion"],
)
def test_other_losses_below_zero_are_left_alone(loss, outputs):
    assert variant_of(runaway(loss, outputs)) is None


def test_accuracy_of_a_regression_is_a_note():
    run = with_settings("linear", "mse", metrics='["accuracy"]')
    assert variant_of(run) == ("metric", "note")
    assert variant_of(with_settings("linear", "mse", metrics='["mae"]')) is None
    classes = with_settings("linear", "mse", metrics='["accuracy"]')
    classes.set(Kind.TARGET, "min", 0.0).set(Kind.TARGET, "max", 1.0)
    assert variant_of(classes) is None


def by_hand(loss=1.0, spread=0.05, shape="()", step="compute_loss"):
    """A regression whose model computes the loss itself, from targets of a given shape."""
    model = chain(last="linear", classes=1, loss="mse", **{"fit.target_shape": shape, step: "own"})
    run = Run(model).loss(loss).set(Kind.TARGET, "std", 1.0)
    return run.set(Kind.ACTIVATION, "std", spread, row=3)


@pytest.mark.parametrize("step", ["compute_loss", "train_step"])
def test_targets_that_are_broadcast_against_outputs_are_found(step):
    assert variant_of(by_hand(step=step)) == ("broadcast", "warning")


@pytest.mark.parametrize(
    "run",
    [by_hand(shape="(1,)"), by_hand(spread=0.5), by_hand(loss=np.linspace(1, 0.1, 60))],
    ids=["of the same shape", "outputs differ", "it learns"],
)
def test_losses_computed_by_hand_are_left_alone_otherwise(run):
    assert variant_of(run) is None


@pytest.mark.parametrize(
    ("weights", "ones", "wrong"),
    [
        ("{0: 1.0, 1: 1000.0}", 0.5, True),
        ("{0: 40, 1: 1}", 0.5, True),
        ("{0: 1.0, 1: 99.0}", 0.01, False),
        ("{0: 1.0, 1: 20.0}", 0.5, False),
        ("not a dict", 0.5, False),
    ],
)
def test_weights_that_give_one_class_nearly_all_the_say_are_found(weights, ones, wrong):
    run = with_settings("sigmoid", BINARY, classes=1, **{"fit.class_weight": weights})
    run.set(Kind.TARGET, "min", 0.0).set(Kind.TARGET, "max", 1.0).set(Kind.TARGET, "mean", ones)
    assert variant_of(run) == (("class_weight", "warning") if wrong else None)


@pytest.mark.parametrize(("high", "advice"), [(9, "For 10 classes"), (1, "Use a sigmoid")])
def test_a_single_unit_for_many_classes_gets_one_unit_each(high, advice):
    run = compiled("softmax", "mse", classes=1, low=0, high=high)
    assert found(rule, run)[0].advice[0].text.startswith(advice)


@pytest.mark.parametrize(
    ("last", "loss", "variant"),
    [
        ("sigmoid", "hinge", "margin"),
        ("tanh", "hinge", None),
        ("linear", "poisson", "negative_output"),
        ("tanh", "kl_divergence", "negative_output"),
        ("softplus", "poisson", None),
    ],
)
def test_what_a_loss_computes_must_fit_the_output(last, loss, variant):
    run = compiled(last, loss, classes=1, low=-1 if loss == "hinge" else 0, high=1)
    assert [finding.variant for finding in found(rule, run)] == [variant] * (variant is not None)


@pytest.mark.parametrize(("low", "start", "count"), [(0.0, 1e6, 1), (0.5, 1e6, 0), (0.0, 100.0, 0)])
def test_a_percentage_of_targets_that_are_zero_is_found(low, start, count):
    loss = "mean_absolute_percentage_error"
    run = compiled("linear", loss, classes=1, low=low, high=1.0, start=start)
    assert [finding.variant for finding in found(rule, run)] == ["zero_targets"] * count


@pytest.mark.parametrize(("rate", "count"), [("0.5", 1), ("0.0", 0)])
def test_dropout_behind_the_output_is_found(rate, count):
    model = chain(last="linear", classes=1, loss="mean_squared_error")
    model.layers.add(path="drop", class_name="Dropout", parent=-1, settings={"rate": rate})
    model.sites.add(name="drop", layer=len(model.layers) - 1, shape=[-1, 1], unit_axis=1)
    findings = found(rule, Run(model))
    assert [finding.variant for finding in findings] == ["dropout"] * count


def test_an_output_that_is_no_probability_gets_the_right_function_first():
    (finding,) = found(rule, compiled("tanh", BINARY, classes=1))
    assert finding.advice[0].code == 'keras.layers.Dense(1, activation="sigmoid")'


@pytest.mark.parametrize(
    ("class_name", "largest", "count"),
    [("Dense", 0.9, 1), ("OwnSoftmax", 0.9, 0), ("OwnHead", 7.0, 1)],
)
def test_a_layer_of_the_users_own_may_give_probabilities(class_name, largest, count):
    run = compiled("linear", MULTI)
    run.model.layers[-1].class_name = class_name
    run.set(Kind.ACTIVATION, "max_abs", largest, row=-1)
    assert len(found(rule, run)) == count
