"""What is wrong with a training, where, since when, and what to do about it.

`diagnose` runs every rule of `rules/` over a run. May be imported by `plugin`, the command line and
the callback; imports `store`, never Keras or a backend.
"""

from tb_keras_inspect.diagnosis.engine import diagnose
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Findings, Where
from tb_keras_inspect.diagnosis.rules import PROBLEMS, THRESHOLDS
from tb_keras_inspect.diagnosis.thresholds import Threshold, Thresholds

__all__ = [
    "PROBLEMS",
    "THRESHOLDS",
    "Advice",
    "Evidence",
    "Finding",
    "Findings",
    "Threshold",
    "Thresholds",
    "Where",
    "diagnose",
]
