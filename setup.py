"""For tools that ask here; what the package is stands in pyproject.toml, which pip builds from."""

from setuptools import setup

setup()
