"""ignored_output: one of several outputs whose loss is a tiny part of the sum, and does not fall."""

import json

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import ignored_output as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def run(apart=7000.0, share=1e-3, falls=1.0, **compiled):
    """Two outputs: the kernels' gradients are so far apart, and the second one's loss is this part."""
    model = chain(**compiled)
    for layer, name in zip(model.layers[-2:], ("price", "kind"), strict=True):
        index = list(model.layers).index(layer)
        for variable in model.variables:
            if variable.layer == index:
                variable.path = f"{name}/{variable.path.split('/')[1]}"
                del variable.shape[:]
                variable.shape.extend([8, 8])
        layer.path = name
    rows = [variable.path for variable in model.variables]
    made = Run(model).set(Kind.GRADIENT, "l2", apart, row=rows.index("price/kernel"))
    kind = np.linspace(share, falls * share, 5)
    return made.epoch(
        loss=np.linspace(1, 0.1, 5), price_loss=np.linspace(1 - share, 0.1, 5), kind_loss=kind
    )


def test_an_output_without_a_say_is_found_with_a_weight_that_gives_it_one():
    (finding,) = found(rule, run())
    assert finding.where.layers == ["kind"]
    assert "0.1 % of the sum" in finding.title
    assert "loss_weights={'kind': 1000, 'price': 1.0}" in finding.advice[1].code


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"apart": 299}, 0),
        ({"apart": 301}, 1),
        ({"share": 0.012}, 0),
        ({"share": 0.008}, 1),
        ({"falls": 0.7}, 0),
        ({"falls": 0.9}, 1),
    ],
)
def test_gradients_are_far_apart_and_the_loss_is_small_and_does_not_fall(options, count):
    assert len(found(rule, run(**options))) == count


@pytest.mark.parametrize(
    ("weights", "count"), [({"price": 1, "kind": 100}, 0), ({"kind": 0}, 0), ([1.0, 2.0], 1)]
)
def test_weights_of_losses_count(weights, count):
    """A weight of 0 is meant as such."""
    assert len(found(rule, run(loss_weights=json.dumps(weights)))) == count


def test_one_epoch_does_not_tell_whether_a_loss_falls():
    made = run()
    made.epochs = {name: values[:2] for name, values in made.epochs.items()}
    assert found(rule, made) == []


def test_own_training_steps_have_losses_of_their_own():
    assert found(rule, run(train_step="own")) == []


def test_strange_weights_count_as_one():
    assert len(found(rule, run(loss_weights='"half"'))) == 1


def test_own_weights_that_take_the_say_away_are_to_be_raised_first():
    (finding,) = found(rule, run(share=500.0, loss_weights='{"kind": 1e-6, "price": 1.0}'))
    assert "loss_weights gives it 1e-06" in finding.advice[0].text


def in_thousandths(kind=1e-4, price=0.1, spread=1e-3, loss="mse"):
    """Two squared errors as they end; the targets of the second output have this spread."""
    made = run(apart=20.0, loss=json.dumps({"price": loss, "kind": loss}))
    made.epochs["kind_loss"] = np.geomspace(1e-2, kind, 5)
    made.epochs["price_loss"] = np.geomspace(1, price, 5)
    made.targets, made.rows[Kind.TARGET] = ["price", "kind"], 2
    return made.set(Kind.TARGET, "std", 1.0, row=0).set(Kind.TARGET, "std", spread, row=1)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({}, 1),
        ({"spread": 2e-2}, 0),  # it is better than a constant prediction
        ({"price": 0.7}, 0),  # nothing has been learned at all
        ({"kind": 2e-3}, 0),  # it has a say
        ({"loss": "logcosh"}, 0),  # what a constant prediction has is not known
    ],
)
def test_a_loss_that_falls_and_stays_above_a_constant_prediction_has_no_say_either(options, count):
    findings = found(rule, in_thousandths(**options))
    assert [finding.where.layers for finding in findings] == [["kind"]] * count
    assert all("a constant prediction has 1e-06" in finding.title for finding in findings)
