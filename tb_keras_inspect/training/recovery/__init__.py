"""Checks each step of a fit, and takes back those that break.

May be imported by `fit_recording`; imports `steering`, `incidents` and `frameworks`.
"""
