"""The verdict: one line for every run, and which rules could not look."""

import pytest

from tb_keras_inspect import diagnose
from tb_keras_inspect.catalog.problems import PROBLEMS, VERDICTS
from tb_keras_inspect.diagnosis.rules import RULES
from tb_keras_inspect.diagnosis.signals.facts import GOOD_RUNS
from tb_keras_inspect.diagnosis.verdict import verdict_of
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store.loading import load_run
from tests.diagnosis.findings import make
from tests.diagnosis.synthetic import Run, chain

ALONE = [rule for rule in RULES if GOOD_RUNS not in rule.NEEDS]  # those that need only the run


def verdict(*findings, unable=(), samples=60):
    found = verdict_of(findings, ALONE, unable, samples)
    assert found.state in VERDICTS
    return found


def validated():
    """A healthy run with all kinds of records."""
    run = Run(chain()).epoch(loss=[2, 1], val_loss=[2, 1])
    run.set(Kind.OPTIMIZER, "moment_ratio", 1.0)
    return run.set(Kind.TARGET, "std", 2.8).set(Kind.TARGET, "min", 0).set(Kind.TARGET, "max", 9)


def test_a_healthy_run_says_how_many_rules_looked():
    found = diagnose(validated().data).verdict
    assert found.state == "healthy"
    assert found.text == f"Healthy: {len(ALONE)} checks passed"


def test_rules_that_could_not_look_are_counted_with_the_reason_and_the_line_that_lets_them():
    run = validated()
    del run.tables[Kind.GRADIENT]
    found = diagnose(run.data).verdict
    assert "could not look (gradients not recorded)" in found.text
    assert found.passed + len(found.unable) == len(ALONE)
    assert {item.advice for item in found.unable} == {
        'InspectCallback(log_dir, record={"gradients": True})'
    }


def test_without_validation_the_rules_of_it_could_not_look():
    run = validated().epoch(loss=[2, 1])
    found = diagnose(run.data).verdict
    assert "(no validation loss)" in found.text
    assert {item.problem for item in found.unable} >= {"overfitting", "non_finite_validation"}


def test_a_problem_says_what_since_when_and_what_to_try():
    found = verdict(make(severity="error"), make("overfitting"))
    assert found.state == "error"
    assert found.text == (
        "Error: hidden_1 has dead units since step 5. Try: Lower the rate; 1 more finding"
    )
    assert found.short == f"{PROBLEMS['dying_relu'].title} since step 5"


def test_what_is_over_has_recovered():
    found = verdict(make(ongoing=False))
    assert found.state == "recovered"
    assert found.text == "Recovered: hidden_1 has dead units since step 5"


def test_a_note_leaves_a_run_healthy():
    found = verdict(make(severity="note"))
    assert found.state == "healthy"
    assert found.text == (
        f"Healthy: {len(ALONE)} checks passed, 1 note: hidden_1 has dead units since step 5"
    )


def test_a_run_that_has_learned_nothing_is_not_called_healthy():
    found = verdict(make("does_not_learn", severity="note"))
    assert found.text.startswith("No fault found: ")
    assert found.short == "no fault found"


def test_a_run_that_has_learned_nothing_since_has_not_recovered():
    found = verdict(
        make("exploding_gradient", severity="error", ongoing=False),
        make("does_not_learn", severity="note"),
    )
    assert found.state == "error"
    assert found.text == (
        "Error: hidden_1 has dead units since step 5, and nothing has been learned since. "
        "Try: Lower the rate; 1 more finding"
    )


@pytest.mark.parametrize(
    ("samples", "text"),
    [
        (0, "Nothing to judge: no sampled steps"),
        (1, "Too early to judge: 1 sampled step"),
        (9, "Too early to judge: 9 sampled steps"),
    ],
)
def test_too_few_samples_are_not_called_healthy(samples, text):
    found = verdict(samples=samples)
    assert (found.state, found.text) == ("unknown", text)


def test_the_same_words_are_printed_when_training_ends_and_recorded_in_the_run(
    tmp_path, capsys, digits_mlp
):
    digits_mlp(tmp_path)
    run = load_run(tmp_path)
    text = diagnose(run).verdict.text
    assert text.startswith("Healthy: ")
    assert capsys.readouterr().out.splitlines() == [f"InspectCallback: {text}."]
    assert run.finding_log.verdict.text == text
    assert text in repr(run)
    assert text in run._repr_html_()
