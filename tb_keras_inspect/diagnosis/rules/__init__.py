"""One rule a file: `PROBLEM`, `THRESHOLDS` and `find(facts)`, which yields findings."""

from tb_keras_inspect.diagnosis.rules import (
    dying_relu,
    non_finite,
    untrained_layer,
)

RULES = (
    non_finite,
    dying_relu,
    untrained_layer,
)
PROBLEMS = tuple(rule.PROBLEM for rule in RULES)
THRESHOLDS = tuple(threshold for rule in RULES for threshold in rule.THRESHOLDS)
