"""Real training runs with one fault each: the fault is found, and nothing else."""

import pytest

from tb_keras_inspect import diagnose

FAULTS = {
    "deep_sigmoid": ("vanishing_gradient", "hidden_0"),
    "dead_by_rate": ("exploding_gradient", "out"),
    "born_dead": ("dying_relu", "hidden_0"),
    "saturated": ("saturated_activation", "hidden_0"),
    "exploding": ("exploding_gradient", None),
    "nan_in_batch": ("non_finite", None),
    "oscillating": ("oscillating_loss", None),
    "slow": ("slow_convergence", "hidden_0"),
    "equal_units": ("slow_convergence", "hidden_0"),
    "overfitted": ("overfitting", None),
    "cut_off": ("untrained_layer", "hidden_0"),
    "raw_input": ("unnormalised_input", "hidden_0"),
    "logits_taken_for_probabilities": ("output_mismatch", "out"),
    "single_softmax": ("output_mismatch", "out"),
    "large_weights": ("initial_weights", "hidden_0"),
    "small_weights": ("initial_weights", "hidden_0"),
    "relu_output": ("constant_output", "out"),
    "plateau": ("does_not_learn", None),
    "dead_layer_of_two": ("dying_relu", "hidden_2"),
    "same_batch": ("repeating_data", None),
    "loose_labels": ("loose_labels", None),
}


QUICK = (
    "deep_sigmoid",
    "dead_by_rate",
    "nan_in_batch",
    "raw_input",
    "small_weights",
    "plateau",
    "same_batch",
)


def marks_of(name):
    together = pytest.mark.xdist_group(f"trained {name}")  # each is trained once
    return [together] if name in QUICK else [together, pytest.mark.slow]


NAMES = [pytest.param(name, marks=marks_of(name)) for name in FAULTS]


@pytest.mark.parametrize("name", NAMES)
def test_the_fault_of_a_run_is_found_in_its_place(trained, name):
    problem, layer = FAULTS[name]
    findings = diagnose(trained(name)).at_least("warning")
    assert findings[0].problem == problem, findings
    finding = next(finding for finding in findings if finding.problem == problem)
    assert layer is None or layer in finding.where.layers
    assert finding.evidence
    assert finding.advice


@pytest.mark.parametrize("name", NAMES)
def test_no_other_problem_is_reported_beside_the_fault(trained, name):
    problem, _ = FAULTS[name]
    allowed = {problem}
    if name == "exploding":  # it ends in overflow
        allowed.add("non_finite")
    if name == "dead_by_rate":
        allowed.add("dying_relu")
    assert {finding.problem for finding in diagnose(trained(name)).at_least("warning")} <= allowed
