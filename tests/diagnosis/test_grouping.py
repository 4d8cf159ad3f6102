"""Grouping: the root is in the list, its consequences below it."""

from tb_keras_inspect.diagnosis.grouping import group
from tests.diagnosis.findings import make


def problems(findings):
    return [(f.problem, [g.problem for g in f.related]) for f in findings]


def test_consequences_are_grouped_under_their_root():
    found = [make("slow_convergence"), make("vanishing_gradient"), make("dying_relu")]
    assert problems(group(found)) == [("dying_relu", ["slow_convergence", "vanishing_gradient"])]


def test_a_variant_can_be_the_root_where_the_problem_is_not():
    symmetric = make("slow_convergence", variant="symmetric", title="equal")
    found = [make("untrained_layer", variant="zero_gradient"), symmetric]
    assert problems(group(found)) == [("slow_convergence", ["untrained_layer"])]


def test_a_title_does_not_decide_what_explains_what():
    slow = make("slow_convergence", variant="small_updates", title="the weights are symmetric")
    found = [make("untrained_layer"), slow]
    assert problems(group(found)) == [("untrained_layer", ["slow_convergence"])]


def test_a_group_is_one_level_deep():
    found = [make("slow_convergence"), make("dying_relu"), make("unnormalised_input")]
    (root,) = group(found)
    assert all(not item.related for item in root.related)
    assert {item.problem for item in root.related} == {"dying_relu", "slow_convergence"}


def test_a_root_is_as_severe_as_what_it_explains():
    (root,) = group([make("unnormalised_input"), make("dying_relu", "error")])
    assert (root.problem, root.severity) == ("unnormalised_input", "error")


def test_a_note_explains_nothing():
    found = [make("saturated_activation", "note"), make("vanishing_gradient")]
    assert len(group(found)) == 2


def test_what_ended_before_is_not_a_consequence():
    earlier = make("oscillating_loss", first_step=0, last_step=3, ongoing=False)
    assert len(group([make("dying_relu", first_step=5), earlier])) == 2


def test_a_period_of_large_steps_is_the_root_of_the_units_that_it_killed():
    spell = make("exploding_gradient", first_step=1, last_step=3, ongoing=False)
    found = group([spell, make("dying_relu", first_step=5)])
    assert problems(found) == [("exploding_gradient", ["dying_relu"])]


def test_large_steps_that_begin_after_units_died_are_grouped_under_them():
    spell = make("exploding_gradient", first_step=9, last_step=12, ongoing=False)
    found = group([spell, make("dying_relu", first_step=5)])
    assert problems(found) == [("dying_relu", ["exploding_gradient"])]


def test_an_explosion_that_goes_on_is_the_root_of_the_death():
    found = [make("dying_relu"), make("exploding_gradient")]
    assert problems(group(found)) == [("exploding_gradient", ["dying_relu"])]


def test_order_is_severity_then_confidence_then_step():
    found = [
        make("overfitting", "note"),
        make("output_mismatch", "error", confidence=0.5),
        make("non_finite", "error", confidence=1.0),
    ]
    assert [f.problem for f in group(found)] == ["non_finite", "output_mismatch", "overfitting"]


def test_a_finding_whose_cause_is_known_stands_above_one_whose_cause_is_open():
    open_one = make("does_not_learn", variant="no_reason", confidence=0.95, first_step=0)
    known = make("overfitting", confidence=0.7, first_step=9)
    assert [f.problem for f in group([open_one, known])] == ["overfitting", "does_not_learn"]
    worse = make("does_not_learn", "error", variant="no_reason")
    assert group([known, worse])[0] is worse
