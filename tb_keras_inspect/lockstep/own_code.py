"""Functions of the user's as text that another process finds them by: `train.py:make_model`."""

import importlib
import importlib.util
import inspect
import os
import pathlib
import sys
from collections.abc import Callable
from typing import Any

MODULE = "tb_keras_inspect_lockstep_code"  # not "__main__": what stands below that is not run


def reference(function: Callable[..., Any] | str, what: str) -> str:
    """Absolute path of a function's file, a colon, and its name.

    Args:
        function: A function of a file, or such a text itself.
        what: Name of the argument, for messages.

    Raises:
        TypeError: if it is neither.
        ValueError: if no other process can find it.
    """
    if isinstance(function, str):
        path, colon, name = function.rpartition(":")
        if not colon or not name.isidentifier() or not pathlib.Path(path).is_file():
            raise ValueError(
                f'{what} must name a function of a file, such as "train.py:{what}". '
                f"Received: {function!r}"
            )
        return f"{os.path.abspath(path)}:{name}"
    if not callable(function):
        raise TypeError(f"{what} must be a function or text. Received: {function!r}")
    name = getattr(function, "__qualname__", "")
    try:
        path = inspect.getsourcefile(inspect.unwrap(function)) or ""
    except TypeError:
        path = ""
    if not name.isidentifier() or not pathlib.Path(path).is_file():
        raise ValueError(
            f"{what} is called in another process, which finds it by its file and name: it must be "
            f'defined at the top of a file (for notebooks: "%%writefile train.py", then '
            f'"train.py:{what}"). Received: {function!r}'
        )
    return f"{os.path.abspath(path)}:{name}"


def load(text: str) -> Callable[..., Any]:
    """The function of a `reference`: runs its file, as a module of its package where it is in one."""
    path, _, name = text.rpartition(":")
    file = pathlib.Path(path)
    packages: list[str] = []
    root = file.parent
    while (root / "__init__.py").is_file():
        packages.insert(0, root.name)
        root = root.parent
    sys.path.insert(0, str(root))
    if packages:
        module = importlib.import_module(".".join([*packages, file.stem]))
    else:
        spec = importlib.util.spec_from_file_location(MODULE, file)
        if spec is None or spec.loader is None:
            raise ValueError(f"{str(file)!r} is no Python file: its name must end with .py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[MODULE] = module
        spec.loader.exec_module(module)
    found: Callable[..., Any] = getattr(module, name)
    return found
