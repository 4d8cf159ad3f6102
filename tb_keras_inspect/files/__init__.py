"""Directories and URLs: reading, writing, claiming one for a run.

Anything above `catalog` may import this folder; it imports only `catalog`.
"""
