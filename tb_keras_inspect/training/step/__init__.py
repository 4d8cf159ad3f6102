"""The instrumented training step: hooks, what they observe, and how everything is put back.

The only owner of `model.train_function`.
"""
