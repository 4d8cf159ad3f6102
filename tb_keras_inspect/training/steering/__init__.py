"""The training side of steering: takes commands, pauses, changes settings, stops at breakpoints."""
