"""All that is particular to PyTorch. Loaded only when Keras runs on PyTorch."""
