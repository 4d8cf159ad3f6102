"""Runs as NumPy arrays, from TensorBoard's data provider or from event files directly.

May be imported by `diagnosis`, `plugin` and notebooks; imports `records`, never Keras or a backend.
"""

from tb_keras_inspect.store.compare import Comparison, compare
from tb_keras_inspect.store.errors import NotRecordedError, StoreError
from tb_keras_inspect.store.loading import load_run, load_runs
from tb_keras_inspect.store.run import RunData

__all__ = [
    "Comparison",
    "NotRecordedError",
    "RunData",
    "StoreError",
    "compare",
    "load_run",
    "load_runs",
]
