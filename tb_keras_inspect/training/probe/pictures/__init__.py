"""What the probe pass shows: maps, attention, saliency, Grad-CAM, kernels, activation functions."""
