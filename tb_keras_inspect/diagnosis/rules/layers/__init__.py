"""Rules on layers: their weights, gradients, outputs and units."""
