"""untrained_layer: cut off, without gradient, without update."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import untrained_layer as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

LEARNS = np.linspace(2.3, 0.05, 60)


def cut_off(*names):
    model = chain()
    for name in names:
        reason = "the loss does not depend on it: no gradient"
        model.omissions.add(name=name, what="gradient", reason=reason)
    run = Run(model)
    for name in names:
        row = [variable.path for variable in model.variables].index(name)
        run.set(Kind.GRADIENT, "l2", np.nan, row=row).set(Kind.UPDATE, "l2", 0.0, row=row)
    return run


def test_a_layer_without_a_path_to_the_loss_is_named():
    (finding,) = found(rule, cut_off("dense_1/kernel", "dense_1/bias"))
    assert finding.where.layers == ["dense_1"]
    assert set(finding.where.variables) == {"dense_1/bias", "dense_1/kernel"}


def test_what_is_cut_off_and_therefore_never_moves_is_one_finding():
    (finding,) = found(rule, cut_off("dense_1/kernel", "dense_1/bias"))
    assert finding.variant == "disconnected"


def test_without_updates_weights_that_never_change_show_it():
    run = cut_off("dense_1/kernel", "dense_1/bias")
    del run.tables[Kind.UPDATE]
    (finding,) = found(rule, run)
    assert finding.variant == "disconnected"
    assert found(rule, run.set(Kind.WEIGHT, "l2", np.linspace(1, 2, 60)[:, None])) == []


def test_a_gradient_that_merely_could_not_be_recorded_is_not_reported():
    run = cut_off("dense_1/kernel", "dense_1/bias").set(Kind.UPDATE, "l2", 1.0)
    assert found(rule, run) == []


def test_a_bias_alone_is_not_reported():
    assert found(rule, cut_off("dense_1/bias")) == []


def test_a_kernel_whose_gradient_is_zero_throughout_is_an_error():
    run = Run(chain()).loss(2.3).set(Kind.GRADIENT, "l2", 0.0, row=2)
    (finding,) = found(rule, run)
    assert finding.severity == "error"
    assert finding.variant == "zero_gradient"


def test_a_gradient_that_is_sometimes_zero_is_not_reported():
    run = Run(chain()).set(Kind.GRADIENT, "l2", 0.0, row=2, at=slice(1, None))
    assert found(rule, run) == []


@pytest.mark.parametrize(("samples", "count"), [(4, 0), (5, 1)])
def test_threshold_is_the_number_of_samples(samples, count):
    run = Run(chain(), samples=samples).set(Kind.GRADIENT, "l2", 0.0, row=2)
    assert len(found(rule, run)) == count


def test_a_kernel_with_gradient_that_never_moves_is_found():
    run = Run(chain()).set(Kind.UPDATE, "l2", 0.0, row=2)
    (finding,) = found(rule, run)
    assert finding.variant == "zero_update"


def test_biases_without_gradient_before_a_normalisation_are_not_reported():
    assert found(rule, Run(chain()).set(Kind.GRADIENT, "l2", 0.0, row=slice(1, None, 2))) == []


def untouched_by_its_step(*parents):
    """A model with a training step of its own; layers with these parents are never updated."""
    run = Run(chain(train_step="own"))
    for row, parent in enumerate(parents):
        run.model.layers[row].parent = parent
    run.set(Kind.GRADIENT, "l2", np.nan, row=slice(0, 4)).set(
        Kind.UPDATE, "l2", 0.0, row=slice(0, 4)
    )
    return run


def test_layers_that_an_own_step_leaves_out_are_found():
    (finding,) = found(rule, untouched_by_its_step())
    assert (finding.variant, finding.where.layers) == ("zero_update", ["dense_0", "dense_1"])
    assert "`train_step`" in finding.advice[0].text


def test_a_teacher_that_an_own_step_leaves_out_is_meant_to_stay():
    assert found(rule, untouched_by_its_step(3, 3)) == []


def test_without_weights_of_samples_nothing_has_a_gradient():
    run = Run(chain()).set(Kind.GRADIENT, "l2", 0.0).loss(0.0)
    assert "Check the layers" in found(rule, run)[0].advice[0].text
    run.step["sample_weight"] = np.zeros(60)
    assert "every sample has the weight 0" in found(rule, run)[0].advice[0].text


def test_gradients_that_are_accumulated_for_longer_than_the_run_are_named():
    run = Run(chain(**{"optimizer.gradient_accumulation_steps": "1000"}))
    (finding,) = found(rule, run.set(Kind.UPDATE, "l2", 0.0))
    assert "gradient_accumulation_steps=1000" in finding.advice[0].text


@pytest.mark.parametrize(
    ("weights", "named"),
    [
        ('{"a": "0.0", "b": "1.0"}', True),
        ("[1.0, 0]", True),
        ('{"a": "0.01", "b": "10.0"}', False),
        ("[0.5, 1.0]", False),
    ],
)
def test_an_output_whose_loss_has_no_weight_is_named(weights, named):
    run = Run(chain(loss_weights=weights)).set(Kind.GRADIENT, "l2", 0.0, row=slice(4, 6))
    (finding,) = found(rule, run)
    assert ("`loss_weights`" in finding.advice[0].text) is named


def gan(bias=0.0, others=(16, 16)):
    """A model of two parts, of which an own `train_step` updates the second alone."""
    model = chain(4, train_step="own")
    for number, path in enumerate(("first", "second")):
        part, dense = model.layers[number], model.layers[2 + number]
        part.path, part.class_name, part.activation = path, "Sequential", ""
        dense.path, dense.parent = f"{path}/dense", number
    del model.variables[:4], model.sites[:2]
    model.variables[2].shape[:] = others
    run = Run(model).set(Kind.GRADIENT, "l2", np.nan, row=slice(0, 2))
    run.set(Kind.UPDATE, "l2", 0.0, row=slice(0, 2)).set(Kind.WEIGHT, "l2", bias, row=1)
    return run


@pytest.mark.parametrize(
    ("run", "count"),
    [(gan(), 1), (gan(bias=0.3), 0), (gan(others=(8, 8)), 0)],
    ids=["with its first biases", "trained before", "a network that follows another one"],
)
def test_a_part_that_an_own_step_never_trained_is_found(run, count):
    findings = found(rule, run)
    assert [finding.variant for finding in findings] == ["zero_update"] * count
    assert all(finding.where.layers == ["first/dense"] for finding in findings)
