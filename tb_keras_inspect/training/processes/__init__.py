"""Several replicas and several processes that train one model.

Imports `reduce`, nothing else of `training`.
"""
