"""The model as it is recorded: names, layers, connections, settings.

Imports `hooks` and `reduce`, nothing else of `training`.
"""
