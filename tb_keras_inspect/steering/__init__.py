"""Steering a running training: commands travel as files in the run's own directory.

`commands`, `files`, `channel` and `client` import neither Keras nor a backend: the plugin uses them.
The rest is the training's side, which only `callback.py` imports; it imports `capture`.
"""
