"""Measures that need passes through the model of their own: at some steps, after the step itself.

Imports `frameworks`, `hooks`, `model` and `step`; it changes nothing of the training run.
"""
