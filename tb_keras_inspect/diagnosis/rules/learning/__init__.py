"""Rules on what is learned: the losses, their parts, and validation."""
