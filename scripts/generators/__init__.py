"""What `scripts/generate.py` writes: one module per format."""
