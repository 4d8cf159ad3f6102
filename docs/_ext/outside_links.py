"""Resolves links to files outside docs/.

A link becomes a link to the page that includes the file, or just the file name if no page does. The
same Markdown then works on the site and in the repository.
"""

import os
import pathlib
import re

from sphinx.application import Sphinx
from sphinx.util.logging import getLogger

logger = getLogger(__name__)
DOCS = pathlib.Path(__file__).resolve().parent.parent
ROOT = DOCS.parent
# Maps a file to the page that includes it.
PAGES = {
    "benchmarks/README.md": "project/benchmarks.md",
    "benchmarks/diagnosis/README.md": "project/benchmarks_diagnosis.md",
    "benchmarks/reading/README.md": "project/benchmarks_reading.md",
    "benchmarks/tab/README.md": "project/benchmarks_tab.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "demo/README.md": "project/demo.md",
}
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]+)?\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def rewritten(text: str, folder: pathlib.Path, page: str) -> str:
    """Returns the text with its links as the site needs them.

    Args:
        text: Markdown.
        folder: The folder that its links are relative to.
        page: Path of the page relative to docs/.
    """

    def link(match: re.Match) -> str:
        label, target, anchor = match[1], match[2], match[3] or ""
        path = (folder / target).resolve()
        if not path.exists():
            logger.warning("%s: no such file: %s", page, target, type="outside", subtype="missing")
            return match[0]
        name = path.relative_to(ROOT).as_posix()
        if name in PAGES:
            inside = PAGES[name]
        elif path.is_relative_to(DOCS):
            inside = path.relative_to(DOCS).as_posix()
        else:
            return f"`{name}`"
        return f"[{label}]({os.path.relpath(inside, os.path.dirname(page) or '.')}{anchor})"

    parts, end = [], 0
    for fence in FENCE.finditer(text):
        parts += [LINK.sub(link, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, LINK.sub(link, text[end:])])


def read(app: Sphinx, page: str, source: list[str]) -> None:
    """Rewrites the links of a page; a page that stands for an outside file gets that file's text."""
    path = pathlib.Path(app.env.doc2path(page))
    name = path.relative_to(DOCS).as_posix()
    outside = next((file for file, at in PAGES.items() if at == name), None)
    folder = path.parent
    if outside is not None:
        folder = (ROOT / outside).parent
        source[0] = (ROOT / outside).read_text(encoding="utf-8")
        app.env.note_dependency(str(ROOT / outside))
    source[0] = rewritten(source[0], folder, name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the extension with Sphinx."""
    app.connect("source-read", read)
    return {"parallel_read_safe": True}
