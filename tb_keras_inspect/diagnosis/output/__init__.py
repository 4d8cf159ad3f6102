"""What the model outputs against what its loss makes of it: the checks of `output_mismatch`."""
