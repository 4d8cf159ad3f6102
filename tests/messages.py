"""Every message of the package that a user can meet: `python -m tests.messages` prints them."""

import ast
import dataclasses
import pathlib
from collections.abc import Iterable, Iterator

from tests.programs import ROOT

PACKAGE = ROOT / "tb_keras_inspect"
# Calls whose texts a user reads, and which of their arguments those are; None: all of them.
SPOKEN = {"warn": None, "error": None, "print": None, "write": None, "add_argument": ("help",)}
SPOKEN |= {"add_parser": ("help", "description"), "ArgumentParser": ("description", "epilog")}
# What the diagnosis reports: in calls, and in constants of rules and commands.
SPOKEN |= dict.fromkeys(("Advice", "Evidence", "Problem", "Threshold", "finding", "explosion"))
SPOKEN |= {"Finding": ("title", "cause")}
# What the training process reports, prints and answers.
SPOKEN |= dict.fromkeys(("_warn", "_add", "_refuse", "say", "SteeredFit"))
CONSTANTS = ("CAUSES", "TITLES", "REASONS", "NAMES", "HELP")
WORDS = 4  # of a text that is returned, appended or assigned: with fewer it is mostly a name


@dataclasses.dataclass(frozen=True)
class Message:
    """A text in the source.

    Attributes:
        path: Its file, below the package.
        line: Its line.
        kind: The exception that carries it, the function that shows it, "return", "append", or what
            it is assigned to.
        text: The text, with `{...}` where a value is put in.
    """

    path: str
    line: int
    kind: str
    text: str


def messages() -> list[Message]:
    """All messages, in the order of the files."""
    paths = (path for path in sorted(PACKAGE.rglob("*.py")) if not path.name.endswith("_pb2.py"))
    return [message for path in paths for message in _of_file(path)]


def _of_file(path: pathlib.Path) -> Iterator[Message]:
    name = path.relative_to(PACKAGE).as_posix()
    for node in ast.walk(ast.parse(path.read_text())):
        least = 1
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            parts = [*node.exc.args, *(keyword.value for keyword in node.exc.keywords)]
            kind = _name(node.exc.func)
        elif isinstance(node, ast.Call) and _name(node.func) in SPOKEN:
            kind = _name(node.func)
            wanted = SPOKEN[kind]
            parts = [k.value for k in node.keywords if wanted is None or k.arg in wanted]
            parts += node.args if wanted is None else []
        elif isinstance(node, ast.Assign) and _name(node.targets[0]) in CONSTANTS:
            kind, parts = _name(node.targets[0]), [node.value]
        elif isinstance(node, ast.Call) and _name(node.func) == "append":
            kind, parts, least = "append", node.args, WORDS
        elif isinstance(node, ast.Return) and node.value is not None:
            kind, parts, least = "return", [node.value], WORDS
        elif isinstance(node, ast.Assign):
            kind, parts, least = _name(node.targets[0]), [node.value], WORDS
        else:
            continue
        for part in _flat(parts):
            text = _text(part).strip()
            if len(text) > 3 and len(text.split()) >= least:
                yield Message(name, node.lineno, kind, " ".join(text.split()))


def _flat(parts: Iterable[ast.expr]) -> Iterator[ast.expr]:
    for part in parts:
        if isinstance(part, ast.Dict):
            yield from part.values
        elif isinstance(part, (ast.List, ast.Tuple, ast.Set)):
            yield from part.elts
        else:
            yield part


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(node: ast.expr) -> str:
    """The text of an expression; "" for one that is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        parts = (
            _text(part) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
            for part in node.values
        )
        return "".join(parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    if isinstance(node, ast.IfExp):
        return f"{_text(node.body)} / {_text(node.orelse)}"
    return ""


if __name__ == "__main__":
    for message in messages():
        print(f"{message.path}:{message.line} {message.kind}\n    {message.text}")
