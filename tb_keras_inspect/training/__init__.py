"""What runs inside `fit`: the schedule, the instrumented step, the probe pass, the recorder, steering.

Only `callback.py` imports this folder.
"""
