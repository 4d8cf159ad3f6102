"""Keeps a sampled step that breaks, with what is needed to do it again.

May be imported by `recording` and what stands above it; imports `samples` and `frameworks`.
"""
