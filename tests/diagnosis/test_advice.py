"""Advice in the terms of the run: its optimizer with its values, the layer's own line."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.advice import (
    larger_batches,
    layer_line,
    lower_rate,
    optimizer_line,
    raise_rate,
)
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain


def facts(rates=1e-3, **options):
    run = Run(chain(**{f"optimizer.{name}": text for name, text in options.items()}))
    run.step["learning_rate"] = np.broadcast_to(rates, 60).astype(float)
    return run


def line(rates=1e-3, optimizer="SGD", changed=None, **options):
    run = facts(rates, **options)
    run.model.compiled["optimizer"] = optimizer
    return optimizer_line(run.facts, **(changed or {})).removeprefix("keras.optimizers.")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"momentum": "0.9", "nesterov": "True"}, "SGD(0.001, momentum=0.9, nesterov=True)"),
        ({"momentum": "0.0", "nesterov": "False"}, "SGD(0.001)"),
        ({"weight_decay": "None", "global_clipnorm": "1.0"}, "SGD(0.001, global_clipnorm=1)"),
    ],
)
def test_options_are_those_that_differ_from_keras_defaults(options, text):
    assert line(**options) == text


def test_an_option_can_be_changed():
    assert line(momentum="0.9", changed={"momentum": 0.5}) == "SGD(0.001, momentum=0.5)"


def test_the_optimizer_inside_a_loss_scale_optimizer_is_named():
    inner = "Adam(learning_rate=0.001, use_ema=False)"
    assert line(optimizer="LossScaleOptimizer", inner_optimizer=inner) == "Adam(0.001)"


def test_a_name_that_is_none_is_not_repeated():
    assert line(optimizer="<script>") == "Adam(0.001)"


def test_the_rate_is_the_newest_or_the_highest_of_a_schedule():
    rates = np.geomspace(0.1, 1e-4, 60)
    assert line(rates) == "SGD(0.0001)"
    assert line(rates, learning_rate="CosineDecay(initial_learning_rate=0.1)") == "SGD(0.1)"


def test_a_long_momentum_is_lowered_in_place_of_the_rate():
    found = lower_rate(facts(0.05, optimizer="SGD", momentum="0.999").facts)
    assert found.text.startswith("Lower the momentum, from 0.999 to 0.9: ")
    assert "momentum=0.9" in found.code


def test_options_that_make_steps_small_are_undone_before_the_rate_is_raised():
    assert "Lower epsilon, from 10 to 1e-7" in raise_rate(facts(epsilon="10.0").facts).text
    assert "learning rate" in raise_rate(facts(epsilon="1e-07").facts).text
    run = facts(clipnorm="0.0001")
    run.step["gradient_norm_clipped"] = np.full(60, 1e-4)
    assert "Raise clipnorm, from 0.0001 to 1" in raise_rate(run.facts).text
    run.step["gradient_norm_clipped"] = np.full(60, 0.5)
    assert "learning rate" in raise_rate(run.facts).text


def test_a_changed_rate_says_from_what_to_what():
    run = facts(0.03).facts
    assert lower_rate(run).text == "Lower the learning rate by a factor of 10, from 0.03 to 0.003."
    assert (
        raise_rate(run, 100).text == "Raise the learning rate by a factor of 100, from 0.03 to 3."
    )


def test_the_line_of_a_layer_is_its_own():
    run = facts()
    layer = run.model.layers[0]
    layer.class_name = "Conv2D"
    layer.settings.update({"filters": "16", "kernel_size": "3, 3"})
    assert layer_line(run.facts, "dense_0") == 'keras.layers.Conv2D(16, (3, 3), activation="relu")'
    assert layer_line(run.facts, "dense_0", activation="") == "keras.layers.Conv2D(16, (3, 3))"
    assert layer_line(run.facts, "nowhere") == ""


@pytest.mark.parametrize(
    ("change", "critical", "said", "aim"),
    [
        (lower_rate, 0.01, "to 0.005: the rate is 3 times the largest", "0.005"),
        (lower_rate, 0.06, "by a factor of 10, from 0.03 to 0.003", "0.003"),  # it is below already
        (raise_rate, 0.2, "to 0.1: the largest is 0.2 that does not raise the batch's loss", "0.1"),
        (raise_rate, 9.0, "by a factor of 10, from 0.03 to 0.3", "0.3"),
        (raise_rate, 0.04, "by a factor of 10", "0.3"),
    ],
)
def test_a_measured_critical_rate_says_which_rate(change, critical, said, aim):
    run = facts(0.03)
    for name, value in (("critical_rate", critical), ("rate_of_critical", 0.03 / critical)):
        run.step[name] = np.full(60, np.nan)
        run.step[name][20] = value
    found = change(run.facts)
    assert said in found.text
    assert f"SGD({aim}" in found.code.replace("Adam", "SGD")


@pytest.mark.parametrize(("size", "factor"), [(1e-3, 10), (0.9, 100), (16.0, 1000), (1e6, 1000)])
def test_the_size_of_the_first_update_says_by_how_much_to_lower_the_rate(size, factor):
    run = facts(1.0).set(Kind.UPDATE, "ratio", size, at=0)
    assert f"by a factor of {factor}, from 1 to {1 / factor:g}." in lower_rate(run.facts).text


def test_a_warm_up_does_not_say_by_how_much():
    run = facts(np.geomspace(0.1, 1, 60)).set(Kind.UPDATE, "ratio", 16.0, at=0)
    assert "by a factor of 10" in lower_rate(run.facts).text


@pytest.mark.parametrize(
    ("noise", "size", "text"),
    [
        (500.0, 512, "up to about 512"),
        (8.0, 128, "if memory allows"),
        (None, 128, "Use larger batches."),
    ],
)
def test_larger_batches_up_to_the_gradient_noise_scale(noise, size, text):
    made = Run(chain())
    if noise is not None:
        made.step["batch_size"] = np.full(60, 32.0)
        made.step |= {"gradient_noise": np.full(60, noise), "gradient_signal": np.ones(60)}
    found = larger_batches(made.facts)
    assert text in found.text
    assert found.code == f"model.fit(x, y, batch_size={size})"
