"""What runs inside `fit`: the schedule, the instrumented step, the probe pass, the recorder, steering.

Only `callback.py` and the public names in the package's `__init__.py` import this folder.
"""
