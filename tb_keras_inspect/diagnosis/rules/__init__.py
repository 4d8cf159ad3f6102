"""One rule a file: `PROBLEM`, `THRESHOLDS` and `find(facts)`, which yields findings."""

from tb_keras_inspect.diagnosis.rules import (
    dying_relu,
    exploding_gradient,
    non_finite,
    oscillating_loss,
    output_mismatch,
    overfitting,
    saturated_activation,
    slow_convergence,
    unnormalised_input,
    untrained_layer,
    vanishing_gradient,
)

RULES = (
    non_finite,
    output_mismatch,
    unnormalised_input,
    exploding_gradient,
    dying_relu,
    vanishing_gradient,
    saturated_activation,
    untrained_layer,
    oscillating_loss,
    slow_convergence,
    overfitting,
)
PROBLEMS = tuple(rule.PROBLEM for rule in RULES)
THRESHOLDS = tuple(threshold for rule in RULES for threshold in rule.THRESHOLDS)
