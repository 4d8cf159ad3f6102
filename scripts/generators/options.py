"""The tables of options, from signatures and docstrings. Nothing is imported: Keras takes seconds."""

import ast
import re

from scripts import shared
from tb_keras_inspect.catalog import pictures

_PACKAGE = shared.ROOT / "tb_keras_inspect"
_SOURCES = (
    "callback.py",
    "training/options/options.py",
    "training/options/picture_options.py",
    "training/options/incident_options.py",
    "training/options/recovery_options.py",
    "training/options/webhooks.py",
)
_ARGUMENT = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)
# What holds without the argument: its value, and what that means.
_DEFAULT = re.compile(r" Defaults to (?P<value>[^:]*?)(?:: (?P<means>.*))?\.$")


def rows(name: str) -> list[tuple[str, str, str]]:
    """Name, default and meaning of each option of a class."""
    found = _class(name)
    text = ast.get_docstring(found) or ""
    described = dict(_ARGUMENT.findall(re.search(r"^Args:\n(.*?)\n\n", text, re.M | re.S)[1]))
    defaults = _defaults(found)
    missing = set(defaults) ^ set(described)
    if missing:
        raise ValueError(f"{name}: signature and docstring differ in {sorted(missing)}")
    return [(f"`{key}`", default, _meaning(described[key])) for key, default in defaults.items()]


def _class(name: str) -> ast.ClassDef:
    for source in _SOURCES:
        tree = ast.parse((_PACKAGE / source).read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                return node
    raise KeyError(name)


def _defaults(found: ast.ClassDef) -> dict[str, str]:
    """Each option with its default as code; "" for a required one."""
    for node in found.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            plain = node.args.args[1:]
            values = [None] * (len(plain) - len(node.args.defaults)) + list(node.args.defaults)
            pairs = zip(plain + node.args.kwonlyargs, values + node.args.kw_defaults, strict=True)
            return {argument.arg: _code(value) for argument, value in pairs}
    fields = [node for node in found.body if isinstance(node, ast.AnnAssign)]
    return {ast.unparse(field.target): _code(field.value) for field in fields}


def _code(value: ast.expr | None) -> str:
    if value is None:
        return ""
    if isinstance(value, ast.Call):  # of `dataclasses.field`
        value = next(item.value for item in value.keywords if item.arg == "default")
    text = ast.unparse(value)
    text = str(getattr(pictures, text, text))  # a constant
    return f"`{text}`".replace("'", '"')


def _meaning(text: str) -> str:
    """The description in one line, without the default, which has a column of its own."""
    line = " ".join(text.split())
    match = _DEFAULT.search(line)
    if not match:
        return line
    means = f" `{match['value'].strip('`')}`: {match['means']}." if match["means"] else ""
    return line[: match.start()] + means
