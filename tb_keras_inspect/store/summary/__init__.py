"""What a list of runs shows of each: its health, last numbers, settings, and a small curve."""
