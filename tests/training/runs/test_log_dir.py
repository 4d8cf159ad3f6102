"""`log_dir` as a path, a template and a function; and what is answered to others."""

import pathlib

import pytest

from tb_keras_inspect.training.runs.log_dir import checked_log_dir, resolved
from tb_keras_inspect.training.runs.trial import Trial

pytestmark = [pytest.mark.any_backend]
TRIAL = Trial("0003", {"units": 32})


@pytest.mark.parametrize(
    ("log_dir", "trial", "path"),
    [
        ("logs/a", Trial(), "logs/a"),
        (pathlib.Path("logs/a"), Trial(), "logs/a"),
        ("logs/a", TRIAL, "logs/a/trial_0003"),
        ("s3://bucket/a", TRIAL, "s3://bucket/a/trial_0003"),
        ("logs/{trial}", TRIAL, "logs/0003"),
        ("logs/{trial}", Trial(), "logs/002"),
        ("logs/{model}-{hyperparameters[units]}", TRIAL, "logs/net-32"),
        ("logs/{{a}}", Trial(), "logs/{a}"),
        (lambda names: f"logs/{names.model}/{names.trial}", TRIAL, "logs/net/0003"),
        (lambda names: pathlib.Path("logs", str(names.hyperparameters["units"])), TRIAL, "logs/32"),
    ],
)
def test_the_directory_of_a_fit(log_dir, trial, path):
    checked = checked_log_dir(log_dir)
    assert resolved(checked, trial, 2, "net", trial.hyperparameters) == path


@pytest.mark.parametrize(
    ("log_dir", "message"),
    [
        (None, "must be a directory's path, not empty, or a function.*log_dir=None"),
        ("", "not empty"),
        (
            "logs/{fold}",
            r"must be of trial, model, hyperparameters.*log_dir='logs/\{fold\}'",
        ),
        ("logs/{}", "must be of trial"),
        ("logs/{trial", "a pair for each brace"),
    ],
)
def test_what_cannot_be_a_directory_says_what_is_accepted(log_dir, message):
    with pytest.raises(ValueError, match=message):
        checked_log_dir(log_dir)


@pytest.mark.parametrize(
    ("log_dir", "message"),
    [
        (
            "logs/{hyperparameters[rate]}",
            "needs 'rate', but the hyperparameters of .* are: units",
        ),
        (lambda names: None, "must return a directory's path. It returned None"),
    ],
)
def test_what_gives_no_directory_when_a_fit_begins_says_why(log_dir, message):
    with pytest.raises(ValueError, match=message):
        resolved(checked_log_dir(log_dir), TRIAL, 1, "net", TRIAL.hyperparameters)
