"""constant_output of a single layer: it passes on the same, whatever it receives."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.layers import constant_layer as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def normalised(batch_size, shape=(-1, 8), loss=2.3):
    run = Run(chain()).loss(loss)
    run.model.layers[1].class_name = "BatchNormalization"
    run.model.sites[1].shape[:] = shape
    run.step["batch_size"] = np.full(60, float(batch_size))
    return run


def test_batch_normalisation_of_one_sample_is_found():
    (finding,) = found(rule, normalised(1))
    assert (finding.variant, finding.severity) == ("one_sample", "error")
    assert "larger batches" in finding.advice[0].text


@pytest.mark.parametrize(
    "run",
    [normalised(2), normalised(1, (-1, 4, 4, 8)), normalised(1, loss=np.linspace(2.3, 0.1, 60))],
    ids=["two samples", "the pixels of one picture", "it learns"],
)
def test_other_batch_normalisation_is_left_alone(run):
    assert found(rule, run) == []


def layer(class_name, shape, trainable=True, loss=2.3):
    """A run with such a layer at its end."""
    made = Run(chain())
    made.model.layers.add(path="layer", class_name=class_name, parent=-1, trainable=trainable)
    number = len(made.model.layers) - 1
    made.model.sites.add(name="layer", layer=number, shape=shape, unit_axis=-1)
    made = Run(made.model).loss(loss)
    return made.set(Kind.ACTIVATION, "max_abs", 0.0, row=-1)


@pytest.mark.parametrize(
    ("shape", "loss", "count"),
    [([-1, 1], 2.3, 1), ([-1, 2], 2.3, 0), ([-1, 1], np.linspace(2.3, 0.1, 60), 0)],
)
def test_layer_normalisation_of_a_single_number_is_found(shape, loss, count):
    findings = found(rule, layer("LayerNormalization", shape, loss=loss))
    assert [finding.variant for finding in findings] == ["one_number"] * count


@pytest.mark.parametrize(("trainable", "count"), [(False, 1), (True, 0)])
def test_an_embedding_of_zeros_that_is_frozen_is_found(trainable, count):
    findings = found(rule, layer("Embedding", [-1, 5, 8], trainable))
    assert [finding.variant for finding in findings] == ["zeros"] * count


def test_an_embedding_with_some_vectors_is_left_alone():
    made = layer("Embedding", [-1, 5, 8], False)
    assert found(rule, made.set(Kind.ACTIVATION, "max_abs", 0.1, row=-1, at=7)) == []
