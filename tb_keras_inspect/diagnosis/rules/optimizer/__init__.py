"""Rules on what the optimizer remembers of earlier gradients."""
