"""What touches Keras internals: the instrumented training step, and the probe pass.

Only `callback.py` and the training's side of `control` import this folder. It imports Keras and, in
the modules named after a backend, that backend; each such module is loaded only where its backend is
the one in use.
"""
