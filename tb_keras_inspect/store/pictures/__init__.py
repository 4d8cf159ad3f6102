"""What probe samples look like inside the model, read back by snapshot."""
