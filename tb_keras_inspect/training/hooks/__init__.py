"""Where the package taps Keras, and how it leaves everything as it was.

Calls of layers, optimizers and metrics seen from inside; the private parts of Keras that this needs;
forward passes outside training. Imports `frameworks` and `training/reduce`, nothing above.
"""
