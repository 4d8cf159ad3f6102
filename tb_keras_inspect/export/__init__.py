"""A run's numbers in formats that other tools read: CSV, Parquet, NumPy's npz, one HTML page.

May be imported by the command line and notebooks; imports `store`, `diagnosis`, never Keras or a
backend.
"""

from tb_keras_inspect.export.writing import FORMATS, export_run

__all__ = ["FORMATS", "export_run"]
