"""does_not_learn: a flat loss at the baseline, and why, where the record tells."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import does_not_learn as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found

BASELINE = float(np.log(10))


def run(loss=BASELINE, ratio=1e-3, optimizer="SGD"):
    made = Run(chain(**{"optimizer": optimizer, "optimizer.momentum": "0.9"})).loss(loss)
    return made.set(Kind.UPDATE, "ratio", ratio)


def steady(made, cosine):
    """Gives the gradients a cosine, which the synthetic runs do not have."""
    facts = made.facts
    track = facts.track("gradient")
    table = np.full((len(track.at), len(track.names)), cosine)
    track._thin["cosine"] = table
    track.has = lambda name: True
    return list(rule.find(facts))


@pytest.mark.parametrize(("fraction", "count"), [(0.96, 1), (0.94, 0)])
def test_the_threshold_is_the_loss_of_a_constant_prediction(fraction, count):
    assert len(found(rule, run(fraction * BASELINE))) == count


def test_a_loss_that_still_falls_is_left_alone():
    assert found(rule, run(np.linspace(1.2, 0.96, 60) * BASELINE)) == []


def test_without_a_reason_it_is_a_note():
    (finding,) = found(rule, run())
    assert (finding.variant, finding.severity) == ("no_reason", "note")


def test_a_gradient_that_keeps_its_direction_shows_steps_that_are_too_small():
    (finding,) = steady(run(), 0.9)
    assert (finding.variant, finding.severity) == ("small_steps", "warning")
    assert finding.advice[0].text == (
        "Raise the learning rate by a factor of 10, from 0.001 to 0.01."
    )
    assert finding.advice[0].code == (
        "model.compile(optimizer=keras.optimizers.SGD(0.01, momentum=0.9), ...)"
    )


@pytest.mark.parametrize(("cosine", "variant"), [(0.51, "small_steps"), (0.49, "no_reason")])
def test_the_cosine_tells_a_plateau_from_noise(cosine, variant):
    assert [finding.variant for finding in steady(run(), cosine)] == [variant]


@pytest.mark.parametrize(("ones", "variant"), [(0.02, "imbalance"), (0.3, "no_reason")])
def test_a_rare_class_is_named_with_the_baseline_of_its_fraction(ones, variant):
    entropy = -ones * np.log(ones) - (1 - ones) * np.log(1 - ones)
    made = Run(chain(last="sigmoid", classes=1, loss="binary_crossentropy")).loss(entropy)
    made.set(Kind.TARGET, "mean", ones).set(Kind.TARGET, "min", 0).set(Kind.TARGET, "max", 1)
    (finding,) = found(rule, made)
    assert (finding.variant, finding.severity) == (variant, "note")
    assert finding.evidence[0].value == pytest.approx(1.0, abs=0.01)


def test_updates_of_a_tenth_of_the_weights_are_too_large():
    (finding,) = found(rule, run(ratio=0.2))
    assert (finding.variant, finding.severity) == ("large_steps", "warning")
    assert "Lower the learning rate" in finding.advice[0].text


def test_too_few_steps_say_nothing():
    made = Run(chain(), samples=25).loss(BASELINE)
    assert found(rule, made) == []


def linear(loss=BASELINE, activation="linear", widths=(8, 8), **changed):
    made = Run(chain(activation=activation, class_name="Sequential", **changed)).loss(loss)
    return made


@pytest.mark.parametrize(
    ("fraction", "activation", "expected"),
    [
        (1.0, "linear", ["linear"]),
        (0.5, "linear", ["linear"]),
        (0.2, "linear", []),
        (0.5, "relu", []),
        (1.0, "relu", ["no_reason"]),
    ],
)
def test_a_network_without_activation_functions_is_one_linear_map(fraction, activation, expected):
    made = linear(fraction * BASELINE, activation)
    assert [finding.variant for finding in found(rule, made)] == expected


def test_a_network_with_a_layer_that_is_not_known_to_be_linear_is_left_alone():
    made = linear(0.5 * BASELINE)
    made.model.layers[1].class_name = "MyLayer"
    assert found(rule, made) == []


def regression(loss, mean=2e5, std=5e4, epochs=None):
    made = Run(chain(last="linear", classes=1, loss="mse")).loss(loss)
    made.set(Kind.TARGET, "mean", mean).set(Kind.TARGET, "std", std)
    return made.epoch(loss=epochs) if epochs is not None else made


def test_targets_that_outputs_cannot_reach_in_time_are_named():
    falls = np.linspace(4.2e10, 4.1e10, 60)
    (finding,) = found(rule, regression(falls, epochs=falls[::10]))
    assert (finding.variant, finding.severity) == ("target_scale", "warning")
    assert "Scale the targets" in finding.advice[0].text


@pytest.mark.parametrize(
    "made",
    [
        regression(np.linspace(4.2e10, 1.5e10, 60)),
        regression(np.linspace(4.2e10, 4.1e10, 60)),
        regression(np.linspace(1.04, 1.03, 60), 0.2, 1.0),
        regression(4.2e10, epochs=[4.2e10, 3e10, 2e10, 1e10, 0.8e10]),
    ],
    ids=["they come near", "too early", "usual targets", "the epochs show it"],
)
def test_targets_that_are_reached_in_time_are_left_alone(made):
    assert all(finding.variant != "target_scale" for finding in found(rule, made))


def test_a_training_loss_that_falls_alone_is_no_learning():
    falls = np.linspace(1.1, 0.96, 60) * BASELINE
    epochs = np.linspace(1.1, 0.96, 8) * BASELINE
    assert found(rule, run(falls).epoch(loss=epochs, val_loss=epochs * 0.9)) == []
    (finding,) = found(rule, run(falls).epoch(loss=epochs, val_loss=np.full(8, 1.05 * BASELINE)))
    assert (finding.variant, finding.severity) == ("no_reason", "note")


def attention(*more):
    """A Transformer that pools over the sequence, with these layers besides."""
    made = run()
    made.model.class_name = "Functional"
    for name in ("Embedding", "MultiHeadAttention", "GlobalAveragePooling1D", *more):
        made.model.layers.add(path=name.lower(), class_name=name, parent=-1)
    return made


@pytest.mark.parametrize(
    ("made", "variant"),
    [
        (attention(), "no_positions"),
        (attention("PositionEmbedding"), "no_reason"),
        (attention("Embedding"), "no_reason"),
        (attention("LSTM"), "no_reason"),
    ],
)
def test_attention_without_positions_is_named(made, variant):
    assert [finding.variant for finding in found(rule, made)] == [variant]


def test_a_training_loss_that_fell_by_heart_counts_where_nothing_holds_for_validation():
    made = run(np.linspace(1.0, 0.9, 60) * BASELINE)
    assert found(rule, made) == []
    made.epoch(loss=np.linspace(1, 0.9, 8), val_loss=np.linspace(1.04, 1.01, 8) * BASELINE)
    assert len(found(rule, made)) == 1
