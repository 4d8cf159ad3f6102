"""The problems that the diagnosis knows: what each is called, what it means, what explains what.

Names and variants are identifiers: programs compare them, in Python, in JSON and in `stop_on`. All
other texts are for people and may change.
"""

from collections.abc import Mapping

from tb_keras_inspect.catalog.problems.consequences import CONSEQUENCES, OPEN_CAUSES
from tb_keras_inspect.catalog.problems.data import DATA
from tb_keras_inspect.catalog.problems.layers import LAYERS
from tb_keras_inspect.catalog.problems.learning import LEARNING
from tb_keras_inspect.catalog.problems.optimizer import OPTIMIZER
from tb_keras_inspect.catalog.problems.problem import Problem

__all__ = ["CONSEQUENCES", "OPEN_CAUSES", "PROBLEMS", "SEVERITIES", "VERDICTS", "Problem"]

SEVERITIES = ("note", "warning", "error")  # in rising order
VERDICTS = ("unknown", "healthy", "recovered", "warning", "error")  # on a run as a whole

PROBLEMS: Mapping[str, Problem] = {
    problem.name: problem for problem in (*DATA, *LAYERS, *LEARNING, *OPTIMIZER)
}
