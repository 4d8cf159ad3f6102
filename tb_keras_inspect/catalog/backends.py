"""The backends of Keras that can be recorded."""

BACKENDS = ("jax", "tensorflow", "torch")
