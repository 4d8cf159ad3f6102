"""constant_output: the same output for every input until the end, while targets differ."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import constant_output as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def run(last="relu", classes=1, targets=1.0, std=0.0, **statistics):
    """A model whose output has these statistics in the last half of the run."""
    made = Run(chain(last=last, classes=classes, loss="mse")).set(Kind.TARGET, "std", targets)
    made.set(Kind.ACTIVATION, "std", std, row=-1, at=slice(30, None))
    for name, value in statistics.items():
        made.set(Kind.ACTIVATION, name, value, row=-1, at=slice(30, None))
    return made


def test_a_relu_on_the_output_that_is_zero_for_every_input_is_named_with_its_layer():
    (finding,) = found(rule, run(zero_fraction=1.0))
    assert (finding.variant, finding.severity) == ("relu", "error")
    assert finding.where.layers == ["dense_3"]
    assert finding.first_step == 150
    assert finding.title == "The ReLU of dense_3 outputs 0 for every input since step 150"


def test_an_output_at_the_flat_end_of_its_function_is_saturated():
    (finding,) = found(rule, run(last="sigmoid", saturated_fraction=1.0))
    assert finding.variant == "saturated"


def test_an_output_that_only_lost_its_input_has_collapsed():
    (finding,) = found(rule, run(last="linear"))
    assert finding.variant == "collapsed"


@pytest.mark.parametrize(("std", "count"), [(0.0009, 1), (0.0011, 0)])
def test_the_threshold_is_relative_to_the_targets(std, count):
    assert len(found(rule, run(last="linear", std=std))) == count


def test_equal_probabilities_of_all_samples_add_up_to_one():
    made = run(last="softmax", classes=4, std=0.2)
    same, differing = np.full(4, 0.25), np.full(4, 0.26)
    made.units = {3: [same] * 60}
    assert [finding.variant for finding in found(rule, made)] == ["collapsed"]
    made.units = {3: [differing] * 60}
    assert found(rule, made) == []


def test_targets_that_are_all_the_same_make_it_right():
    assert found(rule, run(zero_fraction=1.0, targets=0.0)) == []


def test_an_output_that_is_constant_only_at_first_is_no_fault():
    made = run()
    made.set(Kind.ACTIVATION, "std", 0.0, row=-1, at=slice(0, 30))
    made.set(Kind.ACTIVATION, "std", 0.5, row=-1, at=slice(30, None))
    assert found(rule, made) == []


def test_a_model_with_a_step_of_its_own_is_left_alone():
    made = run(zero_fraction=1.0)
    made.model.compiled["train_step"] = "own"
    assert found(rule, made) == []


def shrinking(left, loss=2.3, row=1):
    """A hidden layer whose spread falls to a fraction of its first one."""
    spread = np.where(np.arange(60) < 10, 0.5, 0.5 * left)
    return Run(chain()).loss(loss).set(Kind.ACTIVATION, "std", spread, row=row)


def test_a_hidden_layer_that_has_come_to_pass_on_nothing_is_found():
    (finding,) = found(rule, shrinking(0.01))
    assert (finding.variant, finding.severity, finding.first_step) == ("hidden", "warning", 50)
    assert finding.where.layers == ["dense_1"]


@pytest.mark.parametrize(
    "run",
    [
        shrinking(0.05),
        shrinking(0.01, np.linspace(2.3, 0.1, 60)),
        shrinking(0.01, np.linspace(2.3, 9, 60)),
        shrinking(0.01, row=3),
    ],
    ids=["a part is left", "the model learns", "the loss has risen", "the output itself"],
)
def test_layers_that_pass_on_less_are_left_alone(run):
    assert found(rule, run) == []


def test_unmasked_padding_is_named_where_a_recurrent_layer_reads_it():
    made = run(last="linear")
    made.model.layers.add(path="words", class_name="Embedding", parent=-1)
    made.model.layers.add(path="lstm", class_name="LSTM", parent=-1)
    made.set(Kind.INPUT, "min", 0.0).set(Kind.INPUT, "zero_fraction", 0.9)
    (finding,) = found(rule, made)
    assert finding.variant == "padding"
    assert "mask_zero=True" in finding.advice[0].code
    assert "90 % of x is padding, which lstm reads like words" in finding.title
    made.set(Kind.INPUT, "zero_fraction", 0.2)
    assert [finding.variant for finding in found(rule, made)] == ["collapsed"]


def alike(first=0.7):
    """A constant output behind dense_1, whose eight units are 0.5 for each of 32 examples."""
    made = run(last="linear").set(Kind.ACTIVATION, "std", 0.0, row=-1)
    made.model.layers[1].parameters = 0
    made.step["batch_size"] = np.full(60, 32.0)
    made.units = {site: np.full((60, 8), 0.5, np.float32) for site in (0, 1, 2)}
    same = 0.5 * np.sqrt(32 * 8)
    made.set(Kind.ACTIVATION, "l2", first * same, row=0)
    return made.set(Kind.ACTIVATION, "l2", same, row=[1, 2])


def test_the_layer_that_gives_all_examples_the_same_is_named():
    (finding,) = found(rule, alike())
    assert finding.title.endswith("dense_1 gives all examples of a batch the same")
    assert finding.advice[0].text.startswith("Look at dense_1")


def test_where_all_layers_have_one_output_for_all_the_inputs_are_the_same():
    (finding,) = found(rule, alike(first=1.0))
    assert "gives all examples" not in finding.title


@pytest.mark.parametrize(
    ("bias", "advice"), [(25.0, "Start the biases of dense_3 at 0"), (0.1, "Compute the loss from")]
)
def test_an_output_that_begins_saturated_for_its_biases_says_so(bias, advice):
    made = run(last="sigmoid").set(Kind.ACTIVATION, "std", 0.0, row=-1)
    made.set(Kind.ACTIVATION, "saturated_fraction", 1.0, row=-1)
    made.set(Kind.WEIGHT, "max_abs", bias, row=-1)
    (finding,) = found(rule, made)
    assert ("its biases begin at 25" in finding.title) == (bias == 25.0)
    assert finding.advice[0].text.startswith(advice)


def test_a_loss_from_logits_goes_with_an_output_without_a_function():
    (finding,) = found(rule, run(last="sigmoid", saturated_fraction=1.0))
    assert finding.advice[0].code == (
        "keras.layers.Dense(), loss=keras.losses.BinaryCrossentropy(from_logits=True)"
    )
