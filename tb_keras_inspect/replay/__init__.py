"""Does the step of an incident again: reads its files, makes the model, finds what is not finite.

Imports Keras, but only once the incident says on which backend it runs. Only `cli` imports this folder.
"""
