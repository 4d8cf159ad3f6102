"""Samples: from packed vectors on the host to decoded records, and from these to the log.

May be imported by the rest of `training`; imports `reduce`, `records` and `catalog`.
"""
