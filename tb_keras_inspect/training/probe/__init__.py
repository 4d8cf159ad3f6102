"""The probe pass: what a few fixed samples look like to the model, without touching the training."""
