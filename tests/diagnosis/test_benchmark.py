"""Some runs of benchmarks/diagnosis: trained, and diagnosed as labelled."""

import pytest

from benchmarks.diagnosis import against, measure, train
from tb_keras_inspect import diagnose, load_run
from tb_keras_inspect.catalog.problems import PROBLEMS

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
    found = measure.problems_of(diagnose(load_run(tmp_path)))
    assert case.expected <= found <= case.expected | case.allowed


def test_every_problem_is_in_three_runs_and_a_quarter_of_all_runs_is_healthy():
    cases = measure.CASES.values()
    assert train.MODULES
    notes = {name for name, problem in PROBLEMS.items() if problem.severities[1] == "note"}
    for problem in set(measure.PROBLEMS) - {against.PROBLEM} - notes:  # `against` has its own runs
        assert sum(problem in case.expected for case in cases) >= 3
        assert len({case.architecture for case in cases if problem in case.expected}) >= 3
    assert sum(not case.expected for case in cases) >= len(cases) // 4 >= 12
