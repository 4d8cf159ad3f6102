"""Every name that the parts share, once: kinds, statistics, problems, commands, pictures, routes.

`scripts/generate.py` writes the TypeScript module and the tables of the docs from it. Any folder may
import this one; it imports nothing else of the package.
"""
