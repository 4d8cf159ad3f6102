"""The project's Markdown, and what is in it."""

import dataclasses
import inspect
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTSIDE = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "demo/README.md")
BLOCK = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
DOCSTRINGS = "docstrings"
HEADING = re.compile(r"^#{1,6} (.*)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: Path of its page, relative to the root.
        line: Its first line.
        language: As written, "" for none.
        text: What is in it.
    """

    page: str
    line: int
    language: str
    text: str


def pages() -> list[pathlib.Path]:
    """All pages that a user reads."""
    benchmarks = sorted((ROOT / "benchmarks").rglob("*.md"))
    docs = sorted((ROOT / "docs").rglob("*.md"))
    return [*(ROOT / name for name in OUTSIDE if (ROOT / name).exists()), *docs, *benchmarks]


def blocks(language: str) -> list[Block]:
    """All blocks of a language."""
    found = []
    for path in pages():
        text = path.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            if match[2].strip() == language:
                page = path.relative_to(ROOT).as_posix()
                line = text[: match.start()].count("\n") + 2
                content = re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE)
                found.append(Block(page, line, language, content))
    return found


def prose(path: pathlib.Path) -> str:
    """A page without its fenced blocks."""
    return BLOCK.sub("", path.read_text(encoding="utf-8"))


def anchors(path: pathlib.Path) -> set[str]:
    """Anchors of a page's headings, as GitHub and MyST make them."""
    found = set()
    for heading in HEADING.findall(prose(path)):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def public() -> dict[str, object]:
    """What the package offers: name to class or function."""
    import tb_keras_inspect
    from tb_keras_inspect import export, plots
    from tb_keras_inspect.store import RunData

    names = [name for name in tb_keras_inspect.__all__ if not name.startswith("_")]
    found = {name: getattr(tb_keras_inspect, name) for name in names}
    found |= {f"plots.{name}": getattr(plots, name) for name in plots.__all__}
    found["export_run"] = export.export_run
    found["InspectCallback.loop"] = found["InspectCallback"].loop
    methods = ("table", "units", "units_at", "histogram", "maps", "activation_functions", "refresh")
    return found | {f"RunData.{name}": getattr(RunData, name) for name in methods}


def docstring_blocks() -> list[Block]:
    """The examples in public docstrings."""
    found = []
    for name, item in public().items():
        for match in BLOCK.finditer(inspect.getdoc(item) or ""):
            found.append(Block(name, 1, match[2], match[3]))
    return found
