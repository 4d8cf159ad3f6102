"""Runs Keras's own tests with our callback in every fit: `python -m scripts.keras_suite`."""
