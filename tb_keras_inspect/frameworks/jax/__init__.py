"""All that is particular to JAX. Only `frameworks` loads it, when Keras runs on JAX."""
