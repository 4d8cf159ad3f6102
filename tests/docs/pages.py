"""The project's Markdown, and what is in it."""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTSIDE = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "demo/README.md")
BLOCK = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
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
