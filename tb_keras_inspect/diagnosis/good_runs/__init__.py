"""What good runs of one script look like, layer by layer and phase by phase.

`profile` learns it, `departures` says where another run leaves it. May be imported by the engine, the
rules and `cli`; imports `signals` and `store`.
"""
