"""Writes the numbers of a run in formats that other tools read: CSV, Parquet, npz, HTML.

The command line and notebooks may import this folder. It imports `store` and `diagnosis`, never Keras
or a backend.
"""

from tb_keras_inspect.export.writing import FORMATS, export_run

__all__ = ["FORMATS", "export_run"]
