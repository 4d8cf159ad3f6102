"""input_outlier: a single batch far out of the range of all others, with a large gradient."""

import pytest

from tb_keras_inspect.diagnosis.rules.data import input_outlier as rule
from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain, found


def run(size=2000.0, norm=50.0, at=20):
    """One batch whose largest input is this, where others reach 2."""
    made = Run(chain()).set(Kind.INPUT, "max", size, at=at)
    made.step["gradient_norm"][at] = norm
    return made


@pytest.mark.parametrize(("size", "count"), [(61, 1), (59, 0)])
def test_the_threshold_is_relative_to_the_usual_range(size, count):
    assert len(found(rule, run(size))) == count


@pytest.mark.parametrize(("norm", "count"), [(11, 1), (9, 0)])
def test_a_value_that_leaves_the_gradient_alone_does_no_harm(norm, count):
    assert len(found(rule, run(norm=norm))) == count


def test_the_step_and_both_ranges_are_named():
    (finding,) = found(rule, run())
    assert finding.first_step == 100
    assert "of step 100 holds a value of 2000, where other batches reach 2" in finding.title


def test_large_values_in_many_batches_are_another_problem():
    assert found(rule, run(at=slice(None, None, 4))) == []


def test_numbers_of_tokens_have_no_range():
    made = run()
    made.model.layers.add(path="words", class_name="Embedding", parent=-1)
    assert found(rule, made) == []


@pytest.mark.parametrize(
    ("loss", "variants"), [("mean_squared_error", ["target"]), ("categorical_crossentropy", [])]
)
def test_a_target_far_out_of_range_counts_in_a_regression(loss, variants):
    made = Run(chain(loss=loss)).set(Kind.TARGET, "max", 2000.0, at=20)
    made.step["gradient_norm"][20] = 50.0
    findings = found(rule, made)
    assert [finding.variant for finding in findings] == variants
    assert all("np.abs(y)" in finding.advice[0].code for finding in findings)
