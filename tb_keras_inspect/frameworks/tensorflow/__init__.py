"""All that is particular to TensorFlow. Loaded only when Keras runs on TensorFlow."""
