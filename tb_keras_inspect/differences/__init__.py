"""What differs between two runs, and where they first part.

May be imported by `cli`; imports the wording of `diagnosis`, `store` and `catalog`, never Keras or a
backend.
"""

from tb_keras_inspect.differences.compare_runs import diff
from tb_keras_inspect.differences.result import Parting, RunDiff
from tb_keras_inspect.differences.settings import SettingDifference

__all__ = ["Parting", "RunDiff", "SettingDifference", "diff"]
