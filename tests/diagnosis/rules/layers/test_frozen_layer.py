"""untrained_layer/frozen: layers that are not trainable."""

import numpy as np

from tb_keras_inspect.diagnosis.rules.layers import frozen_layer as rule
from tests.diagnosis.synthetic import Run, chain, found

LEARNS = np.linspace(2.3, 0.05, 60)


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


def test_layers_frozen_beside_adapters_are_meant_to_be():
    run = frozen(2, 3)
    run.model.variables.add(path="hidden_0/lora_kernel_a", layer=0, shape=[4, 2])
    (finding,) = found(rule, Run(run.model).loss(2.3))
    assert finding.severity == "note"
    assert finding.title.endswith("are frozen, and LoRA adapters train in their place")


def test_where_nothing_is_left_to_train_the_whole_model_is_unfrozen():
    (finding,) = found(rule, frozen(0, 1, 2, 3))
    assert finding.advice[0].code == "model.trainable = True"
    (finding,) = found(rule, frozen(0, 1, 2))
    assert finding.advice[0].code == 'model.get_layer("dense_0").trainable = True'
