"""All that is particular to JAX. Loaded only when Keras runs on JAX."""
