"""Measures that need forward passes of their own: at some steps, after the step itself was made.

Imports `frameworks`, `hooks`, `model` and `step`; it changes nothing of the training run.
"""
