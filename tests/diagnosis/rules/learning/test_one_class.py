"""one_class: the same class for every example."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import one_class as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def run(probabilities, last="softmax", low=0.0, high=2.0, **compiled):
    """A run at whose end classes have these probabilities at most."""
    classes = len(probabilities)
    made = Run(chain(last=last, classes=classes, **compiled))
    made.set(Kind.TARGET, "min", low).set(Kind.TARGET, "max", high)
    made.units = {3: np.tile(np.asarray(probabilities, np.float32), (60, 1))}
    return made


@pytest.mark.parametrize(
    ("probabilities", "count"),
    [([0.99, 0.2, 0.1], 1), ([0.99, 0.6, 0.1], 0), ([0.4, 0.35, 0.3], 0), ([0.99, 0.49, 0.1], 1)],
    ids=["only one", "two", "undecided", "below half"],
)
def test_one_class_that_is_always_the_most_probable_is_a_note(probabilities, count):
    findings = found(rule, run(probabilities))
    assert len(findings) == count
    assert all(finding.severity == "note" for finding in findings)


@pytest.mark.parametrize(("probability", "count"), [(0.3, 1), (0.7, 0)])
def test_a_sigmoid_that_never_says_yes(probability, count):
    made = run([probability], "sigmoid", high=1.0, loss="binary_crossentropy")
    assert len(found(rule, made)) == count


def test_targets_of_one_class_are_predicted_rightly():
    assert found(rule, run([0.99, 0.2, 0.1], low=0.0, high=0.0)) == []


def test_several_labels_are_each_by_themselves():
    assert found(rule, run([0.99, 0.2], "sigmoid", high=1.0, loss="binary_crossentropy")) == []


def test_another_class_that_was_predicted_once_in_the_last_batches_counts():
    made = run([0.99, 0.2, 0.1])
    made.units[3][55, 1] = 0.8
    assert found(rule, made) == []


def test_logits_are_no_probabilities():
    assert found(rule, run([0.99, 0.2, 0.1], "linear")) == []
