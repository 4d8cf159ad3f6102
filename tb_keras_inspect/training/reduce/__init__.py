"""Reductions of tensors to numbers, inside the training step, on any backend; layout of the result.

Imports `frameworks`, `catalog` and `records`, nothing of `training`.
"""
