"""unnormalised_input: what the first trained layer gets, not what the data set holds."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.data import unnormalised_input as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def entering(mean=0.0, std=1.0, model=None):
    run = Run(model or chain())
    # The layer answers as it does to such an input.
    run.set(Kind.ACTIVATION, "std", 0.35 * np.hypot(mean, std), row=0)
    return run.set(Kind.INPUT, "mean", mean).set(Kind.INPUT, "std", std)


@pytest.mark.parametrize(("std", "count"), [(10.1, 1), (9.9, 0)])
def test_threshold_is_the_root_mean_square(std, count):
    assert len(found(rule, entering(std=std))) == count


@pytest.mark.parametrize(
    ("mean", "std"), [(0.13, 0.31), (0.5, 0.3), (4.9, 6.0), (0.0, 1.0), (0.9, 0.05)]
)
def test_pixels_and_standardised_data_are_not_reported(mean, std):
    assert found(rule, entering(mean, std)) == []


def test_a_mean_many_standard_deviations_from_zero_is_found():
    (finding,) = found(rule, entering(mean=8.0, std=0.1))
    assert finding.variant == "offset"


def test_tiny_inputs_are_found():
    (finding,) = found(rule, entering(std=1e-4))
    assert finding.variant == "small"


def test_one_batch_with_an_outlier_is_not_reported():
    assert found(rule, entering().set(Kind.INPUT, "std", 1e4, at=10)) == []


def with_first(class_name, **site):
    """A chain whose first layer is of another class, without trained variables."""
    model = chain()
    model.layers[0].class_name = class_name
    kept = [v for v in model.variables if v.layer != 0]
    del model.variables[:]
    model.variables.extend(kept)
    return model


@pytest.mark.parametrize("class_name", ["BatchNormalization", "Normalization"])
def test_a_layer_that_normalises_makes_any_input_fine(class_name):
    assert found(rule, entering(std=1e3, model=with_first(class_name))) == []


def test_a_layer_that_scales_in_front_is_judged_by_its_output():
    run = Run(with_first("Rescaling")).set(Kind.INPUT, "std", 100.0)
    assert found(rule, run.set(Kind.ACTIVATION, "std", 0.3, row=0)) == []
    run.set(Kind.ACTIVATION, "std", 90.0, row=0).set(Kind.ACTIVATION, "std", 30.0, row=1)
    (finding,) = found(rule, run)
    assert "dense_0" in finding.title


def test_an_operation_that_is_no_layer_shows_in_the_first_layers_answer():
    run = entering(std=100.0).set(Kind.ACTIVATION, "std", 0.35, row=0)
    assert found(rule, run) == []


def test_tokens_of_an_embedding_are_not_reported():
    model = chain()
    model.layers.add(path="embedding", class_name="Embedding", parent=-1)
    run = entering(mean=500.0, std=300.0, model=model)
    assert found(rule, run.set(Kind.INPUT, "min", 0).set(Kind.INPUT, "max", 999)) == []


@pytest.mark.parametrize(("loss", "count"), [(2.3, 1), (0.1, 0)])
def test_inputs_ten_times_as_large_are_too_small_where_nothing_was_learned(loss, count):
    assert len(found(rule, entering(std=0.005).loss(loss))) == count


def test_a_frozen_batch_normalisation_scales_by_what_it_saw_before():
    model = with_first("BatchNormalization")
    model.layers[0].trainable, model.layers[0].parameters = False, 32
    made = Run(model).set(Kind.ACTIVATION, "std", 96.0, row=0)
    made.set(Kind.ACTIVATION, "std", 30.0, row=1)
    (finding,) = found(rule, made)
    assert finding.variant == "large"
    assert "as the frozen layers in front were trained" in finding.advice[0].text


@pytest.mark.parametrize(("std", "count"), [(300.0, 1), (1.0, 0)])
def test_a_normalization_layer_counts_by_what_it_outputs(std, count):
    """One that was never adapted passes on what it receives."""
    model = chain()
    model.layers.add(path="norm", class_name="Normalization", parent=-1)
    model.sites.add(name="norm", layer=len(model.layers) - 1, shape=[-1, 8], unit_axis=1)
    first = model.sites[-1]
    order = [first, *model.sites[:-1]]
    copies = [type(first).FromString(site.SerializeToString()) for site in order]
    del model.sites[:]
    model.sites.extend(copies)
    order = [model.layers[-1], *model.layers[:-1]]
    layers = [type(order[0]).FromString(layer.SerializeToString()) for layer in order]
    del model.layers[:]
    model.layers.extend(layers)
    for site in model.sites:
        site.layer = (site.layer + 1) % len(layers)
    for variable in model.variables:
        variable.layer += 1
    run = Run(model).set(Kind.ACTIVATION, "std", std, row=0)
    run.set(Kind.ACTIVATION, "std", 0.35 * std, row=1)
    findings = found(rule, run)
    assert len(findings) == count
    assert all("adapt()" in finding.advice[0].text for finding in findings)
