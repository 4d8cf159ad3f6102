"""Docstrings in Keras's manner (Markdown: fences, single backticks) as Sphinx's directives."""

import re

from sphinx.application import Sphinx

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)$")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def convert(app, what, name, obj, options, lines: list[str]) -> None:
    """Rewrites the lines in place."""
    result, inside = [], False
    for line in lines:
        fence = FENCE.match(line)
        if fence and not inside:
            result += [f"{fence['indent']}.. code-block:: {fence['language'] or 'none'}", ""]
            inside = True
        elif fence:
            result.append("")
            inside = False
        elif inside:
            result.append(f"    {line}" if line.strip() else line)
        else:
            result.append(CODE.sub(r"``\1``", line))
    lines[:] = result


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    # Before Napoleon, which reads the sections.
    app.connect("autodoc-process-docstring", convert, priority=400)
    return {"parallel_read_safe": True}
