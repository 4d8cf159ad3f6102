"""Checks each step of a fit, and takes back those that break.

May be imported by `step_chain`; imports `steering`, `incidents` and `frameworks`.
"""
