"""The model record, and its history over a run."""
