"""The probe pass: what a few fixed samples look like to the model, without changing training.

Imports `step`, `model`, `hooks` and `reduce` of `training`.
"""
