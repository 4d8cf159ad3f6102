"""All that is particular to PyTorch. Only `frameworks` loads it, when Keras runs on PyTorch."""
