"""All that is particular to TensorFlow. Only `frameworks` loads it, when Keras runs on TensorFlow."""
