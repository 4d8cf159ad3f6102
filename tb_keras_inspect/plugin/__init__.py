"""The TensorBoard plugin: parses requests, asks `store` and `diagnosis`, responds.

Imports neither Keras nor a backend. TensorBoard imports `plugin.loader` at every start, so that module
imports as little as possible. Nothing but the entry point imports this folder.
"""
