"""Some runs of benchmarks/diagnosis: trained, and diagnosed as labelled."""

import pytest

from benchmarks.diagnosis import against, measure, train
from benchmarks.diagnosis.case import Case
from tb_keras_inspect import diagnose, load_run
from tb_keras_inspect.catalog.problems import PROBLEMS
from tb_keras_inspect.diagnosis import Findings
from tests.diagnosis.findings import make

SOME = ("cnn_batch_norm", "exploding_cnn", "nan_from_square_root")
MORE = (
    "fine_tuning",
    "transformer_large_data",
    "vanishing_stacked_rnn",
    "raw_sequence",
    "double_softmax",
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*SOME, *(pytest.param(name, marks=pytest.mark.thorough) for name in MORE)]
)
def test_a_run_of_the_benchmark_is_diagnosed_as_labelled(tmp_path, name):
    train.train(name, tmp_path, "auto")
    case = measure.CASES[name]
    findings = diagnose(load_run(tmp_path))
    assert case.expected <= measure.problems_of(findings)
    assert measure.false_of(findings, case) == set()


def test_every_problem_is_in_three_runs_and_a_quarter_of_all_runs_is_healthy():
    cases = measure.CASES.values()
    assert train.MODULES
    notes = {name for name, problem in PROBLEMS.items() if problem.severities[1] == "note"}
    elsewhere = {against.PROBLEM, "optimizer_state"}  # which have their own runs and tests
    for problem in set(measure.PROBLEMS) - elsewhere - notes:
        assert sum(problem in case.expected for case in cases) >= 3
        assert len({case.architecture for case in cases if problem in case.expected}) >= 3
    assert sum(not case.expected for case in cases) >= len(cases) // 4 >= 12


def test_an_outcome_is_a_false_alarm_unless_it_follows_from_what_was_expected():
    case = Case("x", "MLP", frozenset({"dying_relu"}), frozenset(), lambda: None)
    outcome = make("constant_output")
    assert measure.false_of(Findings([make("dying_relu", related=[outcome])]), case) == set()
    for findings in ([outcome], [make("overfitting", related=[outcome])]):
        assert "constant_output" in measure.false_of(Findings(findings), case)
