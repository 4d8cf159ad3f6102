"""The same training twice, in processes of their own, and what differs: `compare_live`.

`side` is the program that trains one of them; only it imports Keras. Only `cli` imports this folder.
"""

from tb_keras_inspect.lockstep.two_trainings import SideError, compare_live

__all__ = ["SideError", "compare_live"]
