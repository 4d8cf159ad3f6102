"""The instrumented training step: what it observes and records, and how a failed one is undone.

Also the slot, which alone sets `model.train_function`. Imports `model`, `processes`, `hooks`, `reduce`.
"""
