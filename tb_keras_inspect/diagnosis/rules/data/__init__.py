"""Rules on the data, and on values that are not finite."""
