"""Tensors to numbers, inside the training step, on any backend."""
