"""untrained_layer: cut off, without gradient, without update, frozen."""

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


def frozen(*layers, loss=2.3):
    model = chain()
    for index in layers:
        model.layers[index].trainable = False
    kept = [v for v in model.variables if v.layer not in layers]
    del model.variables[:]
    model.variables.extend(kept)
    return Run(model).loss(loss)


def test_frozen_layers_of_a_model_that_learns_are_a_note():
    (finding,) = found(rule, frozen(0, 1, loss=LEARNS))
    assert finding.severity == "note"


def test_frozen_layers_whose_head_learns_slowly_are_a_note():
    (finding,) = found(rule, frozen(0, 1, loss=np.linspace(2.3, 2.0, 60)))
    assert finding.severity == "note"


def test_a_frozen_layer_behind_trained_ones_is_a_warning_where_the_model_does_not_learn():
    (finding,) = found(rule, frozen(3))
    assert finding.severity == "warning"


def test_a_frozen_layer_behind_trained_ones_is_a_warning_even_where_the_model_learns():
    (finding,) = found(rule, frozen(2, loss=LEARNS))
    assert finding.severity == "warning"


def test_frozen_normalisation_behind_trained_layers_is_a_note():
    run = frozen(2, loss=LEARNS)
    run.model.layers[2].class_name = "BatchNormalization"
    (finding,) = found(rule, Run(run.model).loss(LEARNS))
    assert finding.severity == "note"


def test_a_frozen_model_within_a_model_is_a_note():
    run = frozen(2, 3, loss=LEARNS)
    run.model.layers[2].parent = run.model.layers[3].parent = 1
    (finding,) = found(rule, Run(run.model).loss(LEARNS))
    assert finding.severity == "note"


def test_a_model_that_is_all_frozen_is_an_error():
    (finding,) = found(rule, frozen(0, 1, 2, 3))
    assert finding.severity == "error"
