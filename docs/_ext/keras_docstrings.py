"""Converts docstrings in Keras style (Markdown fences, single backticks) to reStructuredText."""

import re

from sphinx.application import Sphinx

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)$")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def convert(app, what, name, obj, options, lines: list[str]) -> None:
    """Converts the lines of one docstring in place."""
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
    """Registers the extension with Sphinx."""
    # Runs before Napoleon, which parses the sections.
    app.connect("autodoc-process-docstring", convert, priority=400)
    return {"parallel_read_safe": True}
