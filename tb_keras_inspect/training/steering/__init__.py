"""The training process's part of control: commands, pauses, changed settings, breakpoints.

Only `callback.py` imports this folder. It imports the rest of `training`, and `steering` for the files
that commands travel in.
"""
