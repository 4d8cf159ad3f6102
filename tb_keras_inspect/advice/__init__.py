"""Answers that need training steps of their own: which learning rate, and whether widths agree on it.

What is tried here is taken back: the model, its optimizer and all random states are as before. Imports
`training` and `frameworks`; nothing that runs inside `fit` imports it.
"""
