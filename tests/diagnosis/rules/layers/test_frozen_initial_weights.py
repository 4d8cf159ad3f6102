"""frozen_initial_weights: frozen layers that hold what their initializer drew."""

import json

import pytest

from tb_keras_inspect import diagnose
from tb_keras_inspect.diagnosis.rules.layers import frozen_initial_weights as rule
from tb_keras_inspect.diagnosis.rules.layers import frozen_layer
from tests.diagnosis.synthetic import Run, chain, found


def run(count, **compiled):
    """So many layers at the front are frozen, with their first weights."""
    model = chain(layers=6, **compiled)
    for layer in model.layers[:count]:
        layer.trainable = False
    names = [layer.path for layer in model.layers[:count]]
    model.compiled["frozen_as_initialised"] = json.dumps(names)
    return Run(model)


@pytest.mark.parametrize(("count", "severity"), [(1, "note"), (2, "note"), (3, "warning")])
def test_a_stack_of_them_is_a_warning_and_random_features_a_note(count, severity):
    (finding,) = found(rule, run(count))
    assert (finding.variant, finding.severity) == ("as_drawn", severity)
    assert list(finding.where.layers) == [f"dense_{i}" for i in range(count)]


def test_models_with_their_own_step_freeze_parts_on_purpose():
    (finding,) = found(rule, run(4, train_step="own"))
    assert finding.severity == "note"


def test_layers_with_other_weights_are_left_to_the_other_rule():
    made = run(3)
    made.model.compiled["frozen_as_initialised"] = "[]"
    assert found(rule, made) == []
    (finding,) = found(frozen_layer, made)
    assert finding.variant == "frozen"


def test_a_note_is_given_once():
    made = run(1, train_step="own")
    assert found(frozen_layer, made) == []
    assert len(found(rule, made)) == 1


@pytest.mark.parametrize("text", ["", "{}", "[", '["other"]', "[3]"])
def test_strange_entries_of_a_log_are_left_out(text):
    made = run(0)
    made.model.compiled["frozen_as_initialised"] = text
    assert found(rule, made) == []


def test_an_older_record_says_that_it_could_not_look():
    made = run(3)
    del made.model.compiled["frozen_as_initialised"]
    (unable,) = [x for x in diagnose(made.data).verdict.unable if x.problem == rule.PROBLEM]
    assert unable.reason == "frozen as initialised not recorded"
