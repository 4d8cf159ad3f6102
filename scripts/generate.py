"""Writes what is generated from the catalogue: `python -m scripts.generate [--check]`.

The generated files are committed. With `--check` it writes nothing, and the exit status is 1 if a file
is out of date.
"""

import argparse
import difflib
import pathlib
import sys

from scripts import shared
from scripts.generators import markdown, typescript

ROOT = shared.ROOT


def outputs() -> dict[pathlib.Path, str]:
    """Every generated file with its content."""
    pages = [ROOT / "docs" / f"{page}.md" for page in markdown.PAGES]
    filled = {page: markdown.filled(page.read_text(encoding="utf-8")) for page in pages}
    return {ROOT / "frontend/src/catalog.ts": typescript.module(), **filled}


def main() -> int:
    """Writes or checks all files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if a file is out of date",
    )
    check = parser.parse_args().check
    stale = {path: text for path, text in outputs().items() if _content(path) != text}
    for path, text in stale.items():
        name = path.relative_to(ROOT)
        if check:
            print(f"{name} is out of date: run `make generate`")
            lines = difflib.unified_diff(
                _content(path).splitlines(), text.splitlines(), lineterm=""
            )
            print("\n".join(list(lines)[:20]))
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return 1 if check and stale else 0


def _content(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
