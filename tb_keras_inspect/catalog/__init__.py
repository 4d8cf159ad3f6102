"""Every name that parts of the product share, each in one place: kinds, statistics, commands.

Anything may import this folder; it imports nothing of the package.
"""
