"""What is wrong with a training run, where, since when, and what to do about it.

`diagnose` applies every rule of `rules/` to a run. May be imported by the callback, `training`,
`plugin`, `plots`, `export`, `html` and `cli`; imports `store` and `catalog`, never Keras or a backend.
"""

from tb_keras_inspect.diagnosis.engine import diagnose, thresholds_of
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.findings import Findings, Unable, Verdict
from tb_keras_inspect.diagnosis.good_runs.profile import GoodRuns
from tb_keras_inspect.diagnosis.rules import PROBLEMS, THRESHOLDS
from tb_keras_inspect.diagnosis.thresholds import Threshold, Thresholds

__all__ = [
    "PROBLEMS",
    "THRESHOLDS",
    "Advice",
    "Evidence",
    "Finding",
    "Findings",
    "GoodRuns",
    "Threshold",
    "Thresholds",
    "Unable",
    "Verdict",
    "Where",
    "diagnose",
    "thresholds_of",
]
