"""Programs that are in no package, as modules: benchmarks, and what tests run as processes."""

import importlib.util
import pathlib
from types import ModuleType


def load(path: pathlib.Path) -> ModuleType:
    """Runs a program's file as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
